"""Wall-clock time of a zone as instants, also where daylight saving makes an hour vanish or come twice."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.moment import Micros, from_datetime, to_datetime

_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=4096)
def instant(day: date, clock: time, zone: str) -> Micros:
    """The instant at which the clocks of a zone first show a time of a day, or would have shown it.

    A time that comes twice means its first coming; one that is jumped over means the instant of the jump. So wall-clock
    spans that touch also touch as instants, and none of them ends before it starts.
    """
    return from_datetime(resolve(datetime.combine(day, clock), zone))


def resolve(wall: datetime, zone: str) -> datetime:
    """The aware datetime (UTC) of a wall-clock reading, by the rule of :func:`instant`."""
    place = ZoneInfo(zone)
    before, after = (wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if after >= before:
        return before
    # In a gap (PEP 495) fold 0 reads the clock with the offset from before the jump and so lies behind it, fold 1 before it.
    low, high = after, before
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == low.astimezone(place).utcoffset() else (low, middle)
    return high.replace(microsecond=0)


def local_date(moment: Micros, zone: str) -> date:
    """The date that a calendar on the wall shows at an instant."""
    return to_datetime(moment).astimezone(ZoneInfo(zone)).date()
