"""Dates of a table as a clock on the wall shows them, and what a schedule's alerts say about them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.oracle.episodes import Said, story
from tests.fakes.oracle.forms import Span, Truth
from tests.fakes.oracle.rulebook import Rule, length
from tests.fakes.oracle.seen import SECOND

_MINUTE = timedelta(minutes=1)


def comes(date: str, time: str, zone: str) -> int:
    """The first minute at which a clock in the zone shows the date and time.

    Where it never does, since the clock was put forward over it: as long after that as it would have been.
    """
    wanted = datetime.fromisoformat(f"{date}T{time}:00")
    local = ZoneInfo(zone)
    at = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while (shown := at.astimezone(local).replace(tzinfo=None)) < wanted:
        at += _MINUTE
    if shown > wanted:
        skipped_from = (at - _MINUTE).astimezone(local).replace(tzinfo=None) + _MINUTE
        at += wanted - skipped_from
    return round(at.timestamp()) * SECOND


def announce(rule: Rule, schedule: Mapping[str, Any], date: str, clocks: Iterable[int], end: int | None) -> list[Said]:
    """What the alert of a row says.

    Args:
        rule: the other fields of the rule.
        schedule: as it is written.
        date: of the row, or an instant; empty for none.
        clocks: what the clock of the stream showed, in order, from when the rule held.
        end: up to when timers run after that, as in a replay; ``None``: no further.
    """
    if not date:
        return []
    when = _instant(date) if "T" in date else comes(date, schedule.get("time", "00:00"), schedule["zone"])
    at = when - length(schedule.get("before", 0))
    clocks = list(clocks)
    noticed = next((clock for clock in clocks if clock > at), None)
    if noticed is not None and at < noticed - length(schedule["catch_up"]):
        return []
    last = clocks[-1] - 1 if end is None else end
    if noticed is None and at > last:
        return []
    return list(story(rule, [], Truth([Span(at, at, None, timed=True, holds=0)], [], []), last))


def _instant(written: str) -> int:
    """An instant with its offset."""
    since = datetime.fromisoformat(written) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
