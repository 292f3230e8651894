"""The stretches of time that count: working spans of a calendar, less what is paused."""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from config.matters import Calendar
from config.moment import Micros
from dispatch.clocks.wall import instant, local_date

Span = tuple[Micros, Micros]
"""A stretch of time from its first instant to the one at which it is over (half-open)."""

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


def is_worked(day: date, calendar: Calendar) -> bool:
    """Whether work begins on a date: make-up days win over holidays, holidays over the week."""
    if day in calendar.make_up_days:
        return True
    return day not in calendar.holidays and _WEEK[day.weekday()] in calendar.week


def hours_of_day(calendar: Calendar) -> Micros:
    """The working time of one day by its wall clock: what one ``work_day`` is."""
    return sum((_length(start, end) for start, end in calendar.hours), timedelta()) // timedelta(microseconds=1)


def _length(start: time, end: time) -> timedelta:
    length = timedelta(hours=end.hour - start.hour, minutes=end.minute - start.minute, seconds=end.second - start.second)
    return length if length > timedelta() else length + _DAY


def working_spans(calendar: Calendar, since: Micros) -> Iterator[Span]:
    """The working spans that end after ``since``, in order; they stop where the calendar or Python's dates end.

    A span that runs past midnight belongs to the day on which it begins.
    """
    if not calendar.hours:
        return
    for day in _days(calendar, local_date(since, calendar.zone) - _DAY):
        if not is_worked(day, calendar):
            continue
        for start, end in calendar.hours:
            last = day if end > start else day + _DAY
            span = instant(day, start, calendar.zone), instant(last, end, calendar.zone)
            if span[1] > max(span[0], since):
                yield span


def _days(calendar: Calendar, first: date) -> Iterator[date]:
    """Every date from the first on; without working weekdays only the make-up days, of which there is an end."""
    if not calendar.week:
        yield from sorted(day for day in calendar.make_up_days if day >= first)
        return
    day = first
    while day < date.max - 2 * _DAY:
        yield day
        day += _DAY


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches of time in order and without overlaps; empty ones are dropped."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)


def without(spans: Iterable[Span], holes: tuple[Span, ...]) -> Iterator[Span]:
    """What is left of ordered spans outside of merged holes."""
    position = 0
    for start, end in spans:
        while position < len(holes) and holes[position][1] <= start:
            position += 1
        here, ahead = start, position
        while ahead < len(holes) and holes[ahead][0] < end:
            if here < holes[ahead][0]:
                yield here, holes[ahead][0]
            here = max(here, holes[ahead][1])
            ahead += 1
        if here < end:
            yield here, end
