"""``cityloop db``: the schema of the database, and copies of it."""

import asyncio
from enum import Enum
from typing import Annotated

import typer

from cityloop.commands.dbaccess import Database, Json, missing_file, present, url_of, usable
from cityloop.commands.dbcopy import backup_database, restore_database
from cityloop.terminal import emit, refuse
from config.problem import Problem


class Step(Enum):
    """What to do with the schema."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CURRENT = "current"


Revision = Annotated[str, typer.Argument(help="Revision of the schema.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The schema of the database, and copies of it.", no_args_is_help=True)
    group.command("upgrade")(upgrade_database)
    group.command("downgrade")(downgrade_database)
    group.command("current")(current_revision)
    group.command("backup")(backup_database)
    group.command("restore")(restore_database)
    app.add_typer(group, name="db")


def upgrade_database(*, revision: Revision = "head", database: Database = None, json: Json = False) -> None:
    """Bring the database to a revision; without one, to the newest. Every role does this when it starts."""
    _run(Step.UPGRADE, revision, database, json=json)


def downgrade_database(*, revision: Revision, database: Database = None, json: Json = False) -> None:
    """Take the database back to a revision; ``base`` means an empty one, and what was in it is gone."""
    _run(Step.DOWNGRADE, revision, database, json=json)


def current_revision(*, database: Database = None, json: Json = False) -> None:
    """Tell which revision the database is at, and which one this program wants."""
    _run(Step.CURRENT, "", database, json=json)


def _run(step: Step, revision: str, database: str | None, *, json: bool) -> None:
    from dispatch.store.migrate import SchemaError, newest  # noqa: PLC0415  # Heavy, so only when the command runs.

    try:
        with usable():
            url = url_of(database)
            if step is Step.DOWNGRADE:
                present(url)
            looks_at_none = step is Step.CURRENT and missing_file(url) is not None
            reached = None if looks_at_none else asyncio.run(_with_engine(step, revision, url))
    except SchemaError as error:
        raise refuse(Problem(file="REVISION", what=f"{error}.", fix=f"The newest revision is {newest()}.")) from error
    if json:
        emit({"revision": reached, "newest": newest()})
    else:
        typer.echo(reached or "empty")


async def _with_engine(step: Step, revision: str, url: str) -> str | None:
    from dispatch.store import migrate  # noqa: PLC0415  # As above.
    from dispatch.store.engine import open_engine  # noqa: PLC0415  # As above.

    engine = open_engine(url)
    try:
        if step is Step.UPGRADE:
            return await migrate.upgrade(engine, revision)
        if step is Step.DOWNGRADE:
            return await migrate.downgrade(engine, revision)
        return await migrate.current(engine)
    finally:
        await engine.dispose()
