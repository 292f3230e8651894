"""Active time: the hours of some weekdays in a time zone, measured in real time.

An instant is active when a clock on a wall in the zone shows one of the weekdays and a time within one of the spans. So on
the day of a clock change a span has the length that people see pass: hours that the clock skips are nobody's, hours that it
shows twice count twice.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.moment import SECOND, Micros, from_datetime, to_datetime
from config.weekly import Active
from rules.state import NEVER

_MINUTE: Micros = 60 * SECOND
_SLICE: Micros = 30 * SECOND
"""A piece of time that never lies on two local days: since 1970 every offset from UTC has been a multiple of it."""
_DAY_MINUTES = 24 * 60
_HORIZON_DAYS = 20_000
"""Further ahead nobody asks: a time that long never comes."""


class ActiveHours:
    """Counts active time from an instant on."""

    def __init__(self, active: Active) -> None:
        self._zone = ZoneInfo(active.zone)
        self._spans = active.hours or ((0, _DAY_MINUTES),)
        self._days = frozenset(active.days or range(7))
        self._known: dict[date, tuple[tuple[Micros, Micros], ...]] = {}
        self._slice = -1
        self._day = date.min

    def after(self, start: Micros, length: Micros) -> Micros:
        """The earliest instant at which the active time since ``start`` reaches ``length`` (longer than nothing)."""
        number = start // _SLICE
        if number != self._slice:
            self._slice, self._day = number, to_datetime(start).astimezone(self._zone).date()
        day, left = self._day, length
        for _ in range(_HORIZON_DAYS):
            for begin, end in self._spans_of(day):
                begin_counted = start if start > begin else begin  # noqa: FURB136  # A third of the time of max(), and done for each match.
                if end - begin_counted >= left:
                    return begin_counted + left
                if end > begin_counted:
                    left -= end - begin_counted
            day += timedelta(days=1)
        return NEVER

    def _spans_of(self, day: date) -> tuple[tuple[Micros, Micros], ...]:
        """The active spans of a local day as instants."""
        spans = self._known.get(day)
        if spans is None:
            if len(self._known) > 64:
                self._known.clear()
            spans = self._known[day] = self._measured(day) if day.weekday() in self._days else ()
        return spans

    def _measured(self, day: date) -> tuple[tuple[Micros, Micros], ...]:
        """Minute by minute when the clock changes on that day; offsets from UTC are whole minutes."""
        midnight, next_midnight = self._instant(day, 0), self._instant(day, _DAY_MINUTES)
        if next_midnight - midnight == _DAY_MINUTES * _MINUTE:
            return tuple((midnight + begin * _MINUTE, midnight + end * _MINUTE) for begin, end in self._spans)
        found: list[tuple[Micros, Micros]] = []
        for instant in range(midnight, next_midnight, _MINUTE):
            local = to_datetime(instant).astimezone(self._zone)
            shown = local.hour * 60 + local.minute
            if any(begin <= shown < end for begin, end in self._spans):
                begun = found.pop()[0] if found and found[-1][1] == instant else instant
                found.append((begun, instant + _MINUTE))
        return tuple(found)

    def _instant(self, day: date, minutes: int) -> Micros:
        """A local time of day as an instant; a midnight that a clock change skips is the instant of the change."""
        local = datetime.combine(day, time(), self._zone) + timedelta(minutes=minutes)
        return from_datetime(local)
