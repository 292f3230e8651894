"""Whether somebody is on duty at an instant."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from config.moment import Micros, to_datetime
from config.people import Duty

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)


def is_on_duty(duty: Duty, at: Micros, zone: str) -> bool:
    """Whether a roster entry holds at an instant.

    A shift past midnight belongs to the day on which it begins, so ``days`` names that day.

    Args:
        duty: the entry; its times are those of the wall clock in the zone, half-open.
        at: the instant.
        zone: IANA time zone of the city.
    """
    if (duty.since is not None and at < duty.since) or (duty.until is not None and at >= duty.until):
        return False
    local = to_datetime(at).astimezone(ZoneInfo(zone))
    start, end, clock = time.fromisoformat(duty.start), time.fromisoformat(duty.end), local.time()
    today, yesterday = (not duty.days or _WEEK[day.weekday()] in duty.days for day in (local.date(), local.date() - _DAY))
    if start < end:
        return today and start <= clock < end
    return (today and clock >= start) or (yesterday and clock < end)
