"""Hours of some weekdays in a time zone: in which absence is counted, in which a zone is judged."""

import re
import zoneinfo
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from config.moment import Micros, to_datetime
from config.suggest import did_you_mean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_ZONE = "Asia/Shanghai"
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")


class Active(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of the week.

    Attributes:
        zone: IANA time zone.
        hours: spans of a day in minutes after local midnight, half-open, in order, apart; empty means the whole day.
        days: weekdays, Monday is 0; empty means every day.
    """

    zone: str
    hours: tuple[tuple[int, int], ...] = ()
    days: tuple[int, ...] = ()


class BadHoursError(ValueError):
    """Hours cannot be read; ``what`` and ``fix`` are sentences for their author."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix


def is_active(active: Active, at: Micros) -> bool:
    """Whether a clock on a wall in the zone shows one of the weekdays and a time within one of the spans."""
    local = to_datetime(at).astimezone(zoneinfo.ZoneInfo(active.zone))
    if active.days and local.weekday() not in active.days:
        return False
    shown = local.hour * 60 + local.minute
    return not active.hours or any(begin <= shown < end for begin, end in active.hours)


def zone_of(given: str) -> str:
    """An IANA time zone.

    Raises:
        BadHoursError: it is none.
    """
    try:
        zoneinfo.ZoneInfo(given)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadHoursError(f"{given!r} is not a time zone.", did_you_mean(given, zoneinfo.available_timezones())) from None
    return given


def days_of(given: Sequence[str]) -> tuple[int, ...]:
    """Weekdays, as numbers from Monday 0.

    Raises:
        BadHoursError: one is none.
    """
    for day in given:
        if day not in DAYS:
            raise BadHoursError(f"{day!r} is not a weekday.", did_you_mean(day, DAYS))
    return tuple(sorted(DAYS.index(day) for day in given))


def spans_of(given: Sequence[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Spans ``("06:00", "11:30")`` of a day; one that ends before it begins runs past midnight and is cut in two there.

    Raises:
        BadHoursError: a time is none, a span is empty, or two overlap.
    """
    spans: list[tuple[int, int]] = []
    for ends in given:
        begin, end = (minutes_of(one) for one in ends)
        if begin == end:
            raise BadHoursError("a span that ends where it begins is no time at all.", "Leave out 'hours' for the whole day.")
        spans.extend([(begin, end)] if begin < end else [span for span in ((begin, DAY_MINUTES), (0, end)) if span[0] < span[1]])
    spans.sort()
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise BadHoursError("two spans overlap.", "Join them into one.")
    return tuple(spans)


def minutes_of(given: str) -> int:
    """A time of day in minutes after midnight, from 00:00 to 24:00.

    Raises:
        BadHoursError: it is none.
    """
    match = _TIME.fullmatch(given)
    if match is None:
        raise BadHoursError(f"{given!r} is not a time of day.", 'Write "06:00", from "00:00" to "24:00".')
    hour, minute = (part for part in match.groups() if part is not None)
    return int(hour) * 60 + int(minute)
