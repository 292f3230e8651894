"""Dates as people write them in tables, and the instants that they mean."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.moment import Micros, from_datetime, parse, render

FIRST_YEAR, LAST_YEAR = 1900, 2999


def read_date(cell: str) -> str:
    """A date ``2026-03-02``, or an instant with offset, in the one way of writing by which it is remembered.

    Raises:
        ValueError: it is neither, or far from any date that people mean.
    """
    try:
        written = render(parse(cell)) if "T" in cell.upper() else date.fromisoformat(cell).isoformat()
    except OverflowError:  # With its offset it lies beyond the calendar.
        raise ValueError(cell) from None
    if len(cell) == 8 or not FIRST_YEAR <= int(written[:4]) <= LAST_YEAR:  # 20260302, which Python takes, is a typing slip as often.
        raise ValueError(cell)
    return written


def instant_of(written: str, minutes: int, zone: str) -> Micros:
    """When a date of :func:`read_date` comes.

    A local time that a clock change skips is taken as far behind the change as it was meant behind its beginning; of one
    that comes twice, the first counts (PEP 495, fold 0).

    Args:
        written: the date; an instant is taken as it is.
        minutes: after local midnight.
        zone: IANA time zone.
    """
    if "T" in written:
        return parse(written)
    return from_datetime(datetime.combine(date.fromisoformat(written), time(minutes // 60, minutes % 60), _zone(zone)))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
