"""The log in memory: a sink of observations and of refused inputs whose acknowledgements the test controls."""

import asyncio
from collections.abc import Awaitable
from enum import Enum
from typing import Generic, TypeVar

from streams.observation import Observation
from streams.rejected import Rejected

Taken = TypeVar("Taken", Observation, Rejected)


class Mood(Enum):
    """How the fake log behaves."""

    WELL = "acknowledges at once"
    SLOW = "takes everything and acknowledges when told to"
    FULL = "takes nothing"
    ILL = "takes everything and refuses it"


class FakeLog(Generic[Taken]):
    """A :class:`streams.gateway.ports.Sink` or :class:`streams.gateway.ports.DeadLetters`.

    ``kept`` is what was acknowledged, in the order in which it was handed over.
    """

    def __init__(self, mood: Mood = Mood.WELL) -> None:
        self.mood = mood
        self.kept: list[Taken] = []
        self._waiting: list[tuple[Taken, asyncio.Future[None]]] = []

    async def put(self, value: Taken) -> Awaitable[object]:
        """Take a value as the mood says."""
        if self.mood is Mood.FULL:
            await asyncio.Event().wait()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((value, future))
        if self.mood is Mood.ILL:
            self._waiting.pop()
            future.set_exception(RuntimeError("the leader is not available"))
        if self.mood is Mood.WELL:
            self.acknowledge()
        return future

    @property
    def waiting(self) -> int:
        """How many values wait for their acknowledgement."""
        return len(self._waiting)

    def acknowledge(self, count: int | None = None) -> None:
        """Acknowledge the oldest ``count`` values, by default all."""
        now, self._waiting = self._waiting[:count], [] if count is None else self._waiting[count:]
        for value, future in now:
            self.kept.append(value)
            if not future.done():
                future.set_result(None)


def fake_sink(mood: Mood = Mood.WELL) -> FakeLog[Observation]:
    """A sink of observations."""
    return FakeLog[Observation](mood)


def fake_dead_letters(mood: Mood = Mood.WELL) -> FakeLog[Rejected]:
    """A place for refused inputs."""
    return FakeLog[Rejected](mood)
