"""Recurring hours over changes of the clock, maintenance windows, silences at their edges, and flapping in virtual time."""

from collections.abc import Iterator
from datetime import time

import msgspec
import pytest

from config.moment import SECOND, Micros, parse, render
from dispatch.noise import flapping, silence, window
from dispatch.noise.flapping import FlapPolicy, flapping_at
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.recurrence import Recurrence, Span, spans_around
from dispatch.noise.silence import Silence, SilenceKind, SilenceState
from dispatch.noise.subject import Subject
from dispatch.noise.window import Window, open_now, spans_of

MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
NIGHT = Recurrence(zone="Europe/Berlin", start=time(1), end=time(4))
DOOR = Subject(
    id="a",
    values={"rule": ("door",), "cell": ("A", "9"), "source": ("sensor/1",), "unit": ("crew", "order")},
    life_safety=False,
    starts_at=0,
)
SMOKE = msgspec.structs.replace(DOOR, life_safety=True)


def spelled(spans: tuple[Span, ...]) -> list[tuple[str, str]]:
    return [(render(span.start), render(span.end)) for span in spans]


def test_hours_keep_the_wall_clock_when_summer_time_begins() -> None:
    """On 29 March 2026 Berlin skips the hour from 2 to 3: the night from 1 to 4 lasts two hours, the one after three."""
    assert spelled(spans_around(NIGHT, parse("2026-03-28T12:00:00Z")))[:2] == [
        ("2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
        ("2026-03-29T23:00:00Z", "2026-03-30T02:00:00Z"),
    ]


def test_hours_keep_the_wall_clock_when_summer_time_ends() -> None:
    """On 25 October 2026 the hour from 2 to 3 comes twice: the night from 1 to 4 lasts four hours."""
    assert spelled(spans_around(NIGHT, parse("2026-10-24T12:00:00Z")))[0] == ("2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z")


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    """Friday 22:00 to 06:00 is open on Saturday at 05:59 and not on Friday at 05:59; equal times are a whole day."""
    friday = Recurrence(zone="UTC", start=time(22), end=time(6), days=("fri",))
    hours = Window(name="w", comment="c", hours=friday)
    assert open_now(hours, parse("2026-03-07T05:59:59Z")) is not None
    assert open_now(hours, parse("2026-03-07T06:00:00Z")) is None
    assert open_now(hours, parse("2026-03-06T05:59:00Z")) is None
    whole = Window(name="w", comment="c", hours=Recurrence(zone="UTC", start=time(0), end=time(0), days=("sun",)))
    assert spelled(spans_of(whole, parse("2026-03-04T00:00:00Z")))[0] == ("2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z")


def test_bounds_cut_hours_off() -> None:
    """Before since and from until on a window is closed, in the middle of its hours too; far ahead it is found all the same."""
    hours = Recurrence(zone="UTC", start=time(8), end=time(12))
    since, until = parse("2027-03-04T10:00:00Z"), parse("2027-03-05T09:00:00Z")
    bounded = Window(name="w", comment="c", hours=hours, since=since, until=until)
    assert spelled(spans_of(bounded, parse("2026-01-01T00:00:00Z"))) == [
        ("2027-03-04T10:00:00Z", "2027-03-04T12:00:00Z"),
        ("2027-03-05T08:00:00Z", "2027-03-05T09:00:00Z"),
    ]
    assert spans_of(bounded, until) == ()


@pytest.mark.parametrize(
    ("lists", "about"),
    [
        ({"cells": ("9",)}, True),
        ({"cells": ("B",)}, False),
        ({"sources": ("sensor/2", "sensor/1")}, True),
        ({"rules": ("door",), "sources": ("sensor/2",)}, False),
        ({"matchers": (parse_matcher("unit=order"),)}, True),
        ({}, True),
    ],
)
def test_what_a_window_is_about(lists: dict[str, tuple[str, ...]], about: bool) -> None:
    """Cells with all within them, sources, rules and matchers must all be met; life safety never is."""
    wide = Window(name="w", comment="c", **lists)  # type: ignore[arg-type]
    assert window.is_about(wide, DOOR) is about
    assert not window.is_about(wide, SMOKE)


def test_a_window_says_when_it_changes_next() -> None:
    """Closed, its next opening; open, its end; for ever open, never."""
    hours = Window(name="w", comment="c", hours=Recurrence(zone="UTC", start=time(8), end=time(12)))
    assert window.next_change([hours], DOOR, parse("2026-03-04T07:00:00Z")) == parse("2026-03-04T08:00:00Z")
    assert window.next_change([hours], DOOR, parse("2026-03-04T08:00:00Z")) == parse("2026-03-04T12:00:00Z")
    assert window.next_change([Window(name="w", comment="c")], DOOR, 0) is None
    assert window.next_change([hours], SMOKE, 0) is None
    (found,) = window.suppressors([Window(name="w", comment="c")], DOOR, 0)
    assert found.until is None


def one(**changes: object) -> Silence:
    made = Silence(
        id="s",
        kind=SilenceKind.SILENCE,
        matchers=(parse_matcher("rule=door"),),
        author="x",
        comment="c",
        starts_at=10,
        ends_at=20,
        created_at=5,
    )
    return msgspec.structs.replace(made, **changes)


def test_a_silence_is_half_open() -> None:
    """It holds from its start up to its end without it; ended early it is over at once, also before it began."""
    assert [one().state(now) for now in (9, 10, 19, 20)] == [
        SilenceState.PENDING, SilenceState.ACTIVE, SilenceState.ACTIVE, SilenceState.EXPIRED,
    ]  # fmt: skip
    assert one(expired_at=12).state(12) is SilenceState.EXPIRED
    assert one(expired_at=7).state(8) is SilenceState.EXPIRED
    assert (one(expired_at=12).over_at, one(expired_at=30).over_at) == (12, 20)


def test_a_silence_says_when_it_changes_next() -> None:
    """Its start, then its end; nothing for alerts that it does not reach."""
    assert [silence.next_change([one()], DOOR, now) for now in (9, 10, 20)] == [10, 20, None]
    assert silence.next_change([one(unit="fire")], DOOR, 9) is None
    assert silence.next_change([one()], SMOKE, 9) is None
    assert silence.reaches(one(unit="order"), DOOR)


POLICY = FlapPolicy(episodes=3, within=10 * MINUTE, calm=15 * MINUTE)


def minutes(*starts: float) -> Iterator[Micros]:
    return (round(start * MINUTE) for start in starts)


@pytest.mark.parametrize(
    ("starts", "now", "until"),
    [
        ((0, 4), 4, None),
        ((0, 4, 8), 7.9, None),
        ((0, 4, 8), 8, 23),
        ((0, 4, 8), 22.9, 23),
        ((0, 4, 8), 23, None),
        ((0, 4, 10), 10, None),
        ((0, 4, 9.9), 9.9, 24.9),
        ((0, 4, 8, 20), 20, 35),
        ((0, 4, 8, 23), 23, None),
        ((0, 4, 8, 23, 24, 25), 25, 40),
        ((8, 0, 4, 4), 8, 23),
    ],
)
def test_when_episodes_flap(starts: tuple[float, ...], now: float, until: float | None) -> None:
    """From the start that fills the half-open window on, as long as the next one comes before it is calm; then it begins anew."""
    found = flapping_at(POLICY, minutes(*starts), round(now * MINUTE))
    assert (None if found is None else found.until) == (None if until is None else round(until * MINUTE))


def test_an_episode_from_before_the_flapping_is_not_quieted_by_it() -> None:
    """Only the one that was one too many and those after it are; life safety is flagged only."""
    found = flapping_at(POLICY, minutes(0, 4, 8), 8 * MINUTE)
    late = msgspec.structs.replace(DOOR, starts_at=8 * MINUTE)
    assert flapping.suppressors(found, DOOR) == ()
    assert [one.why for one in flapping.suppressors(found, late)] == ["3 episodes began within 600 s."]
    assert flapping.suppressors(found, msgspec.structs.replace(late, life_safety=True)) == ()


def test_the_first_policy_that_is_met_counts() -> None:
    """Rules of their own come before one for all."""
    own = FlapPolicy(episodes=9, within=HOUR, calm=HOUR, matchers=(parse_matcher("rule=door"),))
    assert flapping.policy_for([own, POLICY], DOOR) is own
    assert flapping.policy_for([FlapPolicy(episodes=2, within=1, calm=1, matchers=(parse_matcher("rule=x"),))], DOOR) is None
