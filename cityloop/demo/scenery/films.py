"""Films of the drawn cameras: files that their cameras play, made anew for every run, the same every time."""

from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np

from cityloop.demo.makecity.cameras import CLIP
from cityloop.demo.scenery.acts import PAUSE, PICTURES, Act
from cityloop.demo.scenery.things import Canvas
from cityloop.demo.scenery.weather import passer_by, taken
from detectors.sources.clip import Clip
from detectors.sources.frame import SourceError
from detectors.sources.place import local_path

CALM = 9.0
"""Media time, seconds, of a frame of the demo's clip on which nothing moves: a wall, a doorway, pavement, and a bicycle."""
SEED = 7
FILMED = 0
"""The variant that is filmed; others are taught, so that what was taught is never what is judged."""


def backdrop() -> Canvas:
    """The one real frame behind everything that is drawn.

    Raises:
        SourceError: the footage is not installed (extra ``[demo]``).
    """
    frame = Clip(local_path(CLIP)).frame(CALM)
    if frame is None:
        msg = f"{CLIP}: it has no frame at {CALM} s"
        raise SourceError(msg)
    return np.asarray(frame, np.uint8)


def pictures(act: Act, behind: Canvas) -> Iterator[Canvas]:
    """The pictures of a film in order: the light wanders, the camera is noisy, now and then somebody walks past."""
    numbers = np.random.default_rng([SEED, crc32(act.camera.encode())])
    scenes = {there: act.drawn(behind, FILMED, there=there) for there in (True, False)}
    for number in range(PICTURES):
        scene = scenes[act.first <= number <= act.last]
        if number % 7 == 5:
            scene = passer_by(scene, float(numbers.uniform(0.05, 0.95)))
        yield taken(scene, numbers, factor=1.0 + 0.08 * float(np.sin(number / 5)))


def film(act: Act, behind: Canvas, path: Path) -> None:
    """Write a film.

    Raises:
        OSError: the file cannot be written.
    """
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 1 / PAUSE, (behind.shape[1], behind.shape[0]))
    if not writer.isOpened():
        msg = f"{path}: the film cannot be written; check the folder and its permissions"
        raise OSError(msg)
    try:
        for picture in pictures(act, behind):
            writer.write(picture)
    finally:
        writer.release()
