"""Frames that stand for themselves (key frames) alone, through PyAV: the decoder passes over all others, for a tenth of the price."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.still import MOST_PIXELS

WAITED = 0.9
"""Part of the time-out after which a read counts as having waited for all of it; see :class:`detectors.sources.rtsp.RtspReader`."""
SLACK_SECONDS = 1e-4


def _opened(url: str, name: str, timeout: float | None) -> tuple[Any, Iterator[Any]]:
    """A container and the key frames of its first video stream.

    Raises:
        SourceError: there is none. The decoder's own words are not repeated: they may hold the address with its credentials.
    """
    options = {"rtsp_transport": "tcp"} if url.startswith("rtsp") else {}
    try:
        container = av.open(url, options=options, timeout=timeout)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        msg = f"{name}: no video that can be opened ({type(error).__name__})"
        raise SourceError(msg) from None
    if not container.streams.video:
        container.close()
        msg = f"{name}: there is no video in it"
        raise SourceError(msg)
    stream = container.streams.video[0]
    context = stream.codec_context
    if context.width * context.height > MOST_PIXELS:
        container.close()
        msg = f"{name}: frames of {context.width} x {context.height} are too large; choose the camera's smaller stream"
        raise SourceError(msg)
    context.skip_frame = "NONKEY"
    # With more threads the decoder holds a frame back for each.
    context.thread_count = 1
    return container, container.decode(stream)


class KeyframeReader:
    """One connection to a live source, of which only key frames are decoded.

    Args:
        name: the URL without credentials, for messages.
        url: the URL with them.
        timeout: seconds to connect, and to wait for a key frame.
        refusal: asks why there is no connection, in a sentence.

    Raises:
        SourceError: no connection, or no video in it.
    """

    def __init__(self, name: str, url: str, timeout: float, refusal: Callable[[], str] | None = None) -> None:
        self._name = name
        self._timeout = timeout
        try:
            self._container, self._frames = _opened(url, name, timeout)
        except SourceError:
            if refusal is None:
                raise
            msg = f"{name}: {refusal()}"
            raise SourceError(msg) from None

    def read(self) -> Picture:
        """Wait for the next key frame.

        Raises:
            SourceError: the connection was lost, or none came in time.
        """
        began = time.monotonic()
        try:
            frame = next(self._frames, None)
        except (av.error.FFmpegError, OSError) as error:
            msg = f"{self._name}: the stream broke off ({type(error).__name__})"
            raise SourceError(msg) from None
        if frame is None or time.monotonic() - began > WAITED * self._timeout:
            msg = f"{self._name}: the stream ended or no key frame came in time"
            raise SourceError(msg)
        if frame.width * frame.height > MOST_PIXELS:
            msg = f"{self._name}: frames of {frame.width} x {frame.height} are too large; choose the camera's smaller stream"
            raise SourceError(msg)
        return np.ascontiguousarray(frame.to_ndarray(format="bgr24"), np.uint8)

    def close(self) -> None:
        """Hang up."""
        self._container.close()


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
        self._container, self._frames = _opened(str(self._path), str(self._path), None)
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
