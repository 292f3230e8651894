"""``cityloop doctor``: whether this machine and this installation are fit to run."""

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cityloop.terminal import Exit, emit, refuse
from config.problem import ProblemsError
from config.settings import read_settings

MARKS = {"good": "[green]good    [/]", "optional": "[yellow]optional[/]", "bad": "[red]bad     [/]"}


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
    page = Console(highlight=False, soft_wrap=True, emoji=False)  # What it finds is its data: on stdout, coloured on a terminal.
    for finding in examine(settings):
        findings.append(finding)
        if not json:
            fix = f"\n           {escape(finding.fix)}" if finding.fix else ""
            page.print(f"{MARKS[finding.state]} {escape(finding.name)}: {escape(finding.what)}{fix}")
    result = diagnosis(findings)
    if json:
        emit(result)
    if not result.ok:
        raise typer.Exit(Exit.FOUND_PROBLEMS)
