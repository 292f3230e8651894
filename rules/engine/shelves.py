"""Which section of a checkpoint each group of a rule is written in, and which of these sections changed."""

from heapq import heapify, heappop, heappush

from rules.state import Group

SHELF = 2
"""Groups of one section. A delta carries a section when any of its groups changed: of sixteen groups each, a tenth of which
changed, it would be four fifths of the state; of two each it is a fifth. With one, the names would outweigh the groups."""
GONE = -1
"""The shelf of a group that was forgotten; a timer that still names it is passed over."""


class Shelves:
    """The groups of one rule, a few on each shelf.

    A new group takes the first place that is free, and which one that is follows from what stands there: so that the
    shelves of a state that was read back go on as those of the state that was written.

    Attributes:
        dirty: numbers of the shelves that changed since they were last written.
    """

    def __init__(self) -> None:
        self.dirty: set[int] = set()
        self._shelves: dict[int, list[Group]] = {}
        self._next = 0
        self._roomy: list[int] | None = []  # A heap that may hold numbers which were filled since; None: to be found anew.

    def place(self, group: Group) -> None:
        """Find a new group its place."""
        number = group.bucket = self._free()
        shelf = self._shelves.get(number)
        if shelf is None:
            self._shelves[number] = [group]
        else:
            shelf.append(group)

    def adopt(self, group: Group) -> None:
        """Put a group that a checkpoint kept back on its shelf; groups come in the order in which they stood there."""
        self._shelves.setdefault(group.bucket, []).append(group)
        self._next = max(self._next, group.bucket + 1)
        self._roomy = None

    def drop(self, group: Group) -> None:
        """Take a group away; its section shrinks, or goes."""
        number, group.bucket = group.bucket, GONE
        shelf = self._shelves[number]
        shelf[:] = [other for other in shelf if other is not group]
        if not shelf:
            del self._shelves[number]
        if self._roomy is not None:
            heappush(self._roomy, number)
        self.dirty.add(number)

    def shelf(self, number: int) -> list[Group] | None:
        """The groups of a section; ``None`` when it is gone."""
        return self._shelves.get(number)

    @property
    def numbers(self) -> list[int]:
        """Of every section, in order."""
        return sorted(self._shelves)

    def _free(self) -> int:
        """The first shelf with room, or a new one."""
        roomy, shelves = self._roomy, self._shelves
        if roomy is None:
            roomy = self._roomy = [number for number in range(self._next) if len(shelves.get(number, ())) < SHELF]
            heapify(roomy)
        while roomy:
            number = roomy[0]
            if len(shelves.get(number, ())) < SHELF:
                return number
            heappop(roomy)
        number = self._next
        self._next = number + 1
        roomy.append(number)
        return number
