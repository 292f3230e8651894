"""``cityloop detect``: what the detectors see in a file or at an address, as observations."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cityloop.terminal import emit, refuse, talk
from config.camerafile import load_camera
from config.problem import Problem, ProblemsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(detect)


def detect(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A video or picture file, rtsp://, http:// or package:NAME/PATH.")],
    *,
    camera: Annotated[Path, typer.Option(metavar="CAMERA.yaml", help="The camera: zones, rate, start time.")],
    json: Annotated[bool, typer.Option("--json", help="No summary on stderr; observations are NDJSON either way.")] = False,
    annotate: Annotated[Path | None, typer.Option(metavar="OUT.mp4|OUT.jpg", help="Write what was seen for people to look at.")] = None,
    evidence: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep evidence pictures in this folder.")] = None,
    heads: Annotated[Path | None, typer.Option(metavar="DIR", help="Taught heads; default: heads beside the camera's file.")] = None,
    seconds: Annotated[float | None, typer.Option("--for", metavar="S", help="Stop after so many seconds of the source.")] = None,
) -> None:
    """Judge a file or a stream with a camera's zones; one observation a line on stdout (NDJSON)."""
    from cityloop.detection import Request, run_detection  # noqa: PLC0415  # OpenCV and onnxruntime are heavy, so only when the command runs.
    from detectors.sources.frame import SourceError  # noqa: PLC0415  # As above.

    try:
        described = msgspec.structs.replace(load_camera(camera), url=source)
        done = run_detection(
            Request(camera=described, annotate=annotate, evidence=evidence, heads=heads or camera.parent / "heads", seconds=seconds),
            emit,
            talk,
        )
    except ProblemsError as error:
        raise refuse(error) from error
    except (SourceError, ValueError, OSError) as error:
        raise refuse(Problem(file=source, what=f"{error}".removeprefix(f"{source}: ") + ".", fix="")) from error
    if not json:
        talk.print(
            f"{done.frames} frames, {done.inferences} of them shown to the model, {done.observations} observations, "
            f"{done.vehicles} vehicles that stood too long",
            markup=False,
        )
