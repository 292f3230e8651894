"""``cityloop weights``: fetch the default model once, check it, convert it, keep it in the user's cache."""

import contextlib
import os
from typing import Annotated

import typer

from cityloop.terminal import emit, refuse, talk
from config.problem import ProblemsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(weights)


def weights(*, json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Fetch and convert the detector's weights into the user's cache; the second time does nothing."""
    from detectors.weights.cache import cache_folder, ensure, installed  # noqa: PLC0415  # numpy and onnx take 0.3 s; no other command waits.
    from detectors.weights.faces import CENTERFACE, ensure_faces  # noqa: PLC0415  # As above.
    from detectors.weights.pins import NANODET  # noqa: PLC0415  # As above.

    cache = cache_folder(os.environ)
    present = installed(cache)
    try:
        with talk.status("weights ...") if talk.is_terminal and not present else contextlib.nullcontext():
            path = ensure(cache, lambda line: talk.print(line, markup=False))
            faces = ensure_faces(cache)
            talk.print(f"weights: {CENTERFACE.name} is in place ({faces})", markup=False)
    except ProblemsError as error:
        raise refuse(error) from error
    if json:
        emit({"model": NANODET.name, "path": str(path), "fetched": not present, "licence": NANODET.licence, "faces": str(faces)})
