"""Reads ``active: {zone:, hours:, days:}``, the hours in which absence is counted."""

from collections.abc import Callable
from typing import TypeVar

from config.report import Report
from config.weekly import DAY_MINUTES, DEFAULT_ZONE, Active, BadHoursError, days_of, minutes_of, spans_of, zone_of
from rules.parser.document import Item
from rules.parser.readers import BadValueError, read_fields, text, texts

__all__ = ["DAY_MINUTES", "DEFAULT_ZONE", "active", "days", "hours", "minutes", "zone"]

Given = TypeVar("Given")
Found = TypeVar("Found")


def active(item: Item, report: Report) -> Active:
    """Hours, weekdays and the zone that they are meant in."""
    values, _ = read_fields(item, {"zone": zone, "hours": hours, "days": days}, report, of="active")
    return Active(zone=values.get("zone", DEFAULT_ZONE), hours=values.get("hours", ()), days=values.get("days", ()))


def zone(item: Item, report: Report) -> str:
    """An IANA time zone."""
    return _told(zone_of, text(item, report))


def days(item: Item, report: Report) -> tuple[int, ...]:
    """Weekdays, as numbers from Monday 0."""
    return _told(days_of, texts(item, report))


def hours(item: Item, report: Report) -> tuple[tuple[int, int], ...]:
    """Spans ``["06:00", "11:30"]`` of a day; one that ends before it begins runs past midnight and is cut in two there."""
    if not item.is_list:
        raise BadValueError("hours are not a list of spans.", 'Write [["06:00", "11:30"], ["13:00", "21:00"]].')
    spans: list[tuple[str, str]] = []
    for entry in item.entries():
        ends = tuple(entry.entries()) if entry.is_list else ()
        if len(ends) != 2:
            raise BadValueError("a span has a begin and an end.", 'Write ["06:00", "11:30"].')
        spans.append((text(ends[0], report), text(ends[1], report)))
    return _told(spans_of, spans)


def minutes(given: str) -> int:
    """A time of day in minutes after midnight, from 00:00 to 24:00.

    Raises:
        BadValueError: it is none.
    """
    return _told(minutes_of, given)


def _told(read: Callable[[Given], Found], given: Given) -> Found:
    """What was read, or the fault in the words of a rule's reader."""
    try:
        return read(given)
    except BadHoursError as error:
        raise BadValueError(error.what, error.fix) from None
