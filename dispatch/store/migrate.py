"""Brings a database to a version of the schema; the steps travel with the installed package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from dispatch.store.engine import reading, writing

STEPS = Path(__file__).with_name("migrations")
HEAD = "head"
BASE = "base"


class SchemaError(RuntimeError):
    """The database cannot be brought to the version asked for."""


async def upgrade(engine: AsyncEngine, revision: str = HEAD) -> str | None:
    """Run the steps up to a revision, in one transaction; another process that does the same at this time waits and finds it done.

    Returns:
        The revision that the database is at afterwards.

    Raises:
        SchemaError: there is no such revision.
    """
    async with writing(engine) as connection:
        await connection.run_sync(_run, command.upgrade, revision)
    return await current(engine)


async def downgrade(engine: AsyncEngine, revision: str) -> str | None:
    """Run the steps back to a revision (``base``: to nothing).

    Returns:
        The revision that the database is at afterwards, ``None`` for nothing.

    Raises:
        SchemaError: there is no such revision.
    """
    async with writing(engine) as connection:
        await connection.run_sync(_run, command.downgrade, revision)
    return await current(engine)


async def current(engine: AsyncEngine) -> str | None:
    """The revision that a database is at; ``None`` when it is empty."""
    async with reading(engine) as connection:
        return await connection.run_sync(lambda found: MigrationContext.configure(found).get_current_revision())


def newest() -> str | None:
    """The revision that this program wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    return config


def _run(connection: Connection, step: object, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        step(config, revision)  # type: ignore[operator]  # Alembic's commands are functions without a common type.
    except CommandError as error:
        msg = f"the schema cannot be brought to revision {revision!r}: {error}"
        raise SchemaError(msg) from error
