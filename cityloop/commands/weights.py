"""``cityloop weights``: fetch the default model once, check it, convert it, keep it in the user's cache."""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cityloop.terminal import emit, refuse, talk
from config.problem import Problem, ProblemsError

if TYPE_CHECKING:
    from detectors.inference.agreement import Agreement


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(weights)


def weights(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    int8: Annotated[bool, typer.Option("--int8", help="Also make an eight-bit model, if it agrees with the exact one.")] = False,
    footage: Annotated[list[Path] | None, typer.Option(metavar="VIDEO", help="Streets on which its ranges are measured.")] = None,
    held_out: Annotated[
        list[Path] | None, typer.Option(metavar="VIDEO", help="Other streets, on which it must agree; default: the second half of each.")
    ] = None,
) -> None:
    """Fetch and convert the detector's weights into the user's cache; the second time does nothing."""
    from detectors.weights.cache import cache_folder, ensure, installed  # noqa: PLC0415  # numpy and onnx take 0.3 s; no other command waits.
    from detectors.weights.faces import CENTERFACE, ensure_faces  # noqa: PLC0415  # As above.
    from detectors.weights.pins import NANODET  # noqa: PLC0415  # As above.

    if footage and not int8:
        raise refuse(Problem(file="--footage", what="it is for --int8.", fix="Add --int8, or leave it out."))
    cache = cache_folder(os.environ)
    present = installed(cache)
    try:
        with talk.status("weights ...") if talk.is_terminal and not present else contextlib.nullcontext():
            path = ensure(cache, lambda line: talk.print(line, markup=False))
            faces = ensure_faces(cache)
            agreement = _quantised(path, footage or [], held_out or []) if int8 else None
            talk.print(f"weights: {CENTERFACE.name} is in place ({faces})", markup=False)
    except ProblemsError as error:
        raise refuse(error) from error
    if json:
        told = {"model": NANODET.name, "path": str(path), "fetched": not present, "licence": NANODET.licence, "faces": str(faces)}
        emit(told | ({"int8": agreement} if int8 else {}))


def _quantised(model: Path, footage: list[Path], held_out: list[Path]) -> "Agreement":
    from cityloop.calibration import street_footage  # noqa: PLC0415  # As above.
    from detectors.inference.quantise import quantise, quantised_file  # noqa: PLC0415  # As above.

    frames = street_footage(footage, held_out)
    agreement = quantise(model, frames.measured, frames.held_out, lambda line: talk.print(line, markup=False))
    talk.print(f"weights: the eight-bit model is in place ({quantised_file(model)}): {agreement}", markup=False)
    return agreement
