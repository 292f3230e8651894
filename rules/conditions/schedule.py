"""Schedule: a pulse at the instant at which a date in a table comes, exactly once for each row and date (docs/schedule.md)."""

from typing import Any

import msgspec

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.port import Idle
from rules.model import Member, Schedule
from rules.predicates import Undecided
from rules.reference.instants import instant_of
from rules.state import FALL, NEVER, NOTHING, RISE, Group, Opening, Signal
from streams.observation import Observation

REMEMBERED = 32
"""So many settled dates of a row are remembered at least, the latest ones, however far back they lie: a smaller ``before`` or a larger
``catch_up`` would else bring one of them once more when it returns to the table."""


class Dates(msgspec.Struct, array_like=True, gc=False):
    """What is remembered of a row.

    Attributes:
        settled: dates that fired, or came too late to fire, as the table has them, with their instants. It is the date that
            is remembered and not the instant: another zone database, or another hour in the rule, fires nothing twice.
    """

    settled: dict[str, Micros]


class ScheduleEvaluator:
    """The memory of a group is which dates of its row are settled; what is due comes from the register."""

    memory_type: Any = Dates | None
    idle: Idle | None = None

    def __init__(self, condition: Schedule) -> None:
        self._condition = condition
        self._members: dict[Any, Member] = {}

    def enrol(self, group: Group, member: Member, at: Micros) -> None:
        """Look when the row's date comes; a date that is settled never does."""
        self._members[group.key] = member
        if group.registered is None:
            group.registered = at
        if group.memory is None:
            group.memory = Dates({})
        if group.holds:
            return  # The pulse ends first; it is over at the very instant at which it began.
        settled: dict[str, Micros] = group.memory.settled
        group.condition_due = NEVER if member.date == "" or member.date in settled else self._due(member)
        horizon = at - self._condition.catch_up
        for date in sorted(settled, key=settled.__getitem__)[:-REMEMBERED]:
            if date != member.date and settled[date] < horizon:
                del settled[date]

    def passes_over(self, group: Group, due: Micros, clock: Micros) -> bool:
        """A date that is noticed later than the rule catches up is settled without a word."""
        if group.holds or due >= clock - self._condition.catch_up:
            return False
        self._settle(group, due)
        group.condition_due = NEVER
        return True

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:  # The port's signature.
        """No observation concerns it."""
        return NOTHING

    def ripen(self, group: Group, due: Micros) -> Signal:
        """The date has come; at the same instant the pulse is over.

        One that lies before the end of an alert that still fires belongs to it: a quiet time does not begin anew in the past.
        """
        if group.holds:
            group.condition_due = NEVER
            return FALL
        self._settle(group, due)
        if group.episode is not None and due < group.episode.ended_at:
            group.condition_due = NEVER
            return NOTHING
        return RISE

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:  # The port's signature.
        """No match; what is told is the row."""
        member = self._members[group.key]
        return Opening(0, at, (), None, member.row, member.position)

    def why(self, first: Observation | None) -> dict[str, Any]:  # The port's signature.
        """The table and how its date is meant."""
        condition = self._condition
        told: dict[str, Any] = {"form": "schedule", "table": condition.table, "at": condition.at, "zone": condition.zone}
        told["time"] = f"{condition.minutes // 60:02}:{condition.minutes % 60:02}"
        if condition.before:
            told["before"] = render_duration(condition.before)
        return {**told, "catch_up": render_duration(condition.catch_up)}

    def _due(self, member: Member) -> Micros:
        return instant_of(member.date, self._condition.minutes, self._condition.zone) - self._condition.before

    def _settle(self, group: Group, due: Micros) -> None:
        group.memory.settled[self._members[group.key].date] = due
