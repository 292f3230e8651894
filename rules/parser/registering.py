"""Reads ``schedule: {table:, at:, ...}`` and ``expected: ...``: groups that a rule has before anything of them is seen."""

import re
from collections.abc import Mapping

from config.duration import render_duration
from config.moment import SECOND, Micros
from config.report import Report
from rules.model import Expected, Fleet, Schedule
from rules.parser import hours, readers
from rules.parser.document import Item
from rules.parser.readers import BadValueError, Reader, read_fields

CATCH_UP: Micros = 7 * 86_400 * SECOND
"""How late a date may be noticed, unless the rule says otherwise: a week."""
LEAST_CATCH_UP: Micros = 60 * SECOND
"""A date is noticed at the tick after it, and some seconds later while the gateway restarts; by less it would never be told, or not always."""
SOURCES = "sources"
"""Devices and cameras alike."""

_TABLE = re.compile(r"(?:[\w][\w.\-]*/)*[\w][\w.\-]*\.csv")
_SOURCE = re.compile(r"(?:camera|sensor)/\S{1,200}")
_EXAMPLE = "{table: permits.csv, at: expires, key: permit}"


def schedule(item: Item, report: Report) -> Schedule:
    """A table, its date and its key, and when on its day the date comes."""
    return _schedule(item, report, catch_up)


def schedule_of_the_log(item: Item, report: Report) -> Schedule:
    """The same without the bound of ``catch_up``, which is applied afterwards (:mod:`rules.parser.bounds`)."""
    return _schedule(item, report, readers.duration)


def _schedule(item: Item, report: Report, caught_up_with: Reader) -> Schedule:
    table: Mapping[str, Reader] = {
        "table": table_name,
        "at": readers.text,
        "key": readers.some_texts,
        "time": time_of_day,
        "zone": hours.zone,
        "before": readers.duration,
        "catch_up": caught_up_with,
    }
    values, written = read_fields(item, table, report, of="schedule")
    for name in ("table", "at", "key"):
        if item.is_mapping and name not in written:
            raise BadValueError(f"{name} is missing.", f"Write {_EXAMPLE}.")
    return Schedule(
        table=values.get("table", ""),
        at=values.get("at", ""),
        key=values.get("key", ()),
        minutes=values.get("time", 0),
        zone=values.get("zone", hours.DEFAULT_ZONE),
        before=values.get("before", 0),
        catch_up=values.get("catch_up", CATCH_UP),
    )


def catch_up(item: Item, report: Report) -> Micros:
    """How late a date may be noticed."""
    given = readers.duration(item, report)
    if given < LEAST_CATCH_UP:
        raise BadValueError(
            f"a date is always noticed a little after it came, and {render_duration(given)} of delay would lose it.", "Write 1m or more."
        )
    return given


def table_name(item: Item, report: Report) -> str:
    """A CSV file beside the rule file or below it; it names no other place."""
    given = readers.text(item, report)
    if not _TABLE.fullmatch(given):
        raise BadValueError(
            f"{given!r} is no CSV file beside the rule file.", "Write a name such as permits.csv, without '..' or a leading '/'."
        )
    return given


def time_of_day(item: Item, report: Report) -> int:
    """A time of day in minutes after midnight."""
    minutes = hours.minutes(readers.text(item, report))
    if minutes == hours.DAY_MINUTES:
        raise BadValueError("24:00 is the next day.", 'Write "00:00", and the date of that day in the table.')
    return minutes


def expected(item: Item, report: Report) -> Expected:
    """``devices``, ``cameras`` or ``sources`` of the city, ``{kind:, tag:, of:}`` for some of them, or a list of sources."""
    if item.is_mapping:
        table: Mapping[str, Reader] = {"kind": readers.some_texts, "tag": readers.some_texts, "of": readers.choice(Fleet)}
        values, _ = read_fields(item, table, report, of="expected")
        return Expected(fleet=values.get("of"), kinds=values.get("kind", ()), tags=values.get("tag", ()))
    named = readers.some_texts(item, report)
    if named == (SOURCES,):
        return Expected()
    if len(named) == 1 and named[0] in list(Fleet):
        return Expected(fleet=Fleet(named[0]))
    for source in named:
        if not _SOURCE.fullmatch(source):
            raise BadValueError(
                f"{source!r} is no source, and no word for the city's sources.",
                "Write devices, cameras or sources, {kind: ...}, or a list such as [sensor/door-7].",
            )
    return Expected(sources=named)
