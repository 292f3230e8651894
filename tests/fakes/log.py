"""A broker and a consumer group in memory, on which everything that can go wrong can be made to."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from streams.checkpoint.assemble import Entry
from streams.checkpoint.ports import Incoming
from streams.fold import Headers, Output, Record
from streams.topics import CHECKPOINTS


class DiedError(BaseException):
    """The process was killed here; a ``BaseException`` so that nothing handles it, as nothing handles SIGKILL."""


def doomed(steps: int, thaw: asyncio.Event | None) -> Callable[[str], Awaitable[None]]:
    """What a process meets before each operation on the broker: after so many it is dead, or frozen until it thaws, whatever else it is at.

    Args:
        steps: operations that it still does.
        thaw: lets it go on; ``None``: it was killed.
    """
    left = itertools.count(steps, -1)

    async def before(_step: str) -> None:
        if next(left) <= 0:
            if thaw is None:
                raise DiedError
            await thaw.wait()

    return before


class MemoryBroker:
    """Topics as lists. What was acknowledged is in them; offsets are positions."""

    def __init__(self) -> None:
        self.topics: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        self.compacted: defaultdict[int, list[Entry]] = defaultdict(list)
        self.outputs: list[Output] = []
        self.committed: dict[tuple[str, int], int] = {}
        self.generation = 1
        self.first: dict[tuple[str, int], int] = {}

    def write(self, topic: str, partition: int, value: bytes, *, key: bytes | None = None) -> Record:
        """Append a record of the source log."""
        log = self.topics[topic, partition]
        record = Record(topic, partition, len(log), 1_000_000 * len(log), key, value, {})
        log.append(record)
        return record

    def records(self) -> list[Record]:
        """The whole source log, partition by partition."""
        return [record for place in sorted(self.topics) for record in self.topics[place]]

    def compact(self) -> None:
        """Forget what a later record of the same key has replaced, deletions included."""
        for partition, entries in self.compacted.items():
            latest = dict(entries)
            self.compacted[partition] = [(key, value) for key, value in latest.items() if value is not None]


class MemoryLog:
    """One process's connection to the broker.

    Args:
        broker: shared by all processes.
        before: called with the name of each operation before it happens; may raise :class:`DiedError`, or wait.
    """

    def __init__(self, broker: MemoryBroker, before: Callable[[str], Awaitable[None]] | None = None) -> None:
        self._broker, self._before = broker, before

    async def append(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers
    ) -> Awaitable[object]:
        """Queue a record; it is in the log once the result was awaited, or before, as the broker likes."""
        await self._step(f"send {topic}")
        return asyncio.ensure_future(self._acknowledge(topic, key, value, partition, headers))

    async def read(self, topic: str, partition: int) -> Sequence[Entry]:
        """Every record of the checkpoint topic's partition."""
        assert topic == CHECKPOINTS
        await self._step("read")
        return list(self._broker.compacted[partition])

    async def first_offset(self, topic: str, partition: int) -> int:
        """Where the source partition begins; 0 unless a test has cut it."""
        return self._broker.first.get((topic, partition), 0)

    async def _acknowledge(self, topic: str, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers) -> None:
        await self._step(f"acknowledge {topic}")
        if topic == CHECKPOINTS:
            assert key is not None
            assert partition is not None
            self._broker.compacted[partition].append((key, value))
        else:
            assert value is not None
            self._broker.outputs.append(Output(topic, key, value, headers, partition))

    async def _step(self, name: str) -> None:
        if self._before is not None:
            await self._before(name)


class MemoryGroup:
    """One process's membership of the consumer group.

    Args:
        broker: shared by all processes.
        knows: the generation that this process believes in; ``None`` follows the broker's, as a live process does.
    """

    def __init__(self, broker: MemoryBroker, knows: int | None = None) -> None:
        self._broker, self.knows = broker, knows
        self.acknowledged: list[Any] = []

    def generation(self) -> int:
        """The generation as this process knows it."""
        return self._broker.generation if self.knows is None else self.knows

    async def acknowledge(self, handles: Sequence[Any]) -> None:
        """Commit the records; a member of an old generation is not heard."""
        self.acknowledged.extend(handles)
        if self.generation() == self._broker.generation:
            topic, partition, offset = handles[-1]
            self._broker.committed[topic, partition] = max(self._broker.committed.get((topic, partition), 0), offset + 1)


def incoming(record: Record, generation: int = 1) -> Incoming:
    """A record as the group delivers it; its handle is its place."""
    return Incoming(record, generation, (record.topic, record.partition, record.offset))
