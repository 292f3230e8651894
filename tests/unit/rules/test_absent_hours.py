"""Absence in active hours: over midnight, over clock changes, on weekdays only, and at the bounds of a span."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.moment import SECOND, parse, render
from config.weekly import Active
from rules.conditions.activehours import ActiveHours
from rules.engine import Partition
from rules.model import Absent
from streams.alert import AlertEvent
from streams.observation import Observation
from tests.fakes.rulekit import alerts, play, rules_of, run, samples, seen

HOUR = 3600 * SECOND
DOOR: dict[str, Any] = {"kind": "door"}


def opened(at: str, number: int = 0) -> Observation:
    """A door at an instant as people write it."""
    return Observation(id=f"o{number}", source="sensor/1", kind="door", at=parse(at), value=True)


def fired(rule: dict[str, Any], *instants: str, until: str) -> list[str]:
    """The instants at which absence fired, in UTC."""
    engine = Partition(rules_of(DOOR | rule))
    found: list[AlertEvent] = []
    for number, at in enumerate(instants):
        found += alerts(engine.observe(opened(at, number), 0))
    found += alerts(engine.finish(parse(until), 0))
    return [render(event.at) for event in found if event.event.value == "firing"]


@pytest.mark.parametrize(
    ("active", "last", "absent", "fires"),
    [
        # 2026-03-02 is a Monday.
        ({"hours": [["22:00", "06:00"]]}, "2026-03-02T23:00:00Z", "2h", "2026-03-03T01:00:00Z"),
        ({"hours": [["22:00", "06:00"]]}, "2026-03-03T05:00:00Z", "2h", "2026-03-03T23:00:00Z"),
        ({"hours": [["22:00", "06:00"]]}, "2026-03-03T12:00:00Z", "8h", "2026-03-04T06:00:00Z"),
        ({"hours": [["22:00", "06:00"]]}, "2026-03-03T12:00:00Z", "8h1s", "2026-03-04T22:00:01Z"),
        ({"hours": [["22:00", "24:00"]]}, "2026-03-02T23:30:00Z", "1h", "2026-03-03T22:30:00Z"),
        ({"hours": [["00:00", "24:00"]]}, "2026-03-02T23:30:00Z", "1h", "2026-03-03T00:30:00Z"),
        ({"hours": [["06:00", "12:00"], ["12:00", "18:00"]]}, "2026-03-02T11:30:00Z", "1h", "2026-03-02T12:30:00Z"),
        ({"hours": [["06:00", "11:30"], ["13:00", "21:00"]]}, "2026-03-02T11:30:00Z", "1ms", "2026-03-02T13:00:00.001Z"),
        ({"hours": [["06:00", "11:30"], ["13:00", "21:00"]]}, "2026-03-02T11:29:59.999Z", "1ms", "2026-03-02T11:30:00Z"),
        ({"hours": [["06:00", "11:30"]]}, "2026-03-02T06:00:00Z", "5h30m", "2026-03-02T11:30:00Z"),
        ({"hours": [["06:00", "11:30"]]}, "2026-03-02T05:59:59Z", "5h30m", "2026-03-02T11:30:00Z"),
        ({"hours": [["06:00", "11:30"]]}, "2026-03-02T06:00:01Z", "5h30m", "2026-03-03T06:00:01Z"),
        ({"days": ["sat"]}, "2026-03-02T10:00:00Z", "24h", "2026-03-08T00:00:00Z"),
        ({"days": ["sat"]}, "2026-03-02T10:00:00Z", "25h", "2026-03-14T01:00:00Z"),
        ({"days": ["mon", "wed"]}, "2026-03-02T23:00:00Z", "2h", "2026-03-04T01:00:00Z"),
        ({"days": ["mon"], "hours": [["09:00", "10:00"]]}, "2026-03-02T09:30:00Z", "1h", "2026-03-09T09:30:00Z"),
        ({"days": ["sun"], "hours": [["22:00", "02:00"]]}, "2026-03-07T12:00:00Z", "4h", "2026-03-09T00:00:00Z"),
        ({}, "2026-03-02T23:00:00Z", "2h", "2026-03-03T01:00:00Z"),
    ],
    ids=[
        "over midnight",
        "from the morning into the night",
        "a whole night",
        "a night and a second",
        "up to midnight",
        "the whole day",
        "spans that touch",
        "at the end of a span",
        "just before the end of a span",
        "exactly a span",
        "from before a span",
        "a second too late for a span",
        "one day of the week",
        "one day and an hour of the next",
        "the days between do not count",
        "an hour a week",
        "a night that is cut at midnight belongs to the day that was named",
        "no hours and no days are all of them",
    ],
)  # fmt: skip
def test_absence_ripens_in_active_time(active: dict[str, Any], last: str, absent: str, fires: str) -> None:
    """The timer stands at the earliest instant at which the active time since the last match reaches the length."""
    rule = {"absent": absent, "active": {"zone": "UTC"} | active}
    assert fired(rule, last, until="2026-04-01T00:00:00Z") == [fires]


@pytest.mark.parametrize(
    ("zone", "hours", "last", "absent", "fires"),
    [
        ("Europe/Berlin", [["00:00", "06:00"]], "2026-03-29T00:00:00+01:00", "5h", "2026-03-29T04:00:00Z"),
        ("Europe/Berlin", [["00:00", "06:00"]], "2026-03-29T00:00:00+01:00", "5h1ms", "2026-03-29T22:00:00.001Z"),
        ("Europe/Berlin", [["00:00", "06:00"]], "2026-10-25T00:00:00+02:00", "7h", "2026-10-25T05:00:00Z"),
        ("Europe/Berlin", [["02:00", "03:00"]], "2026-10-24T12:00:00+02:00", "2h", "2026-10-25T02:00:00Z"),
        ("Europe/Berlin", [["12:00", "13:00"]], "2026-03-28T13:00:00+01:00", "1h", "2026-03-29T11:00:00Z"),
        ("America/New_York", [["12:00", "13:00"]], "2026-03-07T13:00:00-05:00", "1h", "2026-03-08T17:00:00Z"),
        ("Asia/Shanghai", [["06:00", "07:00"]], "2026-03-02T00:00:00+08:00", "30m", "2026-03-01T22:30:00Z"),
        ("Asia/Kolkata", [["06:00", "07:00"]], "2026-03-02T00:00:00+05:30", "30m", "2026-03-02T01:00:00Z"),
    ],
    ids=[
        "the short night",
        "the short night is over",
        "the long night",
        "the hour that comes twice",
        "the day of the change",
        "another continent",
        "the day before in UTC",
        "half an hour off",
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(zone: str, hours: list[list[str]], last: str, absent: str, fires: str) -> None:
    """Spans begin and end with the zone's own clock, and what is counted in them is time that passes."""
    rule = {"absent": absent, "active": {"zone": zone, "hours": hours}}
    assert fired(rule, last, until="2026-11-30T00:00:00Z") == [fires]


def test_an_hour_that_the_clock_skips_is_no_time() -> None:
    """A span that begins in the skipped hour and ends with it has nothing to count on that day."""
    active = ActiveHours(Active(zone="Europe/Berlin", hours=((150, 180),)))
    start = parse("2026-03-29T00:00:00+01:00")
    assert render(active.after(start, 60 * SECOND)) == "2026-03-30T00:31:00Z"


@pytest.mark.parametrize(
    ("change", "hours", "counted"),
    [
        ("2026-03-29T00:00:00+01:00", (90, 210), 60),  # 01:30 to 03:30, of which the clock shows 02:00 to 03:00 never.
        ("2026-03-29T00:00:00+01:00", (150, 240), 60),  # 02:30 to 04:00: from 03:00 on.
        ("2026-10-25T00:00:00+02:00", (90, 210), 180),  # 01:30 to 03:30: 02:00 to 03:00 comes twice.
        ("2026-10-25T00:00:00+02:00", (150, 240), 120),  # 02:30 to 04:00: half an hour, then again, and an hour more.
        ("2026-10-25T00:00:00+02:00", (120, 150), 60),  # 02:00 to 02:30 comes twice, apart.
    ],
)
def test_a_span_across_a_clock_change_has_the_length_that_people_see_pass(change: str, hours: tuple[int, int], counted: int) -> None:
    """On the day of a change what is active is what the clock on the wall shows within the span: no more, no less."""
    start, minute = parse(change), 60 * SECOND
    active = ActiveHours(Active(zone="Europe/Berlin", hours=(hours,)))
    shown = (datetime.fromtimestamp((start + n * minute) // SECOND, ZoneInfo("Europe/Berlin")) for n in range(25 * 60))
    inside = [n for n, local in enumerate(shown) if hours[0] <= local.hour * 60 + local.minute < hours[1]]
    assert active.after(start, counted * minute) == start + (inside[counted - 1] + 1) * minute
    assert active.after(start, counted * minute + 1) > start + 24 * 60 * minute


def test_a_zone_need_not_be_named() -> None:
    """Hours without zone are those of Shanghai, and the alert says so."""
    rule = rules_of(DOOR | {"absent": "1h", "active": {"hours": [["06:00", "07:00"]]}})
    assert rule.rules[0].condition == Absent(after=HOUR, active=Active(zone="Asia/Shanghai", hours=((360, 420),)))
    event = alerts(run(rule, [seen(0, True, kind="door")], until=86_400 * 2))[0]
    assert event.why["active"] == {"zone": "Asia/Shanghai", "hours": [[360, 420]], "days": []}
    assert render(event.at) == "2026-03-02T23:00:00Z"


def test_many_days_are_counted_as_one() -> None:
    """The days that are remembered are bounded, and the answer does not depend on them."""
    active = Active(zone="UTC", hours=((0, 60),))
    used, fresh = ActiveHours(active), ActiveHours(active)
    start = parse("2026-03-02T00:00:00Z")
    for day in range(200):
        assert used.after(start + day * 24 * HOUR, 2 * HOUR) == start + (day + 1) * 24 * HOUR + HOUR
    assert used.after(start, 100 * HOUR) == fresh.after(start, 100 * HOUR) == start + 99 * 24 * HOUR + HOUR


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0: T", [("firing", 60, 60, None, 0)]),
        ("0: T, 60: T", [("firing", 120, 120, None, 0)]),
        ("0: T, 60.000001: T", [("firing", 60, 60, None, 0), ("resolved", 60.000001, 60, 60.000001, 1), ("firing", 120.000001, 120.000001, None, 0)]),
        ("0: T, 30: F", [("firing", 60, 60, None, 0)]),
        ("0: T, 70: F", [("firing", 60, 60, None, 0)]),
        ("0: T, 70: T, 100: T", [("firing", 60, 60, None, 0), ("resolved", 70, 60, 70, 1), ("firing", 160, 160, None, 0)]),
        ("0: T, 0: T", [("firing", 60, 60, None, 0)]),
        ("5: F", []),
    ],
    ids=[
        "never again",
        "at the very instant",
        "a microsecond too late",
        "what is no match does not put it off",
        "what is no match does not end it",
        "back and away again",
        "twice at one instant",
        "a group exists from its first match",
    ],
)  # fmt: skip
def test_absence_at_its_bounds(written: str, expected: list[tuple[object, ...]]) -> None:
    """It begins exactly ``absent`` after the last match and ends with the next."""
    rule = DOOR | {"absent": "60s", "where": "value == true"}
    assert play(rule, samples(written, kind="door"), 170) == expected


def test_quiet_time_of_absence() -> None:
    """Matches in quiet time count; when it becomes absent again within keep_firing_for the episode goes on."""
    rule = DOOR | {"absent": "10s", "keep_firing_for": "20s"}
    assert play(rule, samples("0: T, 15: T, 18: T, 40: T", kind="door"), 100) == [
        ("firing", 10, 10, None, 0),
    ]
    assert play(rule, samples("0: T, 15: T, 20: T, 25: T, 30: T, 35: T", kind="door"), 40) == [
        ("firing", 10, 10, None, 0),
        ("resolved", 35, 10, 15, 5),
    ]


def test_absence_that_ripens_as_it_is_over_is_one_episode() -> None:
    """A match every eleven seconds, with quiet time of ten: absent for ten, back, and absent again at the end of quiet time."""
    rule = DOOR | {"absent": "10s", "keep_firing_for": "10s"}
    history = samples("0: T, 11: T, 22: T, 33: T", kind="door")
    assert play(rule, history, 43) == [("firing", 10, 10, None, 0)]
    assert play(rule | {"keep_firing_for": "9999ms"}, history, 40)[:2] == [("firing", 10, 10, None, 0), ("resolved", 20.999, 10, 11, 1)]
