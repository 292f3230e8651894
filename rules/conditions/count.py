"""Count: holds while at least N matches lie in (t - within, t]."""

from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.matching import Matcher
from rules.conditions.window import Window, enter, entry_of, sources_of
from rules.model import Count
from rules.predicates import Undecided
from rules.state import FALL, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal
from streams.observation import Observation


class CountEvaluator:
    """See SEMANTICS, section 2, row ``count``; for ``distinct`` see :mod:`rules.conditions.distinct`.

    Only a match can raise the condition and only time can end it, so its end is a timer: the instant at which the
    N-th newest match leaves the window. Older ones decide nothing: N are kept, however many come. When the condition
    rises the window holds exactly N, so that these are also what the alert counts at its beginning.
    """

    memory_type: Any = Window

    def __init__(self, condition: Count, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self.idle = where.idle(self._match)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match enters the window."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is True:
            return self._match(group, observation)
        return NOTHING if verdict is False else verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        needed = self._condition.at_least
        window = group.memory = enter(group.memory, entry_of(observation), self._condition.within)
        if len(window) < needed:
            return MATCH
        del window[:-needed]
        group.condition_due = window[0].at + self._condition.within
        return MATCH if group.holds else RISE

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """One match too many has left the window."""
        group.condition_due = NEVER
        return FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The matches in the window."""
        window: Window = group.memory
        return Opening(len(window), at, sources_of(window), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match that made the number full."""
        return {**told_of(self._condition), **self._where.why(first)}


def told_of(condition: Count) -> dict[str, Any]:
    """The form and its numbers."""
    told = {"form": "count", "at_least": condition.at_least, "within": render_duration(condition.within)}
    return told if condition.distinct is None else {**told, "distinct": condition.distinct}
