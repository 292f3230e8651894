"""Frames from a camera on this machine (Video4Linux), through OpenCV."""

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np

from detectors.inference.port import Picture
from detectors.sources.frame import SourceError
from detectors.sources.still import MOST_PIXELS


class Capture(Protocol):
    """What of :class:`cv2.VideoCapture` is used."""

    def isOpened(self) -> bool:  # noqa: N802  # OpenCV's name.
        """Whether there is a device."""

    def read(self) -> tuple[bool, object]:
        """Wait for the next picture."""

    def release(self) -> None:
        """Let the device go."""


def open_device(path: str) -> Capture:
    """A device's capture; it waits for a picture for ten seconds at most (Video4Linux's own time-out in OpenCV)."""
    capture: Capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
    return capture


class DeviceReader:
    """One opened device.

    Args:
        path: ``/dev/video0``.
        opener: opens it.

    Raises:
        SourceError: there is none, or somebody else has it.
    """

    def __init__(self, path: str, opener: Callable[[str], Capture] = open_device) -> None:
        self._path = path
        self._capture = opener(path)
        if not self._capture.isOpened():
            self._capture.release()
            msg = f"{path}: no camera can be opened there (is it plugged in, may this user read it, does another program have it?)"
            raise SourceError(msg)

    def read(self) -> Picture:
        """Wait for the next picture.

        Raises:
            SourceError: the device gives none any more.
        """
        found, picture = self._capture.read()
        if not found or not isinstance(picture, np.ndarray):
            msg = f"{self._path}: the camera gives no picture any more"
            raise SourceError(msg)
        if picture.shape[0] * picture.shape[1] > MOST_PIXELS:
            msg = f"{self._path}: pictures of {picture.shape[1]} x {picture.shape[0]} are too large"
            raise SourceError(msg)
        return np.asarray(picture, np.uint8)

    def close(self) -> None:
        """Let the device go."""
        self._capture.release()
