"""The database: opened so that several processes can share it, and written by one transaction at a time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""Drivers for URLs that name none."""

WRITER_LOCK = 7_231_906_451
"""PostgreSQL's advisory lock of writers: it makes the order of the feed's numbers the order of commits."""

WRITE_AHEAD = "PRAGMA journal_mode = WAL"
PRAGMAS = (
    "PRAGMA busy_timeout = 30000",
    WRITE_AHEAD,
    "PRAGMA synchronous = FULL",  # What was committed survives a power cut: an alert is acknowledged on the strength of it.
    "PRAGMA foreign_keys = ON",
)

_WRITES = "cityloop_writes"
_TRIES, _PAUSE = 200, 0.05
"""How often, and after how many seconds, the switch to write-ahead logging is tried again."""


def open_engine(url: str) -> AsyncEngine:
    """Open a database; the folder of an SQLite file is made where it is missing.

    Args:
        url: SQLAlchemy's form; ``sqlite://`` and ``postgresql://`` get their asynchronous drivers.
    """
    target = make_url(url)
    target = target.set(drivername=DRIVERS.get(target.drivername, target.drivername))
    if target.get_backend_name() != "sqlite":
        return create_async_engine(target, pool_pre_ping=True)
    if target.database not in (None, "", ":memory:"):
        Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(target)
    sa.event.listen(engine.sync_engine, "connect", _prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that writes: no other one runs beside it, so what it reads stays true until it commits."""
    async with engine.connect() as connection:
        await connection.execution_options(**{_WRITES: True})
        async with connection.begin():
            if connection.dialect.name == "postgresql":
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITER_LOCK)))
            yield connection


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction that only reads; on SQLite it sees one state of the database throughout."""
    async with engine.connect() as connection, connection.begin():
        yield connection


def _prepare(connection: DBAPIConnection, _record: Any) -> None:
    """The driver must leave transactions to us: its own begin comes too late for reads and too weak for writes."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        if pragma == WRITE_AHEAD:
            _switch(connection, cursor)
        else:
            cursor.execute(pragma)
    cursor.close()


def _switch(connection: Any, cursor: DBAPICursor) -> None:
    """Switch a file to write-ahead logging while other processes may be doing the same.

    SQLite answers "database is locked" to all but one of them at once, whatever the busy time-out: waiting with a
    lock in hand could be for ever. So it is for us to try again.
    """
    for _ in range(_TRIES - 1):
        try:
            cursor.execute(WRITE_AHEAD)
        except sqlite3.OperationalError:
            connection.run_async(lambda _: asyncio.sleep(_PAUSE))
        else:
            return
    cursor.execute(WRITE_AHEAD)


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that upgraded its lock later could find itself refused."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")
