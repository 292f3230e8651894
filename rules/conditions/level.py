"""Level: holds from a match until a sample that is none (or one that ``clear`` says), or until its match is too old to be believed."""

from typing import Any

from config.moment import Micros
from rules.conditions.matching import Matcher, length
from rules.conditions.port import Idle
from rules.model import Level
from rules.predicates import Undecided
from rules.predicates.direct import NO_VALUE
from rules.specialise import specialised
from rules.state import FALL, FALL_BY_SILENCE, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal, Silence
from streams.observation import Observation


class LevelEvaluator:
    """See SEMANTICS, section 2, row ``level``.

    A sample that matches and clears at once keeps the condition: it ends the old interval and begins the next at one
    instant.
    """

    memory_type: Any = None

    def __init__(self, condition: Level, where: Matcher, clear: Matcher | None, stale_after: Micros | None) -> None:
        self._condition = condition
        self._where = where
        self._run = where.run
        self.idle = self._idle(where, clear)
        self._clear = None if clear is None else clear.run
        self._stale_after = stale_after
        # A pulse is over at its own instant, whoever sees it or not.
        self.silence: Silence | None = Silence.FALLS if stale_after else None

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match raises or holds; a clearing sample ends."""
        verdict: bool | Undecided = self._run(observation)
        if verdict is True:
            return self._match(group, observation)
        if verdict is False:
            if self._clear is not None:
                verdict = self._clear(observation)
                if verdict is False:
                    return NOTHING
                if verdict is not True:
                    return verdict
            if group.holds:
                group.condition_due = NEVER
                return FALL
            return NOTHING
        return verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        if self._stale_after is not None:
            group.condition_due = observation.at + self._stale_after
        return MATCH if group.holds else RISE

    def _idle(self, where: Matcher, clear: Matcher | None) -> Idle | None:
        """With ``clear``, a sample that is no match changes nothing either, unless nobody can say whether it clears."""
        idle = where.idle(self._match)
        if idle is None or clear is None:
            return idle
        judge, clears = where.run, clear.run

        def judge_both(observation: Observation) -> bool | Undecided:
            verdict: bool | Undecided = judge(observation)
            if verdict is False:
                cleared: bool | Undecided = clears(observation)
                return cleared if type(cleared) is Undecided else False
            return verdict

        return Idle(specialised(judge_both), NO_VALUE, self._match)

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """The last match is too old to be believed."""
        group.condition_due = NEVER
        return FALL_BY_SILENCE if self._stale_after else FALL  # A pulse is over, and nothing more was to be heard.

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:  # The port's signature.
        """One match."""
        return Opening(1, at, () if observation is None else (observation.source,), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match that began it."""
        told: dict[str, Any] = {"form": "level", **self._where.why(first)}
        if self._condition.clear is not None:
            told["clear"] = self._condition.clear.text
        if self._stale_after is not None:
            told["stale_after"] = length(self._stale_after)
        return told

    def resume(self, at: Micros) -> Micros:
        """Until when a match at an instant is believed."""
        return at + (self._stale_after or 0)
