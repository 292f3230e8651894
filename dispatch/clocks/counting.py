"""How time limits are counted (DESIGN section 7): one way for due instants and for lights, so that they cannot disagree.

Counted time is real time that passes inside the spans of the clock: all of it for ``urgent_minute``, ``urgent_hour`` and
``natural_day`` (24 hours, also where a day of the wall clock has 23 or 25), the calendar's working time for ``work_hour``
and ``work_day``; less the pauses. So a pause is counted in the clock's own calendar: one over a night costs a working
clock nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

from config.matters import Calendar, ClockType
from config.moment import SECOND, Micros
from dispatch.clocks.spans import Span, hours_of_day, merged, without, working_spans

_MINUTE: Micros = 60 * SECOND
_HOUR: Micros = 60 * _MINUTE

WORKING = frozenset({ClockType.WORK_HOUR, ClockType.WORK_DAY})
"""Clocks that run in working hours only."""

_UNITS: Mapping[ClockType, Micros] = {
    ClockType.URGENT_MINUTE: _MINUTE,
    ClockType.URGENT_HOUR: _HOUR,
    ClockType.NATURAL_DAY: 24 * _HOUR,
    ClockType.WORK_HOUR: _HOUR,
}

END_OF_TIME: Micros = 253_402_300_799 * SECOND
"""The last second of the year 9999, beyond which no date can be written."""


class CountingError(ValueError):
    """The limit is never reached."""


def total_of(limit: int, clock: ClockType, calendar: Calendar) -> Micros:
    """A limit as counted time.

    Raises:
        CountingError: the limit is below zero.
    """
    if limit < 0:
        msg = f"a limit of {limit} {clock.value} lies before its own start"
        raise CountingError(msg)
    return limit * (hours_of_day(calendar) if clock is ClockType.WORK_DAY else _UNITS[clock])


def counted(start: Micros, until: Micros, clock: ClockType, calendar: Calendar, pauses: Iterable[Span] = ()) -> Micros:
    """The counted time between two instants; 0 when the second is not the later one."""
    total = 0
    for begin, end in _counting(start, clock, calendar, pauses):
        if begin >= until:
            break
        total += min(end, until) - begin
    return total


def due(start: Micros, limit: int, clock: ClockType, calendar: Calendar, pauses: Iterable[Span] = ()) -> Micros:
    """The earliest instant at which the counted time reaches the limit.

    Raises:
        CountingError: it never does, because the calendar has too little working time, or not before the year 10000.
    """
    missing = total_of(limit, clock, calendar)
    if clock is ClockType.WORK_DAY and limit and not missing:
        raise CountingError(_never(limit, clock, calendar))
    if missing == 0:
        return start
    if missing > END_OF_TIME - start:
        raise CountingError(_never(limit, clock, calendar))
    for begin, end in _counting(start, clock, calendar, pauses):
        if missing <= end - begin:
            return begin + missing
        missing -= end - begin
    raise CountingError(_never(limit, clock, calendar))


def _counting(start: Micros, clock: ClockType, calendar: Calendar, pauses: Iterable[Span]) -> Iterator[Span]:
    """The stretches after the start that count, in order."""
    for free in without([(start, END_OF_TIME)], merged(pauses)):
        if clock in WORKING:
            yield from _working(free, calendar)
        else:
            yield free


def _working(free: Span, calendar: Calendar) -> Iterator[Span]:
    """The working time within a stretch. It is looked for from the stretch's start on, so that a long pause costs nothing."""
    for begin, end in working_spans(calendar, free[0]):
        if begin >= free[1]:
            return
        yield max(begin, free[0]), min(end, free[1])


def _never(limit: int, clock: ClockType, calendar: Calendar) -> str:
    if clock in WORKING and not (calendar.hours and (calendar.week or calendar.make_up_days)):
        return "the calendar has no working time at all, so no limit in working time is ever reached"
    return f"the limit of {limit} {clock.value} is not reached before the calendar ends"
