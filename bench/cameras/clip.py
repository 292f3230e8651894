"""The stream that simulated cameras send: H.264 at 640 x 360, ten frames a second, a keyframe every two seconds."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from detectors.inference.port import Picture
from detectors.sources.frame import Frame

WIDTH, HEIGHT, RATE, KEYFRAMES = 640, 360, 10, 20
SURVEILLANCE = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
"""Debian's package ``opencv-doc``: a street of people, with two vehicles parked at the top right."""


def pictures_of(path: Path, seconds: float) -> Iterator[Picture]:
    """The first seconds of a video, scaled; drawn ones where it is not there."""
    count = round(seconds * RATE)
    if not path.is_file():
        yield from drawn(count)
        return
    capture = cv2.VideoCapture(str(path))
    for _ in range(count):
        found, picture = capture.read()
        if not found:
            return
        yield np.asarray(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def drawn(count: int) -> Iterator[Picture]:
    """A noisy street with a box that crosses it."""
    noise = np.random.default_rng(1)
    for number in range(count):
        picture = noise.integers(96, 128, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        left = 12 * number % WIDTH
        picture[30:90, left : left + 80] = (200, 80, 40)
        yield picture


def write_clip(path: Path, source: Path = SURVEILLANCE, seconds: float = 75.0) -> str:
    """Encode the stream.

    Returns:
        What it is, for the report.
    """
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"g": str(KEYFRAMES), "sc_threshold": "0", "preset": "veryfast", "threads": "1"}
        for picture in pictures_of(source, seconds):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    shown = source.name if source.is_file() else "drawn pictures"
    return f"{shown}, H.264, {WIDTH} x {HEIGHT}, {RATE} frames a second, a keyframe every {KEYFRAMES // RATE} s"


class ClipFeed:
    """A :class:`detectors.fleet.feed.Feed` that decodes a clip as a camera's process would: all that has come since the last look.

    Args:
        path: the clip; it is played again and again.
        start: media time at which this camera begins, seconds.
        now: seconds since the run began.
        keyframes: decode nothing else.
    """

    def __init__(self, path: Path, start: float, now: Callable[[], float], *, keyframes: bool) -> None:
        self._container = av.open(str(path))
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_type = "NONE"
        if keyframes:
            self._stream.codec_context.skip_frame = "NONKEY"
        self._now = now
        self._container.seek(round(start * av.time_base))
        self._frames = self._container.decode(self._stream)
        self._ahead: av.VideoFrame | None = next(self._frames)
        self._shift = now() - self._time(self._ahead)

    def _time(self, frame: av.VideoFrame) -> float:
        return float((frame.pts or 0) * (frame.time_base or Fraction(1)))

    def newest(self) -> Frame | None:
        """The last frame that is due, decoded; the ones before it were decoded too, since it builds on them."""
        now, newest = self._now(), None
        while self._ahead is not None and self._time(self._ahead) + self._shift <= now + 1e-6:
            newest = self._ahead
            self._ahead = next(self._frames, None)
            if self._ahead is None:
                self._shift += self._time(newest) + 1 / RATE
                self._container.seek(0)
                self._frames = self._container.decode(self._stream)
                self._ahead = next(self._frames)
        if newest is None:
            return None
        return Frame(np.asarray(newest.to_ndarray(format="bgr24"), np.uint8), round(now * 1e6))

    def replaced(self) -> int:
        """Not counted here."""
        return 0

    def fault(self) -> str | None:
        """A clip has none."""

    def silent(self) -> bool:
        """It never ends."""
        return False

    def stop(self) -> None:
        """Close the file."""
        self._container.close()
