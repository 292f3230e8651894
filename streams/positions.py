"""What each partition has to deliver next, so that records which a consumer read and dropped are noticed and read again."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

Place = TypeVar("Place", bound=Hashable)


class Placed(Protocol):
    """Whatever has an offset."""

    @property
    def offset(self) -> int:
        """Within its partition."""


One = TypeVar("One", bound=Placed)


class Arrival(StrEnum):
    """How a record stands to what its partition had to deliver.

    * ``NEXT``: the one that was due, or the first of a partition of which nothing is known.
    * ``AGAIN``: delivered before.
    * ``SKIPPED``: beyond the one that was due; what lies between was not delivered.
    """

    NEXT = "next"
    AGAIN = "again"
    SKIPPED = "skipped"


class Positions(Generic[Place]):
    """The next offset of each partition, from when it was sought until it is revoked. The log's offsets have no holes."""

    def __init__(self) -> None:
        self._next: dict[Place, int] = {}

    def start(self, place: Place, offset: int) -> None:
        """The partition was sought to an offset, which is now due."""
        self._next[place] = offset

    def due(self, place: Place) -> int | None:
        """The offset that is due; ``None`` when nothing is known of the partition."""
        return self._next.get(place)

    def forget(self, places: Iterable[Place]) -> None:
        """The partitions were revoked."""
        for place in places:
            self._next.pop(place, None)

    def take(self, place: Place, offset: int, last: int | None = None) -> Arrival:
        """Judge a record that arrived, or a run of them up to ``last``; what is due moves on only with the one that was due."""
        due = self._next.get(place, offset)
        if offset == due:
            self._next[place] = (offset if last is None else last) + 1
            return Arrival.NEXT
        return Arrival.AGAIN if offset < due else Arrival.SKIPPED


def runs_of(records: Sequence[One], most: int) -> Iterator[Sequence[One]]:
    """Records of one partition, in order, as runs without a hole of at most so many."""
    start = 0
    while start < len(records):
        run = records[start : start + most]
        if run[-1].offset - run[0].offset >= len(run):
            first = run[0].offset
            run = run[: next(number for number, record in enumerate(run) if record.offset != first + number)]
        yield run
        start += len(run)
