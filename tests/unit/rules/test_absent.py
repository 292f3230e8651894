"""Absence: from when, until when, and in which hours."""

from typing import Any

import pytest

from config.moment import SECOND, parse, render
from config.weekly import Active
from rules.conditions.activehours import ActiveHours
from tests.fakes.rulekit import alerts, play, rules_of, run, samples, seen

ABSENT: dict[str, Any] = {"kind": "door", "absent": "60s"}


def test_the_example_of_the_semantics() -> None:
    """A minute after the last match it fires; the next match resolves it."""
    assert play(ABSENT, samples("0: T, 30: T, 200: T", kind="door")) == [("firing", 90, 90, None, 0), ("resolved", 200, 90, 200, 1)]


def test_a_match_at_the_very_instant_is_in_time() -> None:
    """A match exactly a minute after the last one prevents the alert."""
    assert play(ABSENT, samples("0: T, 60: T, 100: T", kind="door")) == []


def test_a_group_exists_from_its_first_match() -> None:
    """A source that never sent a match is not missed."""
    assert play(ABSENT | {"where": "value == true"}, samples("0: F, 500: F", kind="door")) == []


def test_what_is_told_is_the_last_match() -> None:
    """The alert shows when the source was last seen, and where."""
    rule = rules_of(ABSENT)
    found = alerts(run(rule, [seen(0, True, kind="door", zone="hall"), seen(500, True, kind="door")]))[0]
    assert (found.zone, found.count, found.distinct_sources) == ("hall", 0, 0)
    assert found.last_seen == found.starts_at - 60 * SECOND
    assert found.why["last"]["observation"]["id"] == "0-True"


def test_absence_can_be_sustained_and_kept() -> None:
    """``for`` and ``keep_firing_for`` work on absence as on any condition."""
    rule = ABSENT | {"for": "10s", "keep_firing_for": "5s"}
    assert play(rule, samples("0: T, 65: T, 140: T, 150: T, 300: T", kind="door")) == [
        ("firing", 135, 125, None, 0),
        ("resolved", 145, 125, 140, 1),
        ("firing", 220, 210, None, 0),
    ]


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02T08:00:00+08:00", 2, "2026-03-02T10:00:00+08:00"),
        ("2026-03-02T10:30:00+08:00", 2, "2026-03-02T14:00:00+08:00"),
        ("2026-03-02T10:30:00+08:00", 1, "2026-03-02T11:30:00+08:00"),
        ("2026-03-02T23:00:00+08:00", 1, "2026-03-03T07:00:00+08:00"),
        ("2026-03-06T20:00:00+08:00", 2, "2026-03-09T07:00:00+08:00"),
    ],
    ids=["within a span", "over a break", "to the end of a span", "from the night", "over a weekend"],
)
def test_active_time_is_counted_in_its_hours(start: str, hours: int, due: str) -> None:
    """Absence ripens at the earliest instant at which the active time reaches its length."""
    active = ActiveHours(Active(zone="Asia/Shanghai", hours=((360, 690), (780, 1260)), days=(0, 1, 2, 3, 4)))
    assert render(active.after(parse(start), hours * 3600 * SECOND)) == render(parse(due))


def test_a_clock_change_moves_no_window() -> None:
    """On the night on which clocks go forward, active hours are those of the clock on the wall and last as long as they last."""
    active = ActiveHours(Active(zone="Europe/Berlin", hours=((0, 360),)))
    start = parse("2026-03-29T00:00:00+01:00")
    assert active.after(start, 5 * 3600 * SECOND) == parse("2026-03-29T06:00:00+02:00")


def test_hours_that_never_come_never_ripen() -> None:
    """Active time that is longer than anybody waits gives a timer that never runs."""
    active = ActiveHours(Active(zone="UTC", hours=((0, 1),), days=(0,)))
    assert active.after(0, 10_000 * 3600 * SECOND) > parse("2200-01-01T00:00:00Z")


def test_all_day_needs_no_hours() -> None:
    """Days without hours count the whole of these days."""
    active = ActiveHours(Active(zone="UTC", days=(5, 6)))
    assert active.after(parse("2026-03-02T00:00:00Z"), 24 * 3600 * SECOND) == parse("2026-03-08T00:00:00Z")
