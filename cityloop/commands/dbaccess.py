"""What the commands on the database share: their options, and what is said when it cannot be used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cityloop.terminal import refuse
from config.problem import Problem, ProblemsError
from config.settings import read_settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Database = Annotated[str | None, typer.Option(metavar="URL", help="SQLAlchemy URL; left out, the installation's (CITYLOOP_DATABASE).")]


def url_of(database: str | None) -> str:
    """The URL that the option gives; without one, the installation's.

    Raises:
        ProblemsError: the option is there and empty, as ``--database "$UNSET"`` makes it: whoever names a database means no other one.
    """
    if database == "":
        raise ProblemsError(
            [Problem(file="--database", what="it is empty.", fix="Give a URL, or leave it out for the installation's database.")]
        )
    return read_settings(os.environ).database_url if database is None else database


@contextmanager
def usable() -> Iterator[None]:
    """Within it, a refusal and a database or file that cannot be used become lines on stderr and exit 2.

    Raises:
        typer.Exit: it was so.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # Heavy, so only when a command runs.

    try:
        yield
    except ProblemsError as error:
        raise refuse(error) from error
    except (SQLAlchemyError, ImportError) as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        fix = (
            "Run: cityloop db upgrade"
            if "no such table" in told or "UndefinedTable" in repr(error)
            else "Check the URL and that it answers."
        )
        problem = Problem(file="--database", what=f"the database cannot be used: {told}.", fix=fix)
        raise refuse(problem) from error
    except OSError as error:
        file, why = str(error.filename or "--database"), error.strerror or str(error)
        raise refuse(Problem(file=file, what=f"cannot be used: {why}.", fix="Check that it is there and may be written.")) from error


def present(url: str) -> str:
    """The URL of a database that is there, for commands that only look: opening an SQLite file that is missing would make it.

    Raises:
        ProblemsError: it names a file that is not there.
        sqlalchemy.exc.SQLAlchemyError: it is no URL.
    """
    if (file := missing_file(url)) is not None:
        fix = "Name one with --database or CITYLOOP_DATABASE; every role makes it when it starts, and so does: cityloop db upgrade"
        raise ProblemsError([Problem(file=file, what="there is no such database.", fix=fix)])
    return url


def missing_file(url: str) -> str | None:
    """The SQLite file that a URL names and that is not there; ``None`` for every other database.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: it is no URL.
    """
    from sqlalchemy.engine import make_url  # noqa: PLC0415  # Heavy, so only when a command runs.

    target = make_url(url)
    if target.get_backend_name() != "sqlite" or target.database in (None, "", ":memory:"):
        return None
    return None if Path(str(target.database)).exists() else str(target.database)
