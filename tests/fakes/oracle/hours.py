"""Active time as a clock on the wall counts it: minute by minute."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.oracle.seen import SECOND

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTE = 60 * SECOND
_YEARS = 3 * 366 * 24 * 60


def ripe(at: int, needed: int, active: Mapping[str, Any] | None) -> float:
    """The instant at which the active time since ``at`` reaches what is needed.

    An instant is active when a clock in the zone shows one of the weekdays and a time within one of the spans.
    """
    if active is None:
        return at + needed
    zone, hours = active.get("zone", "Asia/Shanghai"), tuple(tuple(span) for span in active.get("hours", [["00:00", "24:00"]]))
    days = tuple(active.get("days", DAYS))
    left = needed
    for _ in range(_YEARS):
        step = _MINUTE - at % _MINUTE
        if is_active(at // _MINUTE, zone, hours, days):
            if left <= step:
                return at + left
            left -= step
        at += step
    return float("inf")


@lru_cache(maxsize=1 << 18)
def is_active(minute: int, zone: str, hours: tuple[tuple[str, str], ...], days: tuple[str, ...]) -> bool:
    """Whether a minute since 1970 is active; offsets from UTC are whole minutes since long ago."""
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(zone))
    shows = f"{local:%H:%M}"
    within = any(begin <= shows < end if begin < end else shows >= begin or shows < end for begin, end in hours)
    return within and DAYS[local.weekday()] in days
