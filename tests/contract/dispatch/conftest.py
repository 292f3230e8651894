"""The case books and accounts that the behaviour suites run on: in memory, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from dispatch.desk import Desk
from dispatch.ports import Accounts, CaseBook
from dispatch.store.accounts import SqlAccounts
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.store.migrate import upgrade
from tests.fakes.casebook import MemoryAccounts, MemoryCaseBook
from tests.fakes.postgres import MISSING, find_binaries, postgres_cluster
from tests.fakes.town import HOOK, Watch, town

KINDS = ("memory", "sqlite", "postgresql")
_numbers = itertools.count(1)


class Books(NamedTuple):
    """What a test works with."""

    book: CaseBook
    accounts: Accounts
    watch: Watch


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
