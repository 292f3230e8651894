"""Reads a working calendar, telling every mistake with file, line and column."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from config.matters import Calendar
from config.problem import ProblemsError
from config.report import Report
from config.suggest import did_you_mean
from config.textfile import read_text
from config.yamlfile import Node, parse_yaml

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = ("zone", "hours", "week", "holidays", "make_up_days")
_DAY = timedelta(days=1)


def read_calendar(path: Path, report: Report, zone: str = Calendar().zone) -> Calendar | None:
    """Read a calendar file; every key may be left out.

    Args:
        path: the file.
        report: takes the problems.
        zone: the zone where the file names none.

    Returns:
        The calendar, or ``None`` when a problem was noted.
    """
    text = read_text(path, report, "Name a calendar's file, or leave it out for the usual working hours.")
    return None if text is None else parse_calendar(text, str(path), report, zone)


def parse_calendar(text: str, file: str, report: Report, zone: str = Calendar().zone) -> Calendar | None:
    """Read a calendar from its text; an empty one is the default calendar."""
    if not _without_comments(text):
        return Calendar(zone=zone)
    node = parse_yaml(text, file, report)
    if node is None:
        return None
    own = Report()
    fields = node.fields
    for key in fields.keys() - set(_FIELDS):
        own.add(node.locate_key(key), f"unknown field {key!r}.", did_you_mean(key, _FIELDS))
    usual = Calendar(zone=zone)
    calendar = Calendar(
        zone=_zone(node, fields, usual, own),
        hours=_hours(node, fields, usual, own),
        week=_week(node, fields, usual, own),
        holidays=_dates(node, fields, "holidays", own),
        make_up_days=_dates(node, fields, "make_up_days", own),
    )
    if own.problems:
        report.extend(ProblemsError(own.problems))
        return None
    return calendar


def _without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).strip()


def _zone(node: Node, fields: Mapping[str, Any], usual: Calendar, report: Report) -> str:
    name = fields.get("zone", usual.zone)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        report.add(node.locate("zone"), f"the time zone {name!r} is not known.", did_you_mean(str(name), available_timezones()))
        return usual.zone
    return str(name)


def _items(node: Node, fields: Mapping[str, Any], key: str, example: str, report: Report) -> list[Any]:
    items = fields.get(key, [])
    if isinstance(items, list):
        return items
    report.add(node.locate(key), f"{key} is {items!r}, not a list.", f"Write {key}: {example}.")
    return []


def _week(node: Node, fields: Mapping[str, Any], usual: Calendar, report: Report) -> tuple[str, ...]:
    if "week" not in fields:
        return usual.week
    days = _items(node, fields, "week", "[mon, tue]", report)
    for index, day in enumerate(days):
        if day not in WEEK:
            report.add(node.locate_item("week", index), f"{day!r} is not a day of the week.", did_you_mean(str(day), WEEK))
    return tuple(day for day in WEEK if day in days)


def _dates(node: Node, fields: Mapping[str, Any], key: str, report: Report) -> frozenset[date]:
    found: set[date] = set()
    for index, item in enumerate(_items(node, fields, key, "[2026-10-01]", report)):
        day = _date(item)
        if day is None:
            report.add(node.locate_item(key, index), f"{key}: {item!r} is not a date.", "Write it as 2026-10-01.")
        else:
            found.add(day)
    return frozenset(found)


def _date(item: Any) -> date | None:
    try:
        return date.fromisoformat(item)
    except (ValueError, TypeError):
        return None


def _hours(node: Node, fields: Mapping[str, Any], usual: Calendar, report: Report) -> tuple[tuple[time, time], ...]:
    if "hours" not in fields:
        return usual.hours
    spans: list[tuple[time, time]] = []
    for index, item in enumerate(_items(node, fields, "hours", '[["08:00", "12:00"]]', report)):
        times = [_time(part) for part in item] if isinstance(item, list) else []
        if len(times) == 2 and times[0] is not None and times[1] is not None:
            spans.append((times[0], times[1]))
        else:
            report.add(node.locate_item("hours", index), f"hours: {item!r} is not a span of time.", 'Write each as ["08:00", "12:00"].')
    _check_order(node, spans, report)
    return tuple(spans)


def _time(part: Any) -> time | None:
    """``HH:MM``; ``24:00`` is the midnight at the end of the day."""
    if part == "24:00":
        return time(0)
    if not isinstance(part, str) or len(part) != len("08:00"):
        return None
    try:
        return time.fromisoformat(part)
    except ValueError:
        return None


def _check_order(node: Node, spans: list[tuple[time, time]], report: Report) -> None:
    """Spans follow each other within 24 hours; one that ends at or before its start runs past midnight, so it must be the last."""
    if not spans:
        return
    marks = [mark for start, end in spans for mark in _unrolled(start, end)]
    if marks != sorted(marks) or marks[-1] > marks[0] + _DAY:
        told = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)
        report.add(
            node.locate("hours"), f"hours: the spans {told} overlap or are out of order.", "Write them in order, each after the last."
        )


def _unrolled(start: time, end: time) -> tuple[timedelta, timedelta]:
    begin, finish = (timedelta(hours=clock.hour, minutes=clock.minute) for clock in (start, end))
    return begin, finish if finish > begin else finish + _DAY
