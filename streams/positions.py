"""What each partition has to deliver next, so that records which a consumer read and dropped are noticed and read again."""

from collections.abc import Hashable, Iterable
from enum import StrEnum
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)


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

    def take(self, place: Place, offset: int) -> Arrival:
        """Judge a record that arrived; what is due moves on only with the one that was due."""
        due = self._next.get(place, offset)
        if offset == due:
            self._next[place] = offset + 1
            return Arrival.NEXT
        return Arrival.AGAIN if offset < due else Arrival.SKIPPED
