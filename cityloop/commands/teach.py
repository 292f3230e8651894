"""``cityloop teach``: labelled crops become the head of a zone."""

from pathlib import Path
from typing import Annotated

import typer

from cityloop.terminal import Exit, emit, refuse, talk
from config.problem import ProblemsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(teach)


def teach(
    camera: Annotated[Path, typer.Argument(metavar="CAMERA.yaml", help="The camera's file.")],
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="Which zone is taught.")],
    crops: Annotated[list[Path] | None, typer.Argument(metavar="CROPS", help="Pictures of the zone, all of one label.")] = None,
    *,
    label: Annotated[
        str | None, typer.Option(metavar="LABEL", help="What the crops show: full, drying or rubbish; ok where there is none.")
    ] = None,
    suggest: Annotated[
        int, typer.Option(metavar="N", help="Instead of adding the crops, print the N that are most worth a label.", min=0)
    ] = 0,
    roll_back: Annotated[int | None, typer.Option("--roll-back", metavar="VERSION", help="Put an earlier head in force again.")] = None,
    heads: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where heads are kept; default: heads beside the camera's file.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Add labelled crops to a zone, teach its head anew, and say how good it is on crops that it had not seen.

    Exit 0; 1 when there is no head since it would not be better than chance; 2 for wrong use.
    """
    from cityloop.teaching import Request, run_teaching  # noqa: PLC0415  # OpenCV and onnxruntime are heavy, so only when the command runs.

    try:
        request = Request(
            camera=camera, zone=zone, crops=tuple(crops or ()), label=label, suggest=suggest, roll_back=roll_back, heads=heads
        )
        lesson = run_teaching(request)
    except ProblemsError as error:
        raise refuse(error) from None
    if json:
        emit(lesson)
    else:
        for path in lesson.suggested:
            typer.echo(path)
        talk.print(lesson.told, markup=False)
    if lesson.refused:
        raise typer.Exit(Exit.FOUND_PROBLEMS)
