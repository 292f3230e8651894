"""Frames of a file that stand for themselves (key frames), through PyAV: the decoder passes over all others, for a tenth of the price."""

from pathlib import Path

import av
import av.error
import numpy as np

from config.cameraoptions import Decode
from detectors.inference.port import Picture
from detectors.sources.container import check_size, open_video
from detectors.sources.frame import SourceError
from detectors.sources.place import check_readable

SLACK_SECONDS = 1e-4


class KeyframeClip:
    """The key frames of a file, each shown until the next. One thread at a time.

    Args:
        path: the file.

    Raises:
        SourceError: there is no such file, or no video in it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file() or path.stat().st_size == 0:
            msg = f"{path}: {'the file is empty' if path.is_file() else 'there is no such file'}"
            raise SourceError(msg)
        check_readable(path)
        self._begin()
        if self._next is None:
            msg = f"{path}: the video holds no key frame that can be decoded"
            raise SourceError(msg)
        seconds = self._container.duration
        self._length = seconds / av.time_base if seconds else None

    def duration(self) -> float:
        """Seconds as the container says them; where it does not, until the last key frame."""
        if self._length is None:
            while self._next is not None:
                self._advance()
            self._length = self._now[0] + 1.0
        return self._length

    def estimate(self) -> float | None:
        """The same, for a progress bar, without reading the file."""
        return self._length

    def frame(self, seconds: float) -> Picture | None:
        """The key frame that is on at a media time; ``None`` beyond the end. It may be shared: do not draw on it."""
        if self._length is not None and seconds >= self._length - SLACK_SECONDS:
            return None
        if seconds < self._now[0] - SLACK_SECONDS:
            self._container.close()
            self._begin()
        while self._next is not None and self._next[0] <= seconds + SLACK_SECONDS:
            self._advance()
        return self._now[1]

    def _begin(self) -> None:
        self._container, stream = open_video(str(self._path), str(self._path), Decode.KEYFRAMES, {}, None)
        check_size(str(self._path), stream.codec_context.width, stream.codec_context.height)
        self._frames = self._container.decode(stream)
        self._next = self._decoded()
        # What the file begins with is on from the beginning, whatever its first time is.
        self._now = (0.0, self._next[1] if self._next is not None else np.zeros((1, 1, 3), np.uint8))

    def _advance(self) -> None:
        if self._next is not None:
            self._now, self._next = self._next, self._decoded()

    def _decoded(self) -> tuple[float, Picture] | None:
        """The next key frame with its time; damaged ones are passed over."""
        while True:
            try:
                frame = next(self._frames, None)
            except av.error.InvalidDataError:
                continue
            except (av.error.FFmpegError, OSError):
                return None
            return None if frame is None else (frame.time or 0.0, np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8))
