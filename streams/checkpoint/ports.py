"""What the checkpointed fold needs from the outside."""

from collections.abc import Awaitable, Sequence
from typing import Any, NamedTuple, Protocol

from streams.checkpoint.assemble import Entry
from streams.fold import Headers, Record


class Incoming(NamedTuple):
    """A record as the consumer group delivered it.

    Attributes:
        record: the record.
        generation: of the group when it was fetched.
        handle: what acknowledges it.
    """

    record: Record
    generation: int
    handle: Any


class Log(Protocol):
    """The broker, as far as it is needed. Topic names are those of the topics table."""

    async def append(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers
    ) -> Awaitable[object]:
        """Queue a record; the result is done when the broker has acknowledged it. ``None`` as the value deletes the key."""

    async def read(self, topic: str, partition: int) -> Sequence[Entry]:
        """Every record of a partition from its beginning to its present end, in order."""

    async def first_offset(self, topic: str, partition: int) -> int:
        """Offset of the first record that the broker still keeps; where the next one would be written when there is none."""


class Group(Protocol):
    """The consumer group, as far as it is needed."""

    def generation(self) -> int:
        """The group's generation, as this process knows it; none of a record's while the partitions are divided anew."""

    async def acknowledge(self, handles: Sequence[Any]) -> None:
        """Let the group commit records of a partition: all that were delivered up to the last of these."""
