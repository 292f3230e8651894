"""What a fleet asks of a camera's source: the newest frame, or why there is none."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol

from config.moment import SECOND
from detectors.sources.backoff import wait_before
from detectors.sources.frame import Frame, SourceError
from detectors.sources.live import LiveSource
from detectors.sources.playback import Playback
from streams.clock import Clock

Seconds = Callable[[], float]
"""A monotonic clock."""


class Feed(Protocol):
    """A camera's source as the fleet sees it."""

    def newest(self) -> Frame | None:
        """The newest frame that was not taken yet. Never waits for a camera, never raises for one."""

    def replaced(self) -> int:
        """Frames that came and were never taken, since the last call."""

    def fault(self) -> str | None:
        """Why there are no frames (no credentials in it), or ``None``."""

    def silent(self) -> bool:
        """Whether no frame has come for the source's time-out."""

    def stop(self) -> None:
        """Let the source go."""


class LiveFeed:
    """A live source.

    Args:
        source: started.
        timeout: seconds without a frame after which it counts as silent.
        seconds: monotonic clock.
    """

    def __init__(self, source: LiveSource, timeout: float, seconds: Seconds) -> None:
        self._source = source
        self._timeout = timeout
        self._seconds = seconds
        self._last = seconds()

    def newest(self) -> Frame | None:
        """The newest frame that has arrived."""
        frame = self._source.latest.take()
        if frame is not None:
            self._last = self._seconds()
        return frame

    def replaced(self) -> int:
        """Frames that a newer one replaced."""
        return self._source.latest.replaced()

    def fault(self) -> str | None:
        """Why there are no frames."""
        return self._source.fault

    def silent(self) -> bool:
        """Whether no frame has come for the time-out."""
        return self._seconds() - self._last >= self._timeout

    def stop(self) -> None:
        """Hang up."""
        self._source.stop()


Apart = Callable[[Callable[[], None]], None]
"""Does some work apart from the one who asks."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Do it in a thread of its own, which ends with the process."""
    threading.Thread(target=work, name="open", daemon=True).start()


class PlaybackFeed:
    """A file played in real time: each frame is stamped with the clock, as if the camera had just sent it.

    A file is opened apart from the judging thread: to know how long a film is that is shown again and again, it is read through.

    Args:
        open_file: opens the playback, or raises :class:`SourceError`; tried again with growing pauses.
        clock: stamps the frames.
        seconds: monotonic clock.
        chance: random numbers from 0 to 1.
        apart: where the file is opened.
    """

    def __init__(
        self, open_file: Callable[[], Playback], clock: Clock, seconds: Seconds, chance: Callable[[], float], apart: Apart = in_a_thread
    ) -> None:
        self._open = open_file
        self._clock = clock
        self._seconds = seconds
        self._chance = chance
        self._apart = apart
        self._opened: SimpleQueue[Playback | SourceError] = SimpleQueue()
        self._opening = False
        self._playback: Playback | None = None
        self._begun = 0.0
        self._fault: str | None = None
        self._failures = 0
        self._again = 0.0

    def newest(self) -> Frame | None:
        """What is on now; a file that does not loop ends in silence."""
        now = self._seconds()
        try:
            playback = self._playback or self._begin(now)
            if playback is None:
                return None
            picture = playback.frame(now - self._begun)
        except SourceError as error:
            self._failures += 1
            self._fault, self._playback, self._again = str(error), None, now + wait_before(self._failures, self._chance())
            return None
        self._fault, self._failures = ("the file has been played to its end" if picture is None else None), 0
        return None if picture is None else Frame(picture, self._clock(), round(now * SECOND))

    def _begin(self, now: float) -> Playback | None:
        """The playback that has been opened meanwhile; ``None`` while it is not.

        Raises:
            SourceError: it cannot be opened.
        """
        if not self._opening and now >= self._again:
            self._opening = True
            self._apart(self._try)
        if self._opened.empty():
            return None
        opened, self._opening = self._opened.get(), False
        if isinstance(opened, SourceError):
            raise opened
        self._playback, self._begun = opened, now
        return opened

    def _try(self) -> None:
        try:
            self._opened.put(self._open())
        except SourceError as error:
            self._opened.put(error)
        except Exception as error:  # noqa: BLE001  # A file may make a decoder fail in any way: it is told as its fault, and tried again.
            self._opened.put(SourceError(f"unexpected {type(error).__name__}"))

    def replaced(self) -> int:
        """A file shows what is asked for: nothing is replaced."""
        return 0

    def fault(self) -> str | None:
        """Why there are no frames."""
        return self._fault

    def silent(self) -> bool:
        """A file that cannot be read, or is over, is silent at once."""
        return self._fault is not None

    def stop(self) -> None:
        """Let the file go."""
        self._playback = None
