"""Only one process at a time sends on what was written. The lock ends with its holder, however that dies."""

import asyncio
import contextlib
import fcntl
import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

SENDER_LOCK = 7_231_906_452
"""PostgreSQL's advisory lock of the sending process, held by a connection."""


class Guard:
    """The right to send: an advisory lock on PostgreSQL, a lock on a file beside an SQLite database.

    Without it two processes would send twice. Receivers fold repeats, so a lock that is lost for a moment does no harm.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._file: int | None = None
        self._turn = asyncio.Lock()

    async def held(self) -> bool:
        """Whether this process has the right, taking it when it is free."""
        async with self._turn:
            if self._engine.dialect.name == "postgresql":
                return await self._held_in_database()
            return self._held_in_file()

    async def release(self) -> None:
        """Give the right back."""
        if self._connection is not None:
            # A connection that is merely dropped keeps the lock until the server has noticed.
            with contextlib.suppress(SQLAlchemyError):
                await self._connection.execute(sa.select(sa.func.pg_advisory_unlock(SENDER_LOCK)))
            await self._connection.invalidate()  # Back in the pool it would keep the lock if it could not be given back.
            await self._connection.close()
            self._connection = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    async def _held_in_database(self) -> bool:
        if self._connection is not None:
            try:
                await self._connection.execute(sa.select(1))
            except SQLAlchemyError:  # The server ended the connection, and with it the lock.
                await self._connection.invalidate()
                await self._connection.close()
                self._connection = None
            else:
                return True
        connection = await self._engine.connect()
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(SENDER_LOCK))):
            self._connection = connection
            return True
        await connection.close()
        return False

    def _held_in_file(self) -> bool:
        if self._file is not None:
            return True
        database = self._engine.url.database
        if not database or database == ":memory:":
            return True
        file = os.open(Path(f"{database}.sender"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True
