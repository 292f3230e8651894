"""Whose turn it is: the camera that has waited longest, and what an overload costs each."""

import heapq

import msgspec


class Turn(msgspec.Struct, frozen=True, order=True):
    """When a camera is to be judged (seconds of a monotonic clock), and which one."""

    due: float
    camera: int


class Agenda:
    """Turns of all cameras, the earliest first.

    When there is more to do than time, every camera's turn comes late by the same, so that all intervals stretch evenly; whole
    intervals that have passed are skipped and counted, not caught up.

    Args:
        periods: seconds between two turns, for each camera.
        start: now; first turns are spread over each camera's period, so that equal cameras do not come at once.
    """

    def __init__(self, periods: tuple[float, ...], start: float) -> None:
        self._periods = periods
        self._turns = [Turn(start + period * index / max(1, len(periods)), index) for index, period in enumerate(periods)]
        heapq.heapify(self._turns)

    def next(self) -> Turn:
        """The next turn, without taking it.

        Raises:
            IndexError: there are no cameras.
        """
        return self._turns[0]

    def taken(self, now: float) -> int:
        """The next turn is being taken: plan the camera's following one.

        Returns:
            How many of its turns are skipped.
        """
        turn = self._turns[0]
        period = self._periods[turn.camera]
        skipped = max(0, int((now - turn.due) // period))
        heapq.heapreplace(self._turns, Turn(turn.due + period * (skipped + 1), turn.camera))
        return skipped
