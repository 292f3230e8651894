"""API keys as the installation's database holds them, remembered for a moment."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from config.moment import SECOND, Micros
from config.settings import Settings
from dispatch.accounts import ApiKey
from dispatch.store.accounts import SqlAccounts
from dispatch.store.engine import open_engine
from streams.clock import Clock, system_clock
from streams.gateway.keys import Denial, KeyRing, Owner, Scope, StoredKey, judge, parse_key

FRESH: Micros = 5 * SECOND
"""How long a key is taken from memory; a revoked key opens its door for this long at most while the database answers."""
STALE: Micros = 300 * SECOND
"""How long a key is taken from memory while the database does not answer: alarms must not wait for it."""
CAPACITY = 10_000
"""How many keys are remembered."""


class Keys(Protocol):
    """What is needed of :class:`dispatch.ports.Accounts`."""

    async def key(self, key_id: str) -> ApiKey | None:
        """A key, or ``None``."""


class AccountsKeyRing:
    """A :class:`streams.gateway.keys.KeyRing` on the accounts of dispatch.

    Args:
        accounts: where keys are kept.
        clock: the present.
    """

    def __init__(self, accounts: Keys, clock: Clock = system_clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._known: OrderedDict[str, tuple[Micros, StoredKey | None]] = OrderedDict()

    async def check(self, key: str, scope: Scope) -> Owner | Denial:
        """As the port says; a store that does not answer is a ``ConnectionError``."""
        parsed = parse_key(key)
        if parsed is None:
            return Denial.MALFORMED
        return judge(parsed, await self._stored(parsed.id), scope, self._clock())

    async def _stored(self, key_id: str) -> StoredKey | None:
        now = self._clock()
        asked, known = self._known.get(key_id, (None, None))
        if asked is not None and now - asked < FRESH:
            return known
        try:
            kept = await self._accounts.key(key_id)
        except (SQLAlchemyError, OSError) as error:
            if asked is not None and now - asked < STALE:
                return known
            raise ConnectionError("the store of keys does not answer") from error
        found = None if kept is None or kept.revoked_at is not None else stored_key(kept)
        self._known[key_id] = (now, found)
        self._known.move_to_end(key_id)
        while len(self._known) > CAPACITY:
            self._known.popitem(last=False)
        return found


def stored_key(key: ApiKey) -> StoredKey:
    """A key of the accounts as the gateway judges it; scopes that the gateway does not know are left out."""
    known = {scope.value: scope for scope in Scope}
    scopes = frozenset(known[scope] for scope in key.scopes if scope in known)
    return StoredKey(id=key.id, digest=key.secret_hash, scopes=scopes, name=key.name, expires=key.expires_at)


@asynccontextmanager
async def open_keyring(settings: Settings, given: KeyRing | None = None) -> AsyncIterator[KeyRing]:
    """The given key ring, or one on the installation's database, closed afterwards."""
    if given is not None:
        yield given
        return
    engine = open_engine(settings.database_url)
    try:
        yield AccountsKeyRing(SqlAccounts(engine))
    finally:
        await engine.dispose()
