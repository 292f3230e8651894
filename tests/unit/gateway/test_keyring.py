import pytest

from cityloop.keyring import FRESH, STALE, AccountsKeyRing
from dispatch.accounts import ApiKey
from streams.gateway.keys import Denial, Owner, Scope, mint
from tests.fakes.observations import NOON

TEXT, STORED = mint("north gate", frozenset({Scope.OBSERVATIONS_WRITE}))
KEY = ApiKey(id=STORED.id, name="north gate", secret_hash=STORED.digest, scopes=("observations:write", "from:the-future"), created_at=NOON)
REVOKED = ApiKey(id=KEY.id, name=KEY.name, secret_hash=KEY.secret_hash, scopes=KEY.scopes, created_at=NOON, revoked_at=NOON)


class Accounts:
    """Keys in memory, with a count of how often they were asked for and a way to break."""

    def __init__(self, *keys: ApiKey) -> None:
        self.kept = {key.id: key for key in keys}
        self.asked = 0
        self.broken = False

    async def key(self, key_id: str) -> ApiKey | None:
        """A key, or ``None``."""
        self.asked += 1
        if self.broken:
            raise OSError("no route to the database")
        return self.kept.get(key_id)


class Time:
    """A clock that stands until it is set."""

    now = NOON

    def __call__(self) -> int:
        """The present."""
        return self.now


async def test_a_key_is_remembered_for_a_moment() -> None:
    """The store is asked once within the fresh span and again after it."""
    accounts, time = Accounts(KEY), Time()
    ring = AccountsKeyRing(accounts, time)
    for moment in (NOON, NOON + FRESH - 1, NOON + FRESH):
        time.now = moment
        assert isinstance(await ring.check(TEXT, Scope.OBSERVATIONS_WRITE), Owner)
    assert accounts.asked == 2


async def test_unknown_keys_are_remembered_too() -> None:
    """Guessing the same key again does not reach the database each time."""
    accounts = Accounts()
    ring = AccountsKeyRing(accounts, Time())
    assert [await ring.check(TEXT, Scope.OBSERVATIONS_WRITE) for _ in range(3)] == [Denial.UNKNOWN] * 3
    assert accounts.asked == 1


async def test_a_revoked_key_is_unknown_after_a_moment() -> None:
    """A key that was revoked opens nothing once the fresh span is over."""
    accounts, time = Accounts(KEY), Time()
    ring = AccountsKeyRing(accounts, time)
    assert isinstance(await ring.check(TEXT, Scope.OBSERVATIONS_WRITE), Owner)
    accounts.kept[KEY.id] = REVOKED
    time.now += FRESH
    assert await ring.check(TEXT, Scope.OBSERVATIONS_WRITE) is Denial.UNKNOWN


async def test_alarms_do_not_wait_for_the_database() -> None:
    """While the database is down a key that was good is good for some minutes more, and then the answer is that it is down."""
    accounts, time = Accounts(KEY), Time()
    ring = AccountsKeyRing(accounts, time)
    await ring.check(TEXT, Scope.OBSERVATIONS_WRITE)
    accounts.broken = True
    time.now = NOON + STALE - 1
    assert isinstance(await ring.check(TEXT, Scope.OBSERVATIONS_WRITE), Owner)
    time.now = NOON + STALE
    with pytest.raises(ConnectionError, match="the store of keys does not answer"):
        await ring.check(TEXT, Scope.OBSERVATIONS_WRITE)


async def test_a_broken_database_does_not_make_keys_wrong() -> None:
    """A key that was never seen is not called unknown because the database is down."""
    accounts = Accounts(KEY)
    accounts.broken = True
    with pytest.raises(ConnectionError):
        await AccountsKeyRing(accounts, Time()).check(TEXT, Scope.OBSERVATIONS_WRITE)


async def test_scopes_of_another_version_are_left_out() -> None:
    """A scope that this version does not know gives nothing and breaks nothing."""
    owner = await AccountsKeyRing(Accounts(KEY), Time()).check(TEXT, Scope.OBSERVATIONS_WRITE)
    assert isinstance(owner, Owner)
    assert owner.scopes == {Scope.OBSERVATIONS_WRITE}
