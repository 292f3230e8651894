"""What one step gives: changes of alerts, and what was not applied and why."""

from enum import StrEnum

import msgspec

from config.moment import Micros
from rules.grouping import Key
from streams.alert import AlertEvent
from streams.observation import Observation


class Note(StrEnum):
    """Why an observation was not applied."""

    LATE = "late"
    DUPLICATE = "duplicate"
    UNDECIDED = "undecided"
    AHEAD = "ahead"
    CRASHED = "crashed"


class Noted(msgspec.Struct, frozen=True, gc=False):
    """An observation that a rule did not apply, or (AHEAD) that no rule saw.

    Attributes:
        note: the class of the reason.
        observation: what was not applied.
        reason: in words.
        rule: name of the rule; empty where no rule saw it.
        group: the group key, field to value; empty where no rule saw it.
    """

    note: Note
    observation: Observation
    reason: str
    rule: str = ""
    group: dict[str, Key] = {}

    @property
    def at(self) -> Micros:
        """The observation's event time."""
        return self.observation.at


Outcome = AlertEvent | Noted
"""Either."""
