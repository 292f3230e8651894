"""The port between the checkpointed consumer and what it folds: a pure fold of a partition's log."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

Headers = Mapping[str, bytes]


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record of the log as it lies there: nothing decoded yet.

    Attributes:
        topic: the name as in the topics table, without the installation's suffix.
        partition: partition number.
        offset: offset within the partition.
        timestamp: the broker's record time, microseconds.
        key: raw key.
        value: raw value.
        headers: record headers by name.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes
    headers: Headers


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to publish. Equal inputs give equal outputs, ids included, so a replay repeats and never adds.

    Attributes:
        topic: where to, as in the topics table; whoever publishes adds the installation's suffix.
        key: partitioning key.
        value: raw value.
        headers: record headers by name.
        partition: set where the partition is not the key's (a rejected record keeps its origin's).
    """

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers = {}
    partition: int | None = None


class Held(Protocol):
    """The state of one partition, in memory. It changes only through :meth:`step`."""

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record. No clock, no I/O. An exception means that the process must die and restore."""

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections changed since the last ``delta`` or ``full`` call (``None``: the section is gone)."""

    def full(self) -> Mapping[str, bytes]:
        """Every section; also resets what ``delta`` counts from."""


class Fold(Protocol):
    """Makes the state of a partition, empty or from what a checkpoint kept."""

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> Held:
        """Rebuild from the sections of a full checkpoint and its deltas; empty sections mean the beginning of the log.

        Args:
            topic: as in the topics table.
            partition: its number.
            sections: by name.
            since: the broker's time of the first record that will be applied, microseconds. It tells which rules a state
                without sections begins with; a state with sections knows.

        Raises:
            ValueError: the sections are of an unknown schema version.
        """
