"""The case books and accounts that the behaviour suites run on: in memory, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from dispatch.delivery import Delivery
from dispatch.desk import Desk
from dispatch.noise.policy import NoisePolicy
from dispatch.ports import Accounts, CaseBook, NoiseBook
from dispatch.store import rows, tables
from dispatch.store.accounts import SqlAccounts
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine, reading
from dispatch.store.migrate import upgrade
from dispatch.store.noisebook import SqlNoiseBook
from tests.fakes.casebook import MemoryAccounts, MemoryCaseBook
from tests.fakes.noisebook import MemoryNoiseBook, numbered
from tests.fakes.postgres import MISSING, find_binaries, postgres_cluster
from tests.fakes.town import HOOK, RULES, Watch, town

KINDS = ("memory", "sqlite", "postgresql")
_numbers = itertools.count(1)


class Books(NamedTuple):
    """What a test works with."""

    book: CaseBook
    accounts: Accounts
    watch: Watch


Deliveries = Callable[[], Awaitable[list[Delivery]]]


class Noisy(NamedTuple):
    """What a test of noise control works with.

    Attributes:
        book: alerts and tickets.
        noise: silences and timers.
        watch: the clock.
        deliveries: every notice so far, the oldest first.
        reopen: both books anew on what is kept, as after a restart, under the same policy or another one.
    """

    book: CaseBook
    noise: NoiseBook
    watch: Watch
    deliveries: Deliveries
    reopen: "Callable[[NoisePolicy], Noisy]"


Open = Callable[[NoisePolicy], Awaitable[Noisy]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(MISSING)
    with postgres_cluster(binaries) as server:
        yield server


async def fresh_database(server: str) -> str:
    name = f"test_{next(_numbers)}"
    admin = create_async_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(sa.text(f"CREATE DATABASE {name}"))
    await admin.dispose()
    return f"{server}{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'made' / 'cityloop.db'}"
    else:
        url = await fresh_database(request.getfixturevalue("postgres"))
    opened = open_engine(url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def engine(empty_engine: AsyncEngine) -> AsyncEngine:
    """A database with all tables."""
    await upgrade(empty_engine)
    return empty_engine


@pytest.fixture(params=KINDS)
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    """A case book of each kind with the town's tables, and its accounts."""
    watch, desk = Watch(), Desk(town())
    if request.param == "memory":
        yield Books(MemoryCaseBook(desk, watch, webhook=HOOK), MemoryAccounts(), watch)
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'cityloop.db'}"
    else:
        url = await fresh_database(request.getfixturevalue("postgres"))
    opened = open_engine(url)
    await upgrade(opened)
    yield Books(SqlCaseBook(opened, desk, watch, webhook=HOOK), SqlAccounts(opened), watch)
    await opened.dispose()


@pytest.fixture(params=KINDS)
async def noisy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens books of each kind under a policy."""
    watch, desk, opened = Watch(), Desk(town()), list[AsyncEngine]()

    def in_memory(book: MemoryCaseBook) -> Noisy:
        async def deliveries() -> list[Delivery]:
            return sorted(book.deliveries.values(), key=_age)

        def reopen(policy: NoisePolicy) -> Noisy:
            book.policy = policy
            return in_memory(book)

        return Noisy(book, MemoryNoiseBook(book, RULES), watch, deliveries, reopen)

    def on(engine: AsyncEngine, policy: NoisePolicy) -> Noisy:
        async def deliveries() -> list[Delivery]:
            async with reading(engine) as connection:
                return sorted((rows.read_delivery(row) for row in await connection.execute(sa.select(tables.deliveries))), key=_age)

        book = SqlCaseBook(engine, desk, watch, webhook=HOOK, policy=policy)
        noise = SqlNoiseBook(engine, desk, watch, webhook=HOOK, policy=policy, rules=RULES, draw=numbered())
        return Noisy(book, noise, watch, deliveries, lambda other: on(engine, other))

    async def begin(policy: NoisePolicy) -> Noisy:
        if request.param == "memory":
            return in_memory(MemoryCaseBook(desk, watch, webhook=HOOK, policy=policy))
        url = f"sqlite:///{tmp_path / 'noise.db'}"
        if request.param == "postgresql":
            url = await fresh_database(request.getfixturevalue("postgres"))
        engine = open_engine(url)
        opened.append(engine)
        await upgrade(engine)
        return on(engine, policy)

    yield begin
    for engine in opened:
        await engine.dispose()


def _age(delivery: Delivery) -> tuple[int, str]:
    return delivery.created_at, delivery.id
