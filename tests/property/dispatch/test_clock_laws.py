"""Laws of time limits that hold whatever the calendar: units agree, weeks repeat, and the light follows the due instant."""

from datetime import time

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kinds import Text
from config.matters import Calendar, ClockType, Standard
from config.moment import SECOND, Micros
from dispatch.clocks.caseclock import case_due, clocks_of
from dispatch.clocks.counting import counted, due, total_of
from dispatch.clocks.lights import Light, light_of
from dispatch.clocks.spans import hours_of_day
from dispatch.event import Opening
from dispatch.lifecycle import State
from dispatch.ticket import Ticket
from streams.alert import Severity

WEEK: Micros = 7 * 86_400 * SECOND
START = 1_767_225_600 * SECOND
"""2026-01-01T00:00:00Z."""

starts = st.integers(0, 90 * 86_400).map(lambda second: START + second * SECOND)
limits = st.integers(0, 40)
edges = st.lists(st.integers(0, 47), min_size=2, max_size=6, unique=True).map(sorted)
hours = edges.map(
    lambda halves: tuple(
        (time(begin // 2, begin % 2 * 30), time(end // 2, end % 2 * 30)) for begin, end in zip(halves[::2], halves[1::2], strict=False)
    )
)
weeks = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, max_size=7, unique=True).map(tuple)
calendars = st.builds(Calendar, zone=st.sampled_from(["Asia/Shanghai", "UTC", "Asia/Kathmandu"]), hours=hours, week=weeks)
"""Calendars without holidays, in zones whose offset never changes."""
pauses = st.lists(st.tuples(starts, starts).map(lambda pair: (min(pair), max(pair))), max_size=4).map(tuple)
clocks = st.sampled_from(list(ClockType))


@given(starts, limits, calendars, pauses)
def test_units_of_urgent_clocks_agree(start: Micros, limit: int, calendar: Calendar, holes: tuple[tuple[Micros, Micros], ...]) -> None:
    """Sixty urgent minutes are an urgent hour, and twenty-four of those a natural day, pauses included."""
    hour = due(start, limit, ClockType.URGENT_HOUR, calendar, holes)
    assert hour == due(start, limit * 60, ClockType.URGENT_MINUTE, calendar, holes)
    day = due(start, limit, ClockType.NATURAL_DAY, calendar, holes)
    assert day == due(start, limit * 24, ClockType.URGENT_HOUR, calendar, holes)


@settings(deadline=None)
@given(starts, st.integers(1, 12), st.integers(1, 12), weeks)
def test_a_work_day_is_as_many_work_hours_as_a_day_has(start: Micros, limit: int, length: int, week: tuple[str, ...]) -> None:
    """In a calendar of six-hour days two work days are twelve work hours, wherever they begin."""
    calendar = Calendar(hours=((time(6), time(6 + length)),), week=week)
    assert hours_of_day(calendar) == length * 3600 * SECOND
    assert due(start, limit, ClockType.WORK_DAY, calendar) == due(start, limit * length, ClockType.WORK_HOUR, calendar)


@settings(deadline=None)
@given(starts, limits, clocks, calendars, st.integers(1, 8))
def test_every_week_is_like_the_one_before(start: Micros, limit: int, clock: ClockType, calendar: Calendar, number: int) -> None:
    """Without holidays, and where no clock is changed, what begins weeks later is due weeks later to the microsecond."""
    assert due(start + number * WEEK, limit, clock, calendar) == due(start, limit, clock, calendar) + number * WEEK


@settings(deadline=None)
@given(starts, limits, st.sampled_from([ClockType.WORK_HOUR, ClockType.WORK_DAY]), calendars)
def test_a_pause_outside_of_working_time_costs_nothing(start: Micros, limit: int, clock: ClockType, calendar: Calendar) -> None:
    """A pause is counted in the clock's own calendar: one that covers only time off changes no due instant."""
    whole = due(start, limit, clock, calendar)
    free = next(
        ((at, at + 1800 * SECOND) for at in range(start, start + WEEK, 1800 * SECOND)
         if counted(at, at + 1800 * SECOND, ClockType.WORK_HOUR, calendar) == 0),
        (start, start),
    )  # fmt: skip
    assert due(start, limit, clock, calendar, [free]) == whole


@settings(deadline=None)
@given(starts, st.integers(0, 20), st.integers(1, 10**9), st.sampled_from(list(ClockType)[:3]), calendars)
def test_a_pause_costs_an_urgent_clock_its_length(start: Micros, limit: int, length: int, clock: ClockType, calendar: Calendar) -> None:
    """A clock that runs day and night is late by exactly as long as it stood still, when it stood still before it was due."""
    whole = due(start, limit, clock, calendar)
    paused = due(start, limit, clock, calendar, [(start, start + length)])
    assert paused == (whole + length if limit else start)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 1000))
def test_a_light_depends_on_the_part_only(passed: int, total: int, times: int) -> None:
    """Ten of fifty minutes are as green as ten of fifty hours."""
    assert light_of(passed * times, total * times) is light_of(passed, total)


@given(st.lists(st.integers(0, 3_000), min_size=2, max_size=20), st.integers(1, 1_000))
def test_a_light_never_goes_back(moments: list[int], total: int) -> None:
    """As time is counted a light goes from green over yellow to red, and in no other order."""
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    seen = [order.index(light_of(passed, total)) for passed in sorted(moments)]
    assert seen == sorted(seen)


def ticket(start: Micros, limit: int, clock: ClockType, holes: tuple[tuple[Micros, Micros], ...]) -> Ticket:
    """A ticket whose case clock began at an instant."""
    about = Opening(category="c", severity=Severity.MINOR, summary=Text(en="x", zh="x"))
    standard = Standard(code="c", condition="x", limit=limit, clock=clock, closing_condition="x", source="x")
    return Ticket(
        id="t", version=1, state=State.HANDLING, opening=about, opened_at=start, changed_at=start, changed_by="x", hash="h",
        standard=standard, clock_started_at=start, pauses=holes,
    )  # fmt: skip


@settings(deadline=None)
@given(starts, st.integers(1, 20), clocks, calendars, pauses)
def test_the_light_turns_red_right_after_the_due_instant(
    start: Micros, limit: int, clock: ClockType, calendar: Calendar, holes: tuple[tuple[Micros, Micros], ...]
) -> None:
    """At the due instant the whole limit is counted and it is still yellow; before it, never red."""
    case = ticket(start, limit, clock, holes)
    reached = case_due(case, calendar)
    assert reached is not None
    (view,) = clocks_of(case, calendar, reached)
    assert (view.counted, view.due_at, view.light) == (total_of(limit, clock, calendar), reached, Light.YELLOW)
    (before,) = clocks_of(case, calendar, reached - 1)
    assert before.counted == view.total - 1
    assert before.light is not Light.RED
    (long_after,) = clocks_of(case, calendar, reached + 5 * WEEK)
    assert long_after.light is Light.RED


@settings(deadline=None)
@given(starts, st.integers(1, 20), clocks, calendars, st.integers(0, 10**12))
def test_a_stopped_clock_shows_the_same_for_ever(start: Micros, limit: int, clock: ClockType, calendar: Calendar, later: int) -> None:
    """After the unit's confirm the counted time and the light are those of the confirm."""
    stop = start + 3 * 86_400 * SECOND
    case = msgspec.structs.replace(ticket(start, limit, clock, ()), clock_stopped_at=stop)
    assert clocks_of(case, calendar, stop + later) == clocks_of(case, calendar, stop)
