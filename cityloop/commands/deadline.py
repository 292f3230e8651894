"""``cityloop deadline``: when a time limit is reached."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from cityloop.terminal import emit, refuse
from config.calendarfile import read_calendar
from config.matters import Calendar, ClockType
from config.moment import Micros, from_datetime, to_datetime
from config.problem import Problem, ProblemsError
from config.report import Place, Report
from dispatch.clocks.counting import CountingError, due
from dispatch.clocks.spans import Span
from dispatch.clocks.wall import resolve

EXAMPLE = "2026-03-02T08:00:00+08:00, or without an offset for the calendar's zone"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(deadline)


def deadline(
    *,
    start: Annotated[
        str, typer.Option(metavar="T", help="When the limit begins to run: RFC 3339, or without offset in the calendar's zone.")
    ],
    limit: Annotated[int, typer.Option(metavar="N", help="How many units of the clock; 0 or more.")],
    clock: Annotated[ClockType, typer.Option(help="How the limit is counted.")],
    calendar: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Working calendar (YAML); left out, 08-12 and 14-18, Monday to Friday.")
    ] = None,
    pause: Annotated[
        list[str] | None, typer.Option(metavar="A/B", help="Time that is not counted, from A to B; as often as needed.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell when a time limit is reached: the earliest instant at which the counted time reaches it."""
    report = Report()
    working = Calendar() if calendar is None else read_calendar(calendar, report)
    zone = (working or Calendar()).zone
    begin = _moment("--start", start, zone, report)
    pauses = [_pause(text, zone, report) for text in pause or []]
    if limit < 0:
        report.add(Place("--limit"), f"{limit} lies below zero.", "Write 0 or a whole number above it.")
    if report.problems or working is None or begin is None:
        _stop(ProblemsError(report.problems))
    try:
        reached = due(begin, limit, clock, working, [span for span in pauses if span is not None])
        told = {"start": _render(begin, zone), "due": _render(reached, zone), "clock": clock.value, "limit": limit}
    except (CountingError, OverflowError) as error:
        where = "--limit" if calendar is None else str(calendar)
        what = (
            str(error) if isinstance(error, CountingError) else f"the limit of {limit} {clock.value} is not reached before the year 10000"
        )
        _stop(Problem(file=where, what=f"{what}.", fix="Give the calendar working time, or make the limit smaller."))
    if json:
        emit(told)
    else:
        typer.echo(told["due"])


def _stop(error: ProblemsError | Problem) -> NoReturn:
    raise refuse(error)


def _moment(option: str, text: str, zone: str, report: Report) -> Micros | None:
    try:
        moment = None if _is_date(text) else datetime.fromisoformat(text)
        if moment is not None:
            return from_datetime(moment if moment.tzinfo is not None else resolve(moment, zone))
    except (ValueError, OverflowError):
        moment = None
    report.add(Place(option), f"{text!r} is not a moment.", f"Write it as {EXAMPLE}.")
    return None


def _is_date(text: str) -> bool:
    """A bare date would leave the hour to be guessed."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _pause(text: str, zone: str, report: Report) -> Span | None:
    parts = text.split("/")
    if len(parts) != 2:
        report.add(Place("--pause"), f"{text!r} is not a span of time.", "Write A/B: from when to when, with a stroke between.")
        return None
    begin, end = (_moment("--pause", part, zone, report) for part in parts)
    if begin is None or end is None:
        return None
    if end < begin:
        report.add(Place("--pause"), f"{text!r} ends before it begins.", "Write the earlier moment first.")
        return None
    return begin, end


def _render(moment: Micros, zone: str) -> str:
    return to_datetime(moment).astimezone(ZoneInfo(zone)).isoformat()
