"""Count: holds while at least N matches, or N different values of a field, lie in (t - within, t]."""

from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.matching import Matcher
from rules.conditions.window import Window, enter, entry_of, sources_of
from rules.grouping import field_getter
from rules.model import Count
from rules.predicates import Undecided
from rules.state import NEVER, Group, Opening, Signal
from streams.observation import Observation


class CountEvaluator:
    """See SEMANTICS, section 2, row ``count``.

    Only a match can raise the condition and only time can end it, so its end is a timer: the instant at which the
    N-th newest match (the newest of the N-th newest value) leaves the window.
    """

    memory_type: Any = Window

    def __init__(self, condition: Count, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self._mark = None if condition.distinct is None else field_getter(condition.distinct)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match enters the window."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is not True:
            return Signal.NOTHING if verdict is False else verdict
        mark = None if self._mark is None else self._mark(observation)
        window = group.memory = enter(group.memory, entry_of(observation, mark), self._condition.within)
        due = self._leaves(window)
        if due == NEVER:
            return Signal.MATCH
        group.condition_due = due
        return Signal.MATCH if group.holds else Signal.RISE

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """One match too many has left the window."""
        group.condition_due = NEVER
        return Signal.FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The matches in the window."""
        window: Window = group.memory
        return Opening(len(window), at, sources_of(window), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match that made the number full."""
        condition = self._condition
        told = {"form": "count", "at_least": condition.at_least, "within": render_duration(condition.within)}
        if condition.distinct is not None:
            told["distinct"] = condition.distinct
        return {**told, **self._where.why(first)}

    def _leaves(self, window: Window) -> Micros:
        """When the number is no longer reached; NEVER when it is not reached now."""
        needed = self._condition.at_least
        if len(window) < needed:
            return NEVER
        if self._mark is None:
            return window[-needed].at + self._condition.within
        newest = {repr(entry.mark): entry.at for entry in window}
        if len(newest) < needed:
            return NEVER
        return sorted(newest.values())[-needed] + self._condition.within
