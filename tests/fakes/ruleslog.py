"""A broker in memory for whoever switches rules: topics as lists, and partitions that do not take a record."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Sequence

from streams.checkpoint.assemble import Entry
from streams.fold import Headers, Record

Address = tuple[str, int]


class RulesLog:
    """What :class:`streams.checkpoint.ports.Log` wants.

    Attributes:
        records: by topic and partition, in order.
        order: addresses in the order of acknowledgement.
        failing: addresses that refuse.
        grown: set with every record.
    """

    def __init__(self) -> None:
        self.records: defaultdict[Address, list[Record]] = defaultdict(list)
        self.order: list[Address] = []
        self.failing: set[Address] = set()
        self.grown = asyncio.Event()

    async def append(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers
    ) -> Awaitable[object]:
        """Queue a record."""
        assert partition is not None
        assert value is not None
        return asyncio.ensure_future(self._acknowledge((topic, partition), key, value, headers))

    async def read(self, topic: str, partition: int) -> Sequence[Entry]:
        """Every record of a partition."""
        return [(record.key or b"", record.value) for record in self.records[topic, partition]]

    async def first_offset(self, topic: str, partition: int) -> int:
        """The beginning."""
        del topic, partition
        return 0

    async def _acknowledge(self, address: Address, key: bytes | None, value: bytes, headers: Headers) -> None:
        await asyncio.sleep(0)
        if address in self.failing:
            raise ConnectionError("the broker does not answer")
        self.records[address].append(Record(*address, len(self.records[address]), 0, key, value, headers))
        self.order.append(address)
        self.grown.set()
