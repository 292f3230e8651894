"""Reads ``active: {zone:, hours:, days:}``, the hours in which absence is counted."""

import re
import zoneinfo
from itertools import pairwise

from config.report import Report
from config.suggest import did_you_mean
from rules.model import Active
from rules.parser.document import Item
from rules.parser.readers import BadValueError, read_fields, text, texts

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_ZONE = "Asia/Shanghai"
DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")


def active(item: Item, report: Report) -> Active:
    """Hours, weekdays and the zone that they are meant in."""
    values, _ = read_fields(item, {"zone": zone, "hours": hours, "days": days}, report, of="active")
    return Active(zone=values.get("zone", DEFAULT_ZONE), hours=values.get("hours", ()), days=values.get("days", ()))


def zone(item: Item, report: Report) -> str:
    """An IANA time zone."""
    given = text(item, report)
    try:
        zoneinfo.ZoneInfo(given)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValueError(f"{given!r} is not a time zone.", did_you_mean(given, zoneinfo.available_timezones())) from None
    return given


def days(item: Item, report: Report) -> tuple[int, ...]:
    """Weekdays, as numbers from Monday 0."""
    found = texts(item, report)
    for day in found:
        if day not in DAYS:
            raise BadValueError(f"{day!r} is not a weekday.", did_you_mean(day, DAYS))
    return tuple(sorted(DAYS.index(day) for day in found))


def hours(item: Item, report: Report) -> tuple[tuple[int, int], ...]:
    """Spans ``["06:00", "11:30"]`` of a day; one that ends before it begins runs past midnight and is cut in two there."""
    if not item.is_list:
        raise BadValueError("hours are not a list of spans.", 'Write [["06:00", "11:30"], ["13:00", "21:00"]].')
    spans: list[tuple[int, int]] = []
    for entry in item.entries():
        ends = tuple(entry.entries()) if entry.is_list else ()
        if len(ends) != 2:
            raise BadValueError("a span has a begin and an end.", 'Write ["06:00", "11:30"].')
        begin, end = (minutes(text(one, report)) for one in ends)
        if begin == end:
            raise BadValueError("a span that ends where it begins is no time at all.", "Leave out 'hours' for the whole day.")
        spans.extend([(begin, end)] if begin < end else [span for span in ((begin, DAY_MINUTES), (0, end)) if span[0] < span[1]])
    spans.sort()
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise BadValueError("two spans overlap.", "Join them into one.")
    return tuple(spans)


def minutes(given: str) -> int:
    """A time of day in minutes after midnight, from 00:00 to 24:00.

    Raises:
        BadValueError: it is none.
    """
    match = _TIME.fullmatch(given)
    if match is None:
        raise BadValueError(f"{given!r} is not a time of day.", 'Write "06:00", from "00:00" to "24:00".')
    hour, minute = (part for part in match.groups() if part is not None)
    return int(hour) * 60 + int(minute)
