"""Holds observations until every upstream clock has passed them, so that it never matters which partition was faster."""

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count

import msgspec

from config.moment import SECOND, Micros
from streams.observation import Observation

Held = tuple[str, Observation]
"""A rule's name and an observation for it."""
BUCKET: Micros = SECOND
"""Observations of one section of a checkpoint: those that are due within a second."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Held]).decode


class Merge:
    """Observations by the instant at which they are due, those of one instant by (at, id, source)."""

    def __init__(self) -> None:
        self._heap: list[tuple[Micros, Micros, str, str, str, int, Observation]] = []
        self._order = count()
        self._dirty: set[int] = set()
        self._written: set[int] = set()

    def __len__(self) -> int:
        return len(self._heap)

    def hold(self, due: Micros, rule: str, observation: Observation) -> None:
        """Keep an observation until the clock has passed an instant."""
        heappush(self._heap, (due, observation.at, observation.id, observation.source, rule, next(self._order), observation))
        self._dirty.add(due // BUCKET)

    def release(self, clock: Micros) -> Iterator[Held]:
        """Those that are due before the clock, in order; once given out they are no longer held."""
        heap = self._heap
        while heap and heap[0][0] < clock:
            due, _, _, _, rule, _, observation = heappop(heap)
            self._dirty.add(due // BUCKET)
            yield rule, observation

    def full(self) -> dict[str, bytes]:
        """Every section; what changed is counted from here."""
        sections = self._sections(None)
        self._written = {int(name) for name in sections}
        self._dirty = set()
        return sections

    def delta(self) -> dict[str, bytes | None]:
        """The sections that changed since the last call of this or of :meth:`full`; ``None``: it is gone."""
        if not self._dirty:
            return {}
        found: dict[str, bytes | None] = dict(self._sections(self._dirty))
        present = {int(name) for name in found}
        gone = (self._dirty - present) & self._written
        found.update((str(number), None) for number in sorted(gone))
        self._written = (self._written | present) - gone
        self._dirty = set()
        return found

    def hold_anew(self, due_of: Callable[[str, Observation], Micros | None]) -> int:
        """Hold everything under what is due now; returns how many were left out, as :meth:`restore` does."""
        held, self._heap = sorted(self._heap), []
        left_out = 0
        for before, *_, rule, _, observation in held:
            self._dirty.add(before // BUCKET)
            due = due_of(rule, observation)
            if due is None:
                left_out += 1
            else:
                self.hold(due, rule, observation)
        return left_out

    def restore(self, sections: Mapping[str, bytes], due_of: Callable[[str, Observation], Micros | None]) -> int:
        """Hold again what a checkpoint kept; returns how many were left out.

        Args:
            sections: as :meth:`full` gave them.
            due_of: says when an observation for a rule is due; ``None`` when the rule is gone.
        """
        left_out = 0
        for _, raw in sorted(sections.items(), key=lambda item: int(item[0])):
            for rule, observation in _decode(raw):
                due = due_of(rule, observation)
                if due is None:
                    left_out += 1
                else:
                    self.hold(due, rule, observation)
        return left_out

    def _sections(self, wanted: set[int] | None) -> dict[str, bytes]:
        buckets: dict[int, list[Held]] = {}
        for due, _, _, _, rule, _, observation in sorted(self._heap):
            number = due // BUCKET
            if wanted is None or number in wanted:
                buckets.setdefault(number, []).append((rule, observation))
        return {str(number): _encode(held) for number, held in buckets.items()}
