"""Frames from RTSP, through FFmpeg in OpenCV (over TCP, which is its default when nothing else is asked for)."""

import time

import cv2
import numpy as np

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.refusal import why_refused
from detectors.sources.still import MOST_PIXELS

WAITED = 0.9
"""Part of the time-out after which a read counts as having waited for all of it."""


class RtspReader:
    """One connection.

    To connect takes about three seconds, in which FFmpeg gets to know the stream; the frames of that time come at once when it is done.

    Args:
        name: the URL without credentials, for messages.
        url: the URL with them.
        timeout: seconds to connect, and to wait for a frame.

    Raises:
        SourceError: no connection, or no video in it.
    """

    def __init__(self, name: str, url: str, timeout: float) -> None:
        self._name = name
        self._timeout = timeout
        milliseconds = int(timeout * 1000)
        self._capture = cv2.VideoCapture(
            url,
            cv2.CAP_FFMPEG,
            [
                *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, milliseconds),
                *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, milliseconds),
                # With more threads the decoder holds a frame back for each.
                *(cv2.CAP_PROP_N_THREADS, 1),
            ],
        )
        if not self._capture.isOpened():
            msg = f"{name}: {why_refused(name, timeout, credentials=url != name)}"
            raise SourceError(msg)

    def read(self) -> Picture:
        """Wait for the next frame.

        Raises:
            SourceError: the connection was lost, or nothing came in time.
        """
        began = time.monotonic()
        found, picture = self._capture.read()
        # When the wait is over, FFmpeg still gives out frames that it has kept back: they are as old as the silence, and not of now.
        late = time.monotonic() - began > WAITED * self._timeout
        if late or not found or picture is None:
            msg = f"{self._name}: the stream ended or no frame came in time"
            raise SourceError(msg)
        if picture.shape[0] * picture.shape[1] > MOST_PIXELS:
            msg = f"{self._name}: frames of {picture.shape[1]} x {picture.shape[0]} are too large; choose the camera's smaller stream"
            raise SourceError(msg)
        return np.asarray(picture, np.uint8)

    def close(self) -> None:
        """Hang up."""
        self._capture.release()
