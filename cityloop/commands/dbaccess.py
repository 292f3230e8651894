"""What the commands on the database share: their options, and what is said when it cannot be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cityloop.terminal import refuse
from config.problem import Problem, ProblemsError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Database = Annotated[str | None, typer.Option(metavar="URL", help="SQLAlchemy URL; left out, the installation's (CITYLOOP_DATABASE).")]


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
        problem = Problem(file="--database", what=f"the database cannot be used: {told}.", fix="Check the URL and that it answers.")
        raise refuse(problem) from error
    except OSError as error:
        file, why = str(error.filename or "--database"), error.strerror or str(error)
        raise refuse(Problem(file=file, what=f"cannot be used: {why}.", fix="Check that it is there and may be written.")) from error
