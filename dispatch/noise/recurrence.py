"""Hours that come back: the same local time on some days of the week, exact over changes of daylight-saving time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from config.moment import Micros, from_datetime, to_datetime

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_AHEAD = 8
"""Days within which hours that come back every week have come back."""


class Span(msgspec.Struct, frozen=True, order=True):
    """A half-open stretch of time."""

    start: Micros
    end: Micros


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """Daily or weekly hours.

    Attributes:
        zone: IANA time zone of the wall clock.
        start: when they begin, local time.
        end: when they end; at or before ``start`` it is the next day's.
        days: days on which they begin, ``mon`` to ``sun``; empty for every day.
    """

    zone: str
    start: time
    end: time
    days: tuple[str, ...] = ()


def spans_around(recurrence: Recurrence, now: Micros) -> tuple[Span, ...]:
    """The spans that hold an instant or come within the week after it, in order.

    A local time that a change of the clock leaves out, or has twice, is read as RFC 5545 has it: as before the change.
    """
    zone = ZoneInfo(recurrence.zone)
    first = to_datetime(now).astimezone(zone).date() - _DAY - _DAY
    dates = (first + _DAY * number for number in range(_AHEAD + 4))
    spans = (_span(recurrence, day, zone) for day in dates if not recurrence.days or WEEK[day.weekday()] in recurrence.days)
    return tuple(span for span in spans if span.start < span.end and span.end > now)


def _span(recurrence: Recurrence, day: date, zone: ZoneInfo) -> Span:
    last = day if recurrence.end > recurrence.start else day + _DAY
    start, end = datetime.combine(day, recurrence.start, zone), datetime.combine(last, recurrence.end, zone)
    return Span(from_datetime(start), from_datetime(end))
