"""The command line: one table of commands, each in a module of its own under ``cityloop/commands``."""

import importlib
import sys

import typer

from cityloop.terminal import Exit, talk

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
    for module in COMMANDS:
        importlib.import_module(module).register(app)
    return app


def main() -> None:
    """Run the command line; an unforeseen error is one line, and a traceback only with ``--debug`` anywhere."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        application()(args=arguments, standalone_mode=True)
    except Exception as error:  # The last line of defence: a user sees a sentence, a developer asks for more.
        if debug:
            raise
        talk.print(f"cityloop: {type(error).__name__}: {error} (run again with --debug for the whole story)", style="red", markup=False)
        sys.exit(Exit.FOUND_PROBLEMS)
