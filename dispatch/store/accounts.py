"""Logins, sessions and keys in a database; only hashes are kept."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from config.moment import Micros
from dispatch.accounts import ApiKey, Session, User
from dispatch.store import rows, tables
from dispatch.store.engine import reading, writing
from dispatch.store.writing import put


class SqlAccounts:
    """Implements :class:`dispatch.ports.Accounts`.

    Args:
        engine: from :func:`dispatch.store.engine.open_engine`.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def user(self, user_id: str) -> User | None:
        """A login."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(sa.select(tables.users).where(tables.users.c.id == user_id))).one_or_none()
        return None if row is None else rows.read_user(row)

    async def users(self) -> tuple[User, ...]:
        """Every login, by id."""
        async with reading(self._engine) as connection:
            return tuple(rows.read_user(row) for row in await connection.execute(sa.select(tables.users).order_by(tables.users.c.id)))

    async def put_user(self, user: User) -> None:
        """Add or replace a login."""
        async with writing(self._engine) as connection:
            await put(connection, tables.users, rows.user_row(user))

    async def remove_user(self, user_id: str) -> bool:
        """Remove a login with its sessions."""
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.user == user_id))
            removed = await connection.execute(sa.delete(tables.users).where(tables.users.c.id == user_id))
        return removed.rowcount > 0

    async def open_session(self, session: Session) -> None:
        """Keep a session; those that have ended by its beginning are forgotten on the way."""
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.expires_at <= session.created_at))
            await put(connection, tables.sessions, rows.session_row(session))

    async def session(self, token_hash: str, now: Micros) -> Session | None:
        """A session that is still valid."""
        table = tables.sessions
        wanted = table.c.token_hash == token_hash, table.c.expires_at > now
        async with reading(self._engine) as connection:
            row = (await connection.execute(sa.select(table).where(*wanted))).one_or_none()
        return None if row is None else rows.read_session(row)

    async def close_session(self, token_hash: str) -> None:
        """Forget a session."""
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(tables.sessions).where(tables.sessions.c.token_hash == token_hash))

    async def put_key(self, key: ApiKey) -> None:
        """Add or replace a key."""
        async with writing(self._engine) as connection:
            await put(connection, tables.api_keys, rows.key_row(key))

    async def key(self, key_id: str) -> ApiKey | None:
        """A key."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(sa.select(tables.api_keys).where(tables.api_keys.c.id == key_id))).one_or_none()
        return None if row is None else rows.read_key(row)

    async def keys(self) -> tuple[ApiKey, ...]:
        """Every key, by creation."""
        table = tables.api_keys
        async with reading(self._engine) as connection:
            return tuple(rows.read_key(row) for row in await connection.execute(sa.select(table).order_by(table.c.created_at, table.c.id)))

    async def revoke_key(self, key_id: str, now: Micros) -> bool:
        """End a key."""
        table = tables.api_keys
        async with writing(self._engine) as connection:
            revoked = await connection.execute(sa.update(table).where(table.c.id == key_id).values(revoked_at=now))
        return revoked.rowcount > 0
