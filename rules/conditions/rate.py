"""Rate: holds while the value changes faster, or slower, than a bound; judged at each sample, held until the next."""

from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.matching import Matcher
from rules.conditions.window import Window, enter, entry_of, sources_of
from rules.model import Rate, Side
from rules.predicates import Undecided
from rules.predicates.types import Type, type_of
from rules.state import FALL_BY_MATCH, MATCH, NOTHING, RISE, Group, Opening, Signal
from streams.observation import Observation


class RateEvaluator:
    """See SEMANTICS, section 2, row ``rate``. The samples of the window are the matches; two instants are needed."""

    memory_type: Any = Window

    def __init__(self, condition: Rate, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self.idle = where.idle(self._match)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match is a sample of the value."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is True:
            return self._match(group, observation)
        return NOTHING if verdict is False else verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        if type_of(observation.value) is not Type.NUMBER:
            return Undecided(f"value is {type_of(observation.value).value}, not {Type.NUMBER.value}")
        group.memory = enter(group.memory, entry_of(observation, observation.value), self._condition.within)
        if self._is_beyond(group.memory):
            return MATCH if group.holds else RISE
        return FALL_BY_MATCH if group.holds else MATCH

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """Time alone changes nothing."""
        return NOTHING

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The sample that went beyond the bound."""
        window: Window = group.memory
        return Opening(1, at, sources_of(window[-1:]), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The bound and the sample that went beyond it."""
        condition = self._condition
        told: dict[str, Any] = {"form": "rate", condition.side.value: condition.bound, "per": render_duration(condition.per)}
        return {**told, "within": render_duration(condition.within), **self._where.why(first)}

    def _is_beyond(self, window: Window) -> bool:
        first, last = window[0], window[-1]
        if first.at == last.at:
            return False
        # Both sides are multiplied by the distance in time, so that a rate of exactly the bound is not pushed across it by a division.
        change = (last.mark - first.mark) * self._condition.per
        allowed = self._condition.bound * (last.at - first.at)
        return bool(change > allowed if self._condition.side is Side.ABOVE else change < allowed)
