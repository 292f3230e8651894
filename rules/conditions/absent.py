"""Absent: holds from the instant at which no match came for so much active time, until the next match."""

from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.activehours import ActiveHours
from rules.conditions.matching import Matcher
from rules.model import Absent, Member
from rules.predicates import Undecided
from rules.state import BEGINNING, FALL_BY_MATCH, IDLE, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal, Silence
from streams.observation import Observation


class AbsentEvaluator:
    """See SEMANTICS, section 2, row ``absent``.

    The memory is the last match, for what the alert says about it; there is none for a source that is expected and was
    never seen. Its absence counts from its registration, or from its last match, whichever is later.
    """

    memory_type: Any = Observation | None
    silence: Silence | None = Silence.RISES

    def __init__(self, condition: Absent, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self._after = condition.after
        self.idle = where.idle(self._match)
        if self.idle is None:  # Every observation is a match.
            self.sample = self._match  # type: ignore[method-assign]  # As it says.
        self._hours = None if condition.active is None else ActiveHours(condition.active)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match puts the timer off."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is True:
            return self._match(group, observation)
        return NOTHING if verdict is False else verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        group.memory = observation
        since = observation.at
        if group.registered is not None and group.registered > since:
            since = group.registered
        group.condition_due = since + self._after if self._hours is None else self._hours.after(since, self._after)
        return MATCH if group.phase is IDLE else FALL_BY_MATCH if group.holds else MATCH

    def enrol(self, group: Group, member: Member, at: Micros) -> None:  # The port's signature.
        """Absence counts from now on, unless something of the source was seen and it counts from there already."""
        if group.registered is not None:
            return
        if group.holds or group.condition_due != NEVER:
            group.registered = BEGINNING
        else:
            group.registered, group.memory = at, None
            group.condition_due = self.resume(at)

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """It has been absent long enough."""
        group.condition_due = NEVER
        return RISE

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:  # The port's signature.
        """No match at all; what is told about it is the last one before."""
        last: Observation | None = group.memory
        if last is None:
            return Opening(0, at if group.registered is None else group.registered, (), None)
        return Opening(0, last.at, (), last)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """How long it may be away, and what was seen last."""
        told: dict[str, Any] = {"form": "absent", "after": render_duration(self._condition.after)}
        if (active := self._condition.active) is not None:
            told["active"] = {"zone": active.zone, "hours": [list(span) for span in active.hours], "days": list(active.days)}
        if first is None:
            return {**told, "last": None, "expected": True}
        return {**told, "last": self._where.why(first)}

    def resume(self, at: Micros) -> Micros:
        """When it has been absent long enough since an instant."""
        if self._hours is None:
            return at + self._condition.after
        return self._hours.after(at, self._condition.after)
