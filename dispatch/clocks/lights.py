"""How a running limit is shown."""

from enum import StrEnum

import msgspec

from config.matters import ClockType
from config.moment import Micros


class Light(StrEnum):
    """Green up to 80 % of the limit, yellow up to all of it, red beyond."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """A clock of a ticket at one moment.

    Attributes:
        name: which clock: ``case``.
        type: how it is counted.
        limit: in units of the type.
        started_at: when it began.
        due_at: the earliest instant at which the counted time reaches the limit.
        stopped_at: when it stopped for good, or for as long as verification takes.
        counted: counted time so far, microseconds.
        total: the limit as counted time, microseconds.
        light: how it is shown.
    """

    name: str
    type: ClockType
    limit: int
    started_at: Micros
    due_at: Micros
    stopped_at: Micros | None
    counted: Micros
    total: Micros
    light: Light


def light_of(counted: Micros, total: Micros) -> Light:
    """The light after some counted time (exact: at 80 % it is still green, at 100 % still yellow)."""
    if counted * 5 <= total * 4:
        return Light.GREEN
    return Light.YELLOW if counted <= total else Light.RED
