"""Whose turn it is: the earliest deadline first, and what an overload costs each."""

import heapq
from collections.abc import Sequence
from enum import StrEnum

import msgspec

WINDOW = 30.0
"""Seconds over which an overload is measured."""
OVERLOADED = 1.1
"""Intervals this many times as long as wanted are an overload ..."""
RELIEVED = 1.02
"""... which is over when they are no longer than this."""
MOST_DELAY = 2.0
"""Seconds of delay that are caught up; cameras with shorter intervals catch up one interval."""
EARLY = 0.25
"""A turn may come early by this part of its period, so that it shares what it costs with others."""
SECOND = 1_000_000
LONGEST = 5.0
"""A camera is looked at at least so often (seconds), whatever its zones ask for: whether it sees must be known."""


def period_of(rate: float, every: Sequence[int | None]) -> float:
    """Seconds from one look at a camera to the next: the shortest interval that one of its zones asks for.

    Args:
        rate: looks a second, for zones that ask for nothing of their own.
        every: what each zone asks for, microseconds; ``None`` or 0 for nothing.
    """
    asked = [interval / SECOND if interval else 1 / rate for interval in every] or [1 / rate]
    return max(1 / rate, min(LONGEST, *asked)) if rate >= 1 / LONGEST else 1 / rate


class Load(StrEnum):
    """Whether a process has time for all of its turns."""

    KEEPS_UP = "keeps_up"
    OVERLOADED = "overloaded"


class Turn(msgspec.Struct, frozen=True, order=True):
    """When a camera is to be judged (seconds of a monotonic clock), and which one."""

    due: float
    camera: int


class Agenda:
    """Turns of all cameras, the earliest first.

    When there is more to do than time, the agenda's own time runs slower than the clock: all intervals stretch by the same factor,
    however long they are, and no camera waits for ever. A short delay is caught up; there is no debt beyond that.

    Args:
        periods: seconds between two turns, for each camera.
        start: now; first turns are spread over each camera's period, so that equal cameras do not come at once.
    """

    def __init__(self, periods: tuple[float, ...], start: float) -> None:
        self._periods = periods
        self._held = 0.0  # Seconds by which the agenda's own time is behind the clock.
        self._slack = min(MOST_DELAY, *periods) if periods else 0.0
        self._turns = [Turn(start + period * index / max(1, len(periods)), index) for index, period in enumerate(periods)]
        heapq.heapify(self._turns)
        self._taken: list[float | None] = [None] * len(periods)
        self._lost = [0.0] * len(periods)
        self._window = [(start, 0.0)]

    def next(self) -> Turn:
        """The next turn, without taking it.

        Raises:
            IndexError: there are no cameras.
        """
        turn = self._turns[0]
        return Turn(turn.due + self._held, turn.camera)

    def period(self, camera: int) -> float:
        """Seconds between two turns of a camera when there is time enough."""
        return self._periods[camera]

    def taken(self, now: float) -> int:
        """The next turn is being taken: plan the camera's following one.

        Returns:
            How many turns of the camera the stretching has cost since the last time.
        """
        turn = self._turns[0]
        self._held += max(0.0, now - (turn.due + self._held) - self._slack)
        period = self._periods[turn.camera]
        heapq.heapreplace(self._turns, Turn(turn.due + period, turn.camera))
        self._remember(now)
        before = self._taken[turn.camera]
        self._taken[turn.camera] = now
        if before is not None:
            # What comes late by less than the slack is made up for by the next turn, which comes early by as much.
            self._lost[turn.camera] = max(-1.0, self._lost[turn.camera] + (now - before) / period - 1)
        lost = max(0, int(self._lost[turn.camera]))
        self._lost[turn.camera] -= lost
        return lost

    def _remember(self, now: float) -> None:
        """Keep where the agenda's time stood, about ten times in a window."""
        if now - self._window[-1][0] >= WINDOW / 10:
            self._window.append((now, self._held))
            while len(self._window) > 1 and self._window[1][0] <= now - WINDOW:
                self._window.pop(0)

    def stretch(self, now: float) -> float:
        """How many times as long as wanted the intervals have been lately; 1 when there is time enough."""
        begun, held = self._window[0]
        passed = now - begun
        own = passed - (self._held - held)
        return max(1.0, passed / own) if passed > 0 and own > 0 else 1.0


def load_of(before: Load, stretch: float) -> Load:
    """What the process is in now; between the two bounds it stays what it was, so that nothing flickers."""
    if stretch >= OVERLOADED:
        return Load.OVERLOADED
    return before if stretch >= RELIEVED else Load.KEEPS_UP
