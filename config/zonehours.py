"""Reads ``active: {zone:, hours:, days:}`` of a camera's zone; every fault is told at its field."""

from collections.abc import Callable
from typing import Any

from config.report import Place, Report
from config.suggest import did_you_mean
from config.weekly import DEFAULT_ZONE, Active, BadHoursError, days_of, spans_of, zone_of

_FORM = "Write active: {zone: Asia/Shanghai, hours: [['07:00', '22:00']], days: [mon, tue, wed, thu, fri]}."


def read_active(given: Any, place: Place, report: Report) -> Active | None:
    """The hours in which a zone is judged; ``None`` when they are not given, or wrong."""
    if given is None:
        return None
    if not isinstance(given, dict):
        report.add(place, "active: these are not hours of the week.", _FORM)
        return None
    for name in given.keys() - _FIELDS.keys():
        report.add(place, f"active: unknown field {name!r}.", did_you_mean(str(name), _FIELDS))
    values = {}
    for name, read in _FIELDS.items():
        if name not in given:
            continue
        try:
            values[name] = read(given[name])
        except BadHoursError as error:
            report.add(place, f"active: {error.what}", error.fix)
    return Active(**{"zone": DEFAULT_ZONE, **values})


def _zone(given: Any) -> str:
    return zone_of(str(given))


def _days(given: Any) -> tuple[int, ...]:
    if not isinstance(given, list) or not given:
        raise BadHoursError("days are not a list of weekdays.", "Write [mon, tue], or leave out 'days' for every day.")
    return days_of([str(day) for day in given])


def _hours(given: Any) -> tuple[tuple[int, int], ...]:
    if not isinstance(given, list) or not given:
        raise BadHoursError("hours are not a list of spans.", 'Write [["06:00", "11:30"], ["13:00", "21:00"]].')
    pairs = [tuple(span) for span in given if isinstance(span, list) and len(span) == 2]
    if len(pairs) < len(given):
        raise BadHoursError("a span has a begin and an end.", 'Write ["06:00", "11:30"].')
    return spans_of([(str(begin), str(end)) for begin, end in pairs])


_FIELDS: dict[str, Callable[[Any], Any]] = {"zone": _zone, "hours": _hours, "days": _days}
