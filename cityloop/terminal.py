"""Data to stdout, talk to stderr, and the three exit codes of every command."""

import sys
from enum import IntEnum
from typing import Any

import msgspec
import typer
from rich.console import Console

from config.problem import Problem, ProblemsError

talk = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
"""Words for people. Without emoji codes: ``cells.csv:100:5`` is a place, and its middle no picture of a hundred."""


class Exit(IntEnum):
    """0 good, 1 the command worked and found problems, 2 wrong use."""

    GOOD = 0
    FOUND_PROBLEMS = 1
    WRONG_USE = 2


def emit(value: Any) -> None:
    """Print one value as a line of JSON on stdout (UTF-8, whatever the locale)."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def refuse(error: ProblemsError | Problem) -> typer.Exit:
    """Tell every problem on stderr, one a line, and return the exit to raise."""
    problems = error.problems if isinstance(error, ProblemsError) else (error,)
    for problem in problems:
        talk.print(str(problem), style="red", markup=False)
    return typer.Exit(Exit.WRONG_USE)


def file_problem(error: OSError, name: str) -> Problem:
    """What the system says of a file, as a problem of that file.

    Args:
        error: its own file's name is taken, where it has one.
        name: what to call the place otherwise.
    """
    file = name if error.filename is None else str(error.filename)
    return Problem(file=file, what=f"it cannot be used: {error.strerror or error}.", fix="Check the name and its permissions.")
