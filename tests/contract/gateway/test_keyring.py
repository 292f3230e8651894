"""The behaviour of every key ring: the fake, and the one on the accounts of dispatch with its database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cityloop.keyring import AccountsKeyRing
from config.moment import Micros
from dispatch.accounts import ApiKey
from dispatch.store.accounts import SqlAccounts
from dispatch.store.engine import open_engine
from dispatch.store.migrate import upgrade
from streams.gateway.keys import Denial, KeyRing, Owner, Scope, StoredKey, mint
from tests.fakes.keyring import FakeKeyRing
from tests.fakes.observations import NOON


class Bench(NamedTuple):
    """A ring and a way to put a key on it."""

    ring: KeyRing
    put: Callable[[StoredKey], Awaitable[None]]


@pytest.fixture(params=["fake", "database"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each key ring, empty."""
    if request.param == "fake":
        fake = FakeKeyRing()

        async def put_fake(stored: StoredKey) -> None:
            fake.keep(stored)

        yield Bench(fake, put_fake)
        return
    engine = open_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    await upgrade(engine)
    accounts = SqlAccounts(engine)

    async def put(stored: StoredKey) -> None:
        scopes = tuple(sorted(stored.scopes))
        key = ApiKey(id=stored.id, name=stored.name, secret_hash=stored.digest, scopes=scopes, created_at=NOON, expires_at=stored.expires)
        await accounts.put_key(key)

    yield Bench(AccountsKeyRing(accounts, lambda: NOON), put)
    await engine.dispose()


async def issued(bench: Bench, *scopes: Scope, expires: Micros | None = None) -> str:
    text, stored = mint("north gate", frozenset(scopes), expires)
    await bench.put(stored)
    return text


async def test_a_good_key_names_its_owner(bench: Bench) -> None:
    """A key with the scope is accepted, and its owner is known by id and name."""
    text = await issued(bench, Scope.OBSERVATIONS_WRITE)
    owner = await bench.ring.check(text, Scope.OBSERVATIONS_WRITE)
    assert owner == Owner(id=text.split("_")[1], name="north gate", scopes=frozenset({Scope.OBSERVATIONS_WRITE}))


async def test_other_keys_are_denied(bench: Bench) -> None:
    """A key without the scope, an expired, an altered, an unknown and a shapeless one each have their answer."""
    out_of_scope = await issued(bench, Scope.TICKETS_READ)
    expired = await issued(bench, Scope.OBSERVATIONS_WRITE, expires=NOON)
    altered = (await issued(bench, Scope.OBSERVATIONS_WRITE))[:-4] + "AAAA"
    unknown = mint("nobody", frozenset({Scope.OBSERVATIONS_WRITE}))[0]
    answers = [await bench.ring.check(text, Scope.OBSERVATIONS_WRITE) for text in (out_of_scope, expired, altered, unknown, "clk_x")]
    assert answers == [Denial.OUT_OF_SCOPE, Denial.EXPIRED, Denial.UNKNOWN, Denial.UNKNOWN, Denial.MALFORMED]
