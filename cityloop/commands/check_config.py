"""``cityloop check-config``: every problem of a city's folder."""

from pathlib import Path
from typing import Annotated

import typer

from cityloop.terminal import Exit, emit, talk
from config.loader import DEMO_CITY


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check-config")(check_config)


def check_config(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The city's folder.", show_default="the demo city")] = DEMO_CITY,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check a city's folder: fields, names, map and rules. Every problem is told with file, line and what to write instead."""
    from cityloop.citycheck import check_city  # noqa: PLC0415  # Geometry and the rule compiler are heavy; --help must not wait for them.

    if not folder.is_dir():
        talk.print(f"{folder}: there is no such folder. Name the folder of a city, such as config/city.demo.", style="red", markup=False)
        raise typer.Exit(Exit.WRONG_USE)
    check = check_city(folder)
    if json:
        emit(check)
    else:
        for problem in check.problems:
            typer.echo(str(problem))
        counts = check.counts
        talk.print(
            f"{folder}: {len(check.problems)} problems; {counts.cells} cells, {counts.cameras} cameras, {counts.devices} devices, "
            f"{counts.rules} rules, {counts.people} people.",
            markup=False,
        )
    if not check.ok:
        raise typer.Exit(Exit.FOUND_PROBLEMS)
