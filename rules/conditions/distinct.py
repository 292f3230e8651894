"""Distinct: holds while at least N different values of a field lie in (t - within, t]."""

from itertools import islice
from typing import Any

import msgspec

from config.moment import Micros
from rules.conditions.count import told_of
from rules.conditions.matching import Matcher
from rules.conditions.window import Entry, Window, enter, sources_of
from rules.grouping import field_getter
from rules.model import Count
from rules.predicates import Undecided
from rules.state import FALL, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal
from streams.observation import Observation


class Marks(msgspec.Struct, array_like=True, gc=False):
    """What lies in the window.

    Attributes:
        window: instants and sources of the matches, which the alert counts at its beginning.
        newest: the newest instant of each value (as text), the oldest first, so that a match costs the same however many
            lie in the window.
    """

    window: Window
    newest: dict[str, Micros]


class DistinctEvaluator:
    """See SEMANTICS, section 2, row ``count`` with ``distinct``.

    The condition ends when the N-th newest value leaves the window.
    """

    memory_type: Any = Marks | None

    def __init__(self, condition: Count, field: str, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self.idle = where.idle(self._match)
        self._mark = field_getter(field)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match enters the window, and its value is the newest."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is True:
            return self._match(group, observation)
        return NOTHING if verdict is False else verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        at, within = observation.at, self._condition.within
        if group.memory is None:
            group.memory = Marks([], {})
        marks: Marks = group.memory
        enter(marks.window, Entry(at, observation.source), within)
        newest, mark = marks.newest, repr(self._mark(observation))
        newest.pop(mark, None)
        newest[mark] = at
        while newest[oldest := next(iter(newest))] <= at - within:
            del newest[oldest]
        needed = self._condition.at_least
        if len(newest) < needed:
            return MATCH
        group.condition_due = next(islice(reversed(newest.values()), needed - 1, None)) + within
        return MATCH if group.holds else RISE

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """One value too many has left the window."""
        group.condition_due = NEVER
        return FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The matches in the window."""
        marks: Marks = group.memory
        return Opening(len(marks.window), at, sources_of(marks.window), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match that made the number full."""
        return {**told_of(self._condition), **self._where.why(first)}
