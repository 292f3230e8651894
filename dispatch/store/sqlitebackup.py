"""SQLite's online backup: page by page into another file, while others read and write.

Source: https://www.sqlite.org/backup.html; Python's ``sqlite3.Connection.backup`` is reached through SQLAlchemy's raw connection.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import PoolProxiedConnection

from config.problem import Problem, ProblemsError

WAIT_MS = 30_000
"""How long another writer is waited for."""


def save(target: URL, file: Path, _environment: Mapping[str, str]) -> None:
    """Copy a database into a file, and check the copy; no other program is needed.

    Raises:
        ProblemsError: the copy is not sound.
    """
    _copy(target, URL.create("sqlite", database=str(file)))
    _check(file, Path(str(target.database)))


def load(target: URL, file: Path, _environment: Mapping[str, str]) -> None:
    """Copy a file into a database, which is checked first.

    Raises:
        ProblemsError: the file is no sound database of ours.
    """
    _check(file, file)
    Path(str(target.database)).parent.mkdir(parents=True, exist_ok=True)
    _copy(URL.create("sqlite", database=str(file)), target)


def _copy(source: URL, target: URL) -> None:
    engines = sa.create_engine(source, poolclass=sa.NullPool), sa.create_engine(target, poolclass=sa.NullPool)
    with closing(engines[0].raw_connection()) as read, closing(engines[1].raw_connection()) as written:
        for connection in (read, written):
            connection.cursor().execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        reader, writer = _driver(read), _driver(written)
        reader.backup(writer)
        # A file in WAL mode has companions; a copy is one file, and roles switch to WAL when they open it.
        writer.execute("PRAGMA journal_mode = DELETE")


def _driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    found = connection.driver_connection
    if not isinstance(found, sqlite3.Connection):
        msg = f"the online backup needs the driver of Python's sqlite3, not {type(found).__name__}"
        raise TypeError(msg)
    return found


def _check(file: Path, about: Path) -> None:
    """Whether a file is a sound database with our tables."""
    engine = sa.create_engine(URL.create("sqlite", database=f"file:{quote(str(file.absolute()))}", query={"mode": "ro", "uri": "true"}))
    try:
        with engine.connect() as connection:
            found = list(connection.scalars(sa.text("PRAGMA integrity_check(3)")))
            ours = "alembic_version" in sa.inspect(connection).get_table_names()
    except sa.exc.DatabaseError as error:
        found, ours = [str(error.orig)], True
    finally:
        engine.dispose()
    if found != ["ok"]:
        raise ProblemsError([Problem(file=str(about), what=f"is no sound SQLite database: {'; '.join(found)}.", fix="Take another copy.")])
    if not ours:
        raise ProblemsError([Problem(file=str(about), what="is no database of cityloop's.", fix="Give a file that db backup has written.")])
