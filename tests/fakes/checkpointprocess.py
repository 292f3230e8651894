"""A worker that follows "checkpoint, then commit" over the memory broker, for tests of its rules."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from streams.checkpoint.assemble import farthest
from streams.checkpoint.meters import Meters
from streams.checkpoint.runner import CheckpointedFold
from streams.fold import Fold, Record
from streams.topics import OBSERVATIONS
from tests.fakes.folds import CountingFold
from tests.fakes.log import MemoryBroker, MemoryGroup, MemoryLog, incoming


def amounts(*given: tuple[str, int]) -> bytes:
    """A record's value for :class:`tests.fakes.folds.CountingFold`: names with what is added to each."""
    return msgspec.json.encode(given)


class Process:
    """A worker over the memory broker, with a clock that moves a second at each look, so that checkpoints are due at once."""

    def __init__(
        self,
        broker: MemoryBroker,
        *,
        before: Callable[[str], Awaitable[None]] | None = None,
        knows: int | None = None,
        every: float = 0.0,
        fold: Fold | None = None,
    ) -> None:
        self.group = MemoryGroup(broker, knows)
        ticks = itertools.count()
        self.runner = CheckpointedFold(
            fold or CountingFold(),
            MemoryLog(broker, before),
            self.group,
            every=every,
            meters=Meters(CollectorRegistry()),
            now=lambda: float(next(ticks)),
            new_writer=lambda: f"writer-{next(_writers)}",
        )

    async def take(self, *records: Record, generation: int = 1) -> None:
        """Deliver records as the group would, and wait until the checkpoints that were begun are done."""
        await self.deliver(*records, generation=generation)
        await self.runner.settle()

    async def deliver(self, *records: Record, generation: int = 1) -> None:
        """Deliver records as the group would."""
        await self.runner.take([incoming(record, generation) for record in records])

    async def rest(self) -> None:
        """No record comes for a while, in which checkpoints that were begun are done."""
        await self.runner.rest()
        await self.runner.settle()

    def state(self, topic: str = OBSERVATIONS, partition: int = 0) -> Any:
        """What this process holds of a partition."""
        return dict(self.runner.slots[topic, partition].held.full())


_writers = itertools.count()


def sections(broker: MemoryBroker, topic: str = OBSERVATIONS, partition: int = 0) -> tuple[int | None, dict[str, bytes]]:
    """The farthest checkpoint of a partition: its applied offset and its state by section."""
    found = farthest(broker.compacted[partition], topic, partition)
    return found.offset, dict(found.sections)
