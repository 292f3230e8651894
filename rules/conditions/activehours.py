"""Active time: the hours of some weekdays in a time zone, measured in real time, so that a clock change moves nothing."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.moment import Micros, from_datetime, to_datetime
from rules.model import Active
from rules.state import NEVER

_HORIZON_DAYS = 20_000
"""Further ahead nobody asks: a time that long never comes."""


class ActiveHours:
    """Counts active time from an instant on."""

    def __init__(self, active: Active) -> None:
        self._zone = ZoneInfo(active.zone)
        self._spans = active.hours or ((0, 24 * 60),)
        self._days = frozenset(active.days or range(7))
        self._known: dict[date, tuple[tuple[Micros, Micros], ...]] = {}

    def after(self, start: Micros, length: Micros) -> Micros:
        """The earliest instant at which the active time since ``start`` reaches ``length`` (longer than nothing)."""
        day = to_datetime(start).astimezone(self._zone).date()
        left = length
        for _ in range(_HORIZON_DAYS):
            for begin, end in self._spans_of(day):
                begin_counted = max(begin, start)
                if end - begin_counted >= left:
                    return begin_counted + left
                left -= max(0, end - begin_counted)
            day += timedelta(days=1)
        return NEVER

    def _spans_of(self, day: date) -> tuple[tuple[Micros, Micros], ...]:
        """The active spans of a local day as instants."""
        spans = self._known.get(day)
        if spans is None:
            if len(self._known) > 64:
                self._known.clear()
            counted = self._spans if day.weekday() in self._days else ()
            spans = self._known[day] = tuple((self._instant(day, begin), self._instant(day, end)) for begin, end in counted)
        return spans

    def _instant(self, day: date, minutes: int) -> Micros:
        """A local time of day as an instant; 24:00 is the next day's midnight, a time that a clock change skips is taken after it."""
        local = datetime.combine(day, time(), self._zone) + timedelta(minutes=minutes)
        return from_datetime(local)
