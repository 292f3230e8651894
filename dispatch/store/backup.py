"""Copies of the whole database: made while everything runs, and brought back into an empty one.

Pictures are no part of it: they are files that never change, and any copy of their folder will do.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from config.problem import Problem, ProblemsError
from dispatch.store import postgresbackup, sqlitebackup


class Kind(NamedTuple):
    """How one kind of database is copied.

    Attributes:
        driver: its synchronous driver.
        save: writes a copy to a file that is not there yet.
        load: fills an empty database from a copy; all of it, or nothing.
    """

    driver: str
    save: Callable[[URL, Path, Mapping[str, str]], None]
    load: Callable[[URL, Path, Mapping[str, str]], None]


KINDS: Mapping[str, Kind] = {
    "sqlite": Kind("sqlite", sqlitebackup.save, sqlitebackup.load),
    "postgresql": Kind("postgresql+psycopg", postgresbackup.save, postgresbackup.load),
}


def backup(url: str, file: Path, environment: Mapping[str, str]) -> int:
    """Copy a database into a file, whole and as of one moment; others may write to the database meanwhile.

    Args:
        url: the database, in SQLAlchemy's form.
        file: the copy, which must not be there yet.
        environment: for PostgreSQL's tools, ``PATH`` first of all.

    Returns:
        Bytes of the file.

    Raises:
        ProblemsError: the file is there already, the database is not, or it cannot be copied.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        OSError: the file cannot be written.
    """
    target, kind = _kind_of(url)
    if file.exists():
        raise ProblemsError([Problem(file=str(file), what="is there already.", fix="Give a name that is free: a backup overwrites none.")])
    if not file.parent.is_dir():
        raise ProblemsError([Problem(file=str(file), what="its folder is not there.", fix="Make it first, or name another one.")])
    if not _tables_of(target):
        raise ProblemsError([Problem(file=_shown(target), what="has no tables.", fix="Give the URL of an installation's database.")])
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        # What people wrote and who may log in: the copy is its owner's alone, before anything is in it.
        partial.touch(mode=0o600)
        kind.save(target, partial, environment)
        _sync(partial)
        partial.rename(file)
        _sync(file.parent)
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path, environment: Mapping[str, str]) -> None:
    """Fill an empty database from a copy; an SQLite file that is missing is made.

    Args:
        url: the database, in SQLAlchemy's form.
        file: what :func:`backup` has written.
        environment: for PostgreSQL's tools.

    Raises:
        ProblemsError: the database is not empty, or the file is no copy of such a database; the database is then as it was.
        sqlalchemy.exc.SQLAlchemyError: the database cannot be used.
        OSError: the file cannot be read.
    """
    target, kind = _kind_of(url)
    if not file.is_file():
        raise ProblemsError([Problem(file=str(file), what="is not there.", fix="Give a file that cityloop db backup has written.")])
    if _tables_of(target):
        raise ProblemsError(
            [Problem(file=_shown(target), what="is not empty.", fix="Stop every role, and restore into a new database; keep the old one.")]
        )
    kind.load(target, file, environment)


def _kind_of(url: str) -> tuple[URL, Kind]:
    target = make_url(url)
    kind = KINDS.get(target.get_backend_name())
    if kind is None or (target.get_backend_name() == "sqlite" and target.database in {None, "", ":memory:"}):
        raise ProblemsError([Problem(file=_shown(target), what="cannot be copied.", fix="Known: an SQLite file, PostgreSQL.")])
    return target.set(drivername=kind.driver), kind


def _tables_of(target: URL) -> list[str]:
    """The tables of a database; an SQLite file that is missing has none, and is not made by looking."""
    if target.get_backend_name() == "sqlite" and not Path(str(target.database)).exists():
        return []
    engine = sa.create_engine(target, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return sa.inspect(connection).get_table_names()


def _shown(target: URL) -> str:
    return target.render_as_string(hide_password=True)


def _sync(path: Path) -> None:
    """Let a file, or a folder's list of names, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
