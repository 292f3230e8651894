"""What one step gives: changes of alerts, what was not applied and why, and timers that failed."""

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


class Failed(msgspec.Struct, frozen=True, gc=False):
    """A timer that a rule could not stand: it is given up, and the stream goes on.

    Attributes:
        at: when it was due.
        reason: in words.
        rule: name of the rule.
        group: the group key, field to value.
    """

    at: Micros
    reason: str
    rule: str
    group: dict[str, Key]


Outcome = AlertEvent | Noted | Failed
"""Any of them."""
