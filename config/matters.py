"""Categories of trouble, their standards, and the calendars in which their limits run."""

from datetime import date, time
from enum import StrEnum

import msgspec


class ClockType(StrEnum):
    """How a limit is counted: the first three run day and night, the last two in working hours only."""

    URGENT_MINUTE = "urgent_minute"
    URGENT_HOUR = "urgent_hour"
    NATURAL_DAY = "natural_day"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A matter or component code with the standard it comes from."""

    standard_ref: str
    kind: str
    code: str
    zh: str
    en: str
    emergency: bool


class Standard(msgspec.Struct, frozen=True, kw_only=True):
    """(category, condition) -> time limit and closing condition."""

    code: str
    condition: str
    limit: int
    clock: ClockType
    closing_condition: str
    source: str


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Working time of a city.

    Attributes:
        zone: IANA time zone name.
        hours: working spans of a day, half-open, in order, not overlapping.
        week: working weekdays, ``mon`` ... ``sun``.
        holidays: dates without work.
        make_up_days: dates worked although weekend (they win over holidays).
    """

    zone: str = "Asia/Shanghai"
    hours: tuple[tuple[time, time], ...] = ((time(8), time(12)), (time(14), time(18)))
    week: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
