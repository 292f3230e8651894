"""Wall-clock readings as instants."""

from datetime import UTC, datetime, timedelta

import pytest

from config.moment import parse
from dispatch.clocks.wall import local_date, resolve


@pytest.mark.parametrize(
    ("reading", "zone", "wanted"),
    [
        ("2026-07-01T08:00:00", "Asia/Shanghai", "2026-07-01T00:00:00"),
        ("2026-03-08T01:59:59", "America/New_York", "2026-03-08T06:59:59"),
        ("2026-03-08T02:00:00", "America/New_York", "2026-03-08T07:00:00"),
        ("2026-03-08T02:30:00", "America/New_York", "2026-03-08T07:00:00"),
        ("2026-03-08T03:00:00", "America/New_York", "2026-03-08T07:00:00"),
        ("2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30:00"),
        ("2026-11-01T02:00:00", "America/New_York", "2026-11-01T07:00:00"),
        ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:30:00"),
    ],
)
def test_readings_that_vanish_or_come_twice(reading: str, zone: str, wanted: str) -> None:
    """A reading that is jumped over means the jump, one that comes twice its first coming."""
    assert resolve(datetime.fromisoformat(reading), zone) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_readings_never_run_backwards(day: str) -> None:
    """Over a day with a change, a later reading is never an earlier instant."""
    readings = [datetime.fromisoformat(f"{day}T00:00") + timedelta(minutes=5 * step) for step in range(288)]
    instants = [resolve(reading, "America/New_York") for reading in readings]
    assert instants == sorted(instants)


def test_the_date_is_the_zones() -> None:
    """An hour before midnight in London it is already tomorrow in Shanghai."""
    assert local_date(parse("2026-03-04T23:00:00Z"), "Asia/Shanghai").isoformat() == "2026-03-05"
