"""Hours of the week on a wall clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.moment import SECOND, from_datetime, parse
from config.weekly import Active, is_active, spans_of

SHOP = Active(zone="Asia/Shanghai", hours=((420, 1320),), days=(0, 1, 2, 3, 4))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T06:59:59.999999+08:00", False),
        ("2026-03-02T07:00:00+08:00", True),
        ("2026-03-02T21:59:59+08:00", True),
        ("2026-03-02T22:00:00+08:00", False),
        ("2026-03-06T23:30:00+00:00", False),  # Saturday in Shanghai.
        ("2026-03-07T12:00:00+08:00", False),
        ("2026-03-01T23:30:00+00:00", True),  # Monday in Shanghai.
    ],
)
def test_spans_are_half_open_and_local(at: str, expected: bool) -> None:
    """The begin belongs to a span and the end does not; the weekday is that of the zone."""
    assert is_active(SHOP, parse(at)) is expected


def test_nothing_given_is_always() -> None:
    """Without hours the whole day counts, without days every day."""
    assert is_active(Active(zone="UTC"), 0)
    assert is_active(Active(zone="UTC", days=(3,)), 0)
    assert not is_active(Active(zone="UTC", days=(4,)), 0)


def test_a_clock_change_is_what_the_wall_shows() -> None:
    """On the day on which clocks go forward, 03:30 is active half an hour after 01:59."""
    berlin = Active(zone="Europe/Berlin", hours=((180, 240),))
    begun = parse("2026-03-29T01:59:00+01:00")
    assert not is_active(berlin, begun)
    assert is_active(berlin, begun + 60 * SECOND)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 1439), st.integers(0, 1439))  # noqa: DTZ001  # Made aware below.
def test_a_span_past_midnight_is_the_complement(local: datetime, begin: int, end: int) -> None:
    """What is cut in two at midnight covers exactly the minutes that the span the other way round leaves out."""
    if begin == end:
        return
    text = [f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, end)]
    at = from_datetime(local.replace(tzinfo=UTC) + timedelta(0))
    one = Active(zone="UTC", hours=spans_of([(text[0], text[1])]))
    other = Active(zone="UTC", hours=spans_of([(text[1], text[0])]))
    assert is_active(one, at) is not is_active(other, at)
    assert ZoneInfo("UTC").key == one.zone
