"""A place for the newest frame only: what is older has no use and would pile up."""

import threading

from detectors.sources.frame import Frame


class Latest:
    """Holds one frame for the one who judges; a newer one takes its place. Safe between two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._replaced = 0

    def put(self, frame: Frame) -> None:
        """Leave the newest frame."""
        with self._lock:
            self._replaced += self._frame is not None
            self._frame = frame

    def take(self) -> Frame | None:
        """Take the newest frame; ``None`` when none came since the last time."""
        with self._lock:
            frame, self._frame = self._frame, None
            return frame

    def replaced(self) -> int:
        """How many frames were never taken, since the last call."""
        with self._lock:
            count, self._replaced = self._replaced, 0
            return count
