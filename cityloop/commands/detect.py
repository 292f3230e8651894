"""``cityloop detect``: what the detectors see in a file or at an address, as observations."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cityloop.terminal import emit, file_problem, refuse, talk
from config.camerafile import load_camera
from config.problem import Problem, ProblemsError
from config.sources import Camera

SOURCES = "Name a video, a picture, a folder of pictures, package:NAME/PATH, or the address of a camera."
_LONGEST = 366 * 86_400


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
    seconds: Annotated[
        float | None, typer.Option("--for", metavar="S", min=0, max=_LONGEST, help="Stop after so many seconds of the source.")
    ] = None,
) -> None:
    """Judge a file or a stream with a camera's zones; one observation a line on stdout (NDJSON)."""
    from cityloop.detection import Request, objections_to, run_detection  # noqa: PLC0415  # OpenCV and onnxruntime are heavy, so only when the command runs.
    from detectors.sources.frame import SourceError  # noqa: PLC0415  # As above.

    try:
        described = _camera(camera, [*objections_to(source), *_outputs(annotate, evidence)])
        done = run_detection(
            Request(
                camera=msgspec.structs.replace(described, url=source),
                annotate=annotate,
                evidence=evidence,
                heads=heads or camera.parent / "heads",
                seconds=seconds,
            ),
            emit,
            talk,
        )
    except ProblemsError as error:
        raise refuse(error) from error
    except OSError as error:
        raise refuse(file_problem(error, source)) from error
    except (SourceError, ValueError) as error:
        said = f"{error}"  # Of a folder, it names the picture.
        file, _, what = said.partition(": ") if said.startswith(source) else (source, "", said)
        raise refuse(Problem(file=file, what=f"{what}.", fix=SOURCES)) from error
    if not json:
        talk.print(
            f"{done.frames} frames, {done.inferences} of them shown to the model, {done.observations} observations, "
            f"{done.vehicles} vehicles that stood too long",
            markup=False,
        )


def _camera(file: Path, others: list[Problem]) -> Camera:
    """The camera of a file.

    Raises:
        ProblemsError: something is wrong with it, or was with the other arguments; all of it is told.
    """
    try:
        camera = load_camera(file)
    except ProblemsError as error:
        raise ProblemsError([*others, *error.problems]) from None
    if others:
        raise ProblemsError(others)
    return camera


def _outputs(annotate: Path | None, evidence: Path | None) -> list[Problem]:
    """What keeps files from being written, told before the work rather than after it."""
    from detectors.evidence.annotation import SUFFIXES  # noqa: PLC0415  # OpenCV is heavy, so only when the command runs.

    problems = []
    if annotate is not None:
        if annotate.suffix.lower() not in SUFFIXES:
            what = f"cannot write {annotate.suffix.lower() or 'a file without a suffix'}: choose a name that ends in {', '.join(SUFFIXES)}."
            problems.append(Problem(file=str(annotate), what=what, fix=""))
        if not annotate.absolute().parent.is_dir():
            problems.append(Problem(file=str(annotate), what="there is no such folder.", fix="Make it first, or name another one."))
    if evidence is not None and evidence.exists() and not evidence.is_dir():
        problems.append(Problem(file=str(evidence), what="it is a file, and evidence is kept in a folder.", fix="Name another one."))
    return problems
