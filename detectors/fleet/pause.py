"""The judging thread's rest between two frames, which is when it says that it is at work."""

from collections.abc import Callable

from detectors.fleet.feed import Seconds

BEAT_SECONDS = 2.0
"""From one sign of life to the next, at least while the thread rests."""


class Pause:
    """Waits, and beats before and meanwhile. A thread that hangs in a picture does not beat.

    Args:
        wait: waits for so many seconds and says whether to stop.
        beat: says that the thread is at work.
        seconds: monotonic clock.
    """

    def __init__(self, wait: Callable[[float], bool], beat: Callable[[], None], seconds: Seconds) -> None:
        self._wait, self._beat, self._seconds = wait, beat, seconds
        self._beaten = float("-inf")

    def __call__(self, seconds: float) -> bool:
        """Wait for so many seconds; whether to stop."""
        end = self._seconds() + seconds
        while True:
            now = self._seconds()
            if now - self._beaten >= BEAT_SECONDS:
                self._beaten = now
                self._beat()
            if self._wait(min(max(end - now, 0.0), BEAT_SECONDS)):
                return True
            if self._seconds() >= end:
                return False
