"""``cityloop db backup`` and ``cityloop db restore``."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from cityloop.commands.dbaccess import Database, Json, url_of, usable
from cityloop.terminal import emit, talk
from config.settings import read_settings

PICTURES = "Pictures are files: copy the folder {folder} too."
Copy = Annotated[Path, typer.Argument(metavar="FILE", help="The copy.")]


def backup_database(file: Copy, *, database: Database = None, json: Json = False) -> None:
    """Copy the whole database into a new file, while everything runs: SQLite by its online backup, PostgreSQL by pg_dump."""
    with usable():
        settings = read_settings(os.environ)
        size = _backup(url_of(database), file)
    if json:
        emit({"file": str(file), "bytes": size})
    else:
        typer.echo(f"{file}\t{size} bytes")
    talk.print(PICTURES.format(folder=settings.evidence_folder), markup=False)


def restore_database(file: Copy, *, database: Database = None, json: Json = False) -> None:
    """Fill an empty database from a copy. Roles that are started then bring its schema up to date, where it is older."""
    with usable():
        settings = read_settings(os.environ)
        revision, newest = _restore(url_of(database), file)
    if json:
        emit({"file": str(file), "revision": revision, "newest": newest})
    else:
        typer.echo(f"{file}\trevision {revision}")
    talk.print(PICTURES.format(folder=settings.evidence_folder), markup=False)


def _backup(url: str, file: Path) -> int:
    from dispatch.store.backup import backup  # noqa: PLC0415  # Heavy, so only when the command runs.

    return backup(url, file, os.environ)


def _restore(url: str, file: Path) -> tuple[str | None, str | None]:
    from dispatch.store import migrate  # noqa: PLC0415  # As above.
    from dispatch.store.backup import restore  # noqa: PLC0415  # As above.
    from dispatch.store.engine import open_engine  # noqa: PLC0415  # As above.

    restore(url, file, os.environ)

    async def revision() -> str | None:
        engine = open_engine(url)
        try:
            return await migrate.current(engine)
        finally:
            await engine.dispose()

    return asyncio.run(revision()), migrate.newest()
