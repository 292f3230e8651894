"""A command whose code is wrong, for tests of what a user is told then."""

import typer

from config.problem import Problem, ProblemsError
from config.settings import Settings

SECRET_FREE = "the drawer [red]jammed[/red]"
"""What the error says; the brackets must come out as they are."""


def register(app: typer.Typer) -> None:
    """Add a command that fails, and one that does not."""
    app.command()(jam)
    app.command()(work)
    app.command()(refuse)
    app.command()(miss)
    app.command()(drop)


def jam() -> None:
    """Fail in a way that nobody foresaw."""
    raise LookupError(SECRET_FREE)


def work() -> None:
    """Print one value."""
    typer.echo(Settings().broker)


def refuse() -> None:
    """Let a refusal through that the command should have told itself."""
    raise ProblemsError([Problem(file="x.yaml", line=3, what="it is wrong.", fix="Mend it.")])


def miss() -> None:
    """Let through what the system says of a file."""
    raise FileNotFoundError(2, "No such file or directory", "gone/x.db")


def drop() -> None:
    """Let through what the system says of no file in particular."""
    raise ConnectionResetError(104, "Connection reset by peer")
