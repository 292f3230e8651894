"""``cityloop audit``: whether the tickets' histories are those that were written."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.commands.dbaccess import Database, Json, present, url_of, usable
from cityloop.terminal import Exit, emit, refuse
from config.problem import Problem
from config.settings import read_settings

if TYPE_CHECKING:
    from dispatch.store.audit import Verdict


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Whether what was written is still what is there.", no_args_is_help=True)
    group.command("verify")(verify_tickets)
    group.command("evidence")(verify_evidence)
    app.add_typer(group, name="audit")


def verify_tickets(*, database: Database = None, json: Json = False) -> None:
    """Follow the chain of hashes of every ticket and silence, and fold each history anew; exit 1 when one is not what was written."""
    with usable():
        verdict = asyncio.run(_verify(present(url_of(database))))
    if json:
        emit(
            {
                "ok": not verdict.broken,
                "tickets": verdict.tickets,
                "events": verdict.events,
                "silences": verdict.silences,
                "broken": verdict.broken,
            }
        )
    else:
        for fault in verdict.broken:
            typer.echo(f"{fault.kind.value} {fault.ticket}, event {fault.sequence}: {fault.what}")
        typer.echo(f"{verdict.tickets} tickets with {verdict.events} events, {verdict.silences} silences: {len(verdict.broken)} broken")
    if verdict.broken:
        raise typer.Exit(Exit.FOUND_PROBLEMS)


def verify_evidence(
    *,
    folder: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the evidence; default: as the settings say.")] = None,
    json: Json = False,
) -> None:
    """Follow the chain of every camera's pictures, and hold each kept picture against its name; exit 1 when one was changed."""
    from detectors.evidence.archive import examine, open_archive  # noqa: PLC0415  # Only this command needs it.

    if folder is not None and not folder.is_dir():
        raise refuse(Problem(file=str(folder), what="there is no such folder.", fix="Name the one in which the evidence is kept."))
    with usable():
        found = examine(open_archive(folder or read_settings(os.environ).evidence_folder))
    if json:
        emit({"ok": not found.broken, "links": found.links, "pictures": found.pictures, "viewings": found.viewings, "broken": found.broken})
    else:
        for fault in found.broken:
            typer.echo(f"{fault.camera}, link {fault.number}: {fault.what}")
        typer.echo(
            f"{found.links} links, {found.pictures} pictures still kept, {found.viewings} viewings of originals: {len(found.broken)} broken"
        )
    if found.broken:
        raise typer.Exit(Exit.FOUND_PROBLEMS)


async def _verify(url: str) -> "Verdict":
    from dispatch.store.audit import verify  # noqa: PLC0415  # Heavy, so only when the command runs.
    from dispatch.store.engine import open_engine  # noqa: PLC0415  # As above.

    engine = open_engine(url)
    try:
        return await verify(engine)
    finally:
        await engine.dispose()
