"""Annotated pictures and videos for people to look at; blurred like evidence."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2

from config import moment
from config.sources import Zone
from detectors.boxes import Detection
from detectors.evidence.picture import (
    OTHER_COLOUR,
    STAY_COLOUR,
    Canvas,
    blurred,
    draw_box,
    draw_zone,
    encode,
)
from detectors.evidence.privacy import unreadable
from detectors.scenes.stay import Stay
from detectors.sources.frame import Frame

SUFFIXES = (".mp4", ".jpg", ".jpeg")


def annotated(frame: Frame, zones: Sequence[Zone], seen: Sequence[Detection], standing: Sequence[Stay]) -> Canvas:
    """The frame with zones, everything found, and the stays that last; stamped with its time."""
    canvas = blurred(frame.picture, unreadable(seen))
    for zone in zones:
        draw_zone(canvas, zone.polygon)
    for one in seen:
        draw_box(canvas, one.box, OTHER_COLOUR, 1, f"{one.label} {one.score:.2f}")
    for stay in standing:
        draw_box(canvas, stay.box, STAY_COLOUR, 2, f"since {moment.render(stay.since)}", below=True)
    cv2.putText(canvas, moment.render(frame.at), (6, canvas.shape[0] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return canvas


class Annotator(Protocol):
    """Takes annotated frames and writes a file."""

    def add(self, canvas: Canvas, *, confirmed: bool) -> None:
        """Take one frame; ``confirmed`` says that a stay was confirmed by it."""

    def close(self) -> None:
        """Finish the file."""


class VideoAnnotator:
    """Writes every judged frame to an MP4 file, at the speed at which they were judged.

    Args:
        path: the file.
        rate: frames judged per second.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self._path = path
        self._rate = rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, canvas: Canvas, *, confirmed: bool) -> None:  # A video keeps every frame alike.
        """Append a frame; one of another size is scaled to the first one's.

        Raises:
            OSError: the file cannot be written.
        """
        if self._writer is None:
            self._size = (canvas.shape[1], canvas.shape[0])
            self._writer = cv2.VideoWriter(str(self._path), cv2.VideoWriter.fourcc(*"mp4v"), self._rate, self._size)
            if not self._writer.isOpened():
                raise OSError(errno.EIO, "the video cannot be written", str(self._path))
        self._writer.write(canvas if canvas.shape[1::-1] == self._size else cv2.resize(canvas, self._size))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()


class PictureAnnotator:
    """Writes one JPEG: the frame that confirmed the first stay, or the last frame when none was.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._canvas: Canvas | None = None
        self._final = False

    def add(self, canvas: Canvas, *, confirmed: bool) -> None:
        """Take a frame."""
        if not self._final:
            self._canvas, self._final = canvas, confirmed

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        if self._canvas is not None:
            self._path.write_bytes(encode(self._canvas))


def open_annotator(path: Path, rate: float) -> Annotator:
    """The annotator for a file name.

    Raises:
        ValueError: neither MP4 nor JPEG by its name.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        msg = f"{path}: cannot write {suffix or 'a file without a suffix'}: choose a name that ends in {', '.join(SUFFIXES)}"
        raise ValueError(msg)
    return VideoAnnotator(path, rate) if suffix == ".mp4" else PictureAnnotator(path)
