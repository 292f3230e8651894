"""The command line: one table of commands, each in a module of its own under ``cityloop/commands``."""

import importlib
import importlib.metadata
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cityloop.terminal import Exit, file_problem, refuse, talk
from config.problem import ProblemsError

COMMANDS = (
    "cityloop.commands.audit",
    "cityloop.commands.bench",
    "cityloop.commands.check_config",
    "cityloop.commands.db",
    "cityloop.commands.deadline",
    "cityloop.commands.demo",
    "cityloop.commands.detect",
    "cityloop.commands.key",
    "cityloop.commands.doctor",
    "cityloop.commands.evaluate",
    "cityloop.commands.export",
    "cityloop.commands.record",
    "cityloop.commands.replay",
    "cityloop.commands.rules",
    "cityloop.commands.run",
    "cityloop.commands.teach",
    "cityloop.commands.user",
    "cityloop.commands.weights",
)
"""Modules with a ``register(app)`` function. They import what is heavy only when their command runs."""


def application() -> typer.Typer:
    """Build the command line with every command of the table."""
    app = typer.Typer(
        name="cityloop",
        help="Streaming event processing for city operations.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_door)
    for module in COMMANDS:
        importlib.import_module(module).register(app)
    return app


def _tell_version(asked: bool) -> None:  # noqa: FBT001  # Typer hands an option's value to its callback by position.
    if asked:
        typer.echo(f"cityloop {importlib.metadata.version('cityloop')}")
        raise typer.Exit


def _door(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show an unforeseen error with its traceback; may stand anywhere.")] = False,
) -> None:
    """Streaming event processing for city operations."""
    del version, debug  # The callback has printed the one, and main() has taken out the other: here they are explained.


def main() -> None:
    """Run the command line; an unforeseen error is one line, and a traceback only with ``--debug`` anywhere.

    A refusal or a file that cannot be used, which a command has let through, is wrong use like any other.
    """
    _open_streams()
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        application()(args=arguments, standalone_mode=True)
    except Exception as error:  # The last line of defence: a user sees a sentence, a developer asks for more.
        if debug:
            raise
        sys.exit(_told(error))


def _open_streams() -> None:
    """A stream that was closed by whoever started the process (``>&-``) is one that takes and gives nothing.

    What a terminal's character set lacks (Chinese on Latin 1) is written as an escape; JSON is UTF-8 in any case.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # It is open as long as the process.
        elif name != "stdin" and isinstance(stream := getattr(sys, name), io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _told(error: Exception) -> int:
    """Tell an error that no command has caught; how the process ends."""
    if isinstance(error, ProblemsError):
        return refuse(error).exit_code
    if isinstance(error, OSError) and error.filename is not None:
        return refuse(file_problem(error, "cityloop")).exit_code
    talk.print(f"cityloop: {type(error).__name__}: {error} (run again with --debug for the whole story)", style="red", markup=False)
    return Exit.FOUND_PROBLEMS
