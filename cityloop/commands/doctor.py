"""``cityloop doctor``: whether this machine and this installation are fit to run."""

import os
from typing import Annotated

import typer

from cityloop.terminal import Exit, emit, refuse
from config.problem import ProblemsError
from config.settings import read_settings

MARKS = {"good": "green", "optional": "yellow", "bad": "red"}
"""The colour of each state, on a terminal."""
WIDTH = max(map(len, MARKS))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(*, json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Examine Python, packages, city, brokers, database, model, disk and ports; nothing is changed, and no secret is shown."""
    from cityloop.doctor.examine import examine  # noqa: PLC0415  # --help must not wait for what it imports.
    from cityloop.doctor.finding import diagnosis  # noqa: PLC0415  # As above.

    try:
        settings = read_settings(os.environ)
    except ProblemsError as error:
        raise refuse(error) from error
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not json:
            fix = f"\n{' ' * WIDTH}   {finding.fix}" if finding.fix else ""
            # What it finds is its data: on stdout, in UTF-8 whatever the locale.
            typer.echo(f"{typer.style(f'{finding.state.value:{WIDTH}}', fg=MARKS[finding.state])} {finding.name}: {finding.what}{fix}")
    result = diagnosis(findings)
    if json:
        emit(result)
    if not result.ok:
        raise typer.Exit(Exit.FOUND_PROBLEMS)
