"""Keeps a live source alive: a thread that connects, reads, and connects again."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from config.moment import SECOND
from detectors.inference.port import Picture
from detectors.sources.backoff import wait_before
from detectors.sources.frame import Frame, SourceError
from detectors.sources.latest import Latest
from streams.clock import Clock


class Reader(Protocol):
    """One connection to a source."""

    def read(self) -> Picture | Frame:
        """Wait for the next picture; a frame, when its source knows when it was taken.

        Raises:
            SourceError: the connection is lost.
        """

    def close(self) -> None:
        """Give up the connection."""


class LiveSource:
    """A camera whose frames come when they come.

    Args:
        connect: makes a connection, or raises :class:`SourceError`.
        clock: stamps pictures with their arrival, since cameras' own clocks are often wrong.
        chance: random numbers from 0 to 1 for the back-off.
        stopped: set to end it (a reader may wait on it too).
        connected: called at each connection that was made.
        seconds: monotonic clock; stamps pictures too, since the machine's own clock may be set.

    Attributes:
        latest: the newest frame.
        fault: why no frames come, or ``None`` while they do.
        connections: made so far.
        failures: in a row.
    """

    def __init__(
        self,
        connect: Callable[[], Reader],
        clock: Clock,
        chance: Callable[[], float],
        stopped: threading.Event,
        *,
        connected: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._connect = connect
        self._connected = connected
        self._clock = clock
        self._chance = chance
        self._stopped = stopped
        self._thread: threading.Thread | None = None
        self.latest = Latest()
        self.fault: str | None = "not connected yet"
        self.connections = 0
        self.failures = 0

    def start(self, name: str) -> None:
        """Begin; the thread carries the camera's name."""
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a read that hangs is left to the daemon thread's end with the process."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                for read in self._pictures():
                    self.latest.put(read if isinstance(read, Frame) else Frame(read, self._clock(), round(self._seconds() * SECOND)))
                    self.fault, self.failures = None, 0
            except SourceError as error:
                self.fault = str(error)
            except Exception as error:  # noqa: BLE001  # A camera may make a decoder fail in any way: it is told as its fault, and tried again.
                self.fault = f"unexpected {type(error).__name__}"
            self.failures += 1
            self._stopped.wait(wait_before(self.failures, self._chance()))

    def _pictures(self) -> Iterator[Picture | Frame]:
        reader = self._connect()
        self.connections += 1
        self._connected()
        try:
            while not self._stopped.is_set():
                yield reader.read()
        finally:
            reader.close()
