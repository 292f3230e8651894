"""Laws of counted time, against a counter that looks at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from config.matters import Calendar, ClockType
from config.moment import SECOND, Micros, from_datetime, to_datetime
from dispatch.clocks.counting import CountingError, counted, due, total_of
from dispatch.clocks.spans import Span, merged, without

unhurried = settings(deadline=None)
"""A calendar that works two minutes a week has far to look; a busy machine takes longer still."""

MINUTE: Micros = 60 * SECOND
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST = from_datetime(datetime(2026, 3, 2, tzinfo=UTC))

minutes = st.integers(0, 14 * 24 * 60)
instants = minutes.map(lambda count: FIRST + count * MINUTE)
pauses = st.lists(st.tuples(instants, st.integers(0, 3000)).map(lambda pair: (pair[0], pair[0] + pair[1] * MINUTE)), max_size=4)
clocks = st.sampled_from(list(ClockType))
Terms = tuple[ClockType, Calendar, list[Span]]
dates = st.dates(date(2026, 2, 28), date(2026, 3, 20))


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """Spans of a day in order, the last one perhaps past midnight."""
    marks = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True)))
    marks = marks[: len(marks) // 2 * 2]
    clock = [time(mark // 60, mark % 60) for mark in marks]
    if draw(st.booleans()):
        clock = [*clock[1:], clock[0]]
    return tuple(zip(clock[::2], clock[1::2], strict=True))


calendars = st.builds(
    Calendar,
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "UTC"]),
    hours=hours(),
    week=st.lists(st.sampled_from(DAYS), unique=True, min_size=1).map(lambda days: tuple(day for day in DAYS if day in days)),
    holidays=st.frozensets(dates, max_size=3),
    make_up_days=st.frozensets(dates, max_size=3),
)


terms = st.tuples(clocks, calendars, pauses)


def worked(day: date, calendar: Calendar) -> bool:
    return day in calendar.make_up_days or (day not in calendar.holidays and DAYS[day.weekday()] in calendar.week)


def is_counting(moment: Micros, clock: ClockType, calendar: Calendar, holes: list[Span]) -> bool:
    """Whether the minute that begins at an instant counts: by the reading of the wall clock, not by spans."""
    if any(begin <= moment < end for begin, end in holes):
        return False
    if clock in (ClockType.URGENT_MINUTE, ClockType.URGENT_HOUR, ClockType.NATURAL_DAY):
        return True
    local = to_datetime(moment).astimezone(ZoneInfo(calendar.zone))
    today, reading = local.date(), local.time()
    for start, end in calendar.hours:
        if start < end:
            if worked(today, calendar) and start <= reading < end:
                return True
        elif (worked(today, calendar) and reading >= start) or (worked(today - timedelta(days=1), calendar) and reading < end):
            return True
    return False


def changes_nearby(calendar: Calendar, start: Micros, end: Micros) -> bool:
    zone = ZoneInfo(calendar.zone)
    return len({to_datetime(moment).astimezone(zone).utcoffset() for moment in range(start, end + 1, 3600 * SECOND)}) > 1


@unhurried
@given(instants, st.integers(0, 4000), clocks, calendars, pauses)
def test_counted_time_is_that_of_the_minutes(start: Micros, length: int, clock: ClockType, calendar: Calendar, holes: list[Span]) -> None:
    """Without a daylight-saving change nearby, counting spans and counting minutes agree."""
    end = start + length * MINUTE
    if changes_nearby(calendar, start - 26 * 60 * MINUTE, end + 26 * 60 * MINUTE):
        return
    brute = sum(is_counting(moment, clock, calendar, holes) for moment in range(start, end, MINUTE))
    assert counted(start, end, clock, calendar, holes) == brute * MINUTE


@unhurried
@given(instants, st.integers(0, 50), clocks, calendars, pauses)
def test_due_is_the_earliest_instant_that_reaches_the_limit(
    start: Micros, limit: int, clock: ClockType, calendar: Calendar, holes: list[Span]
) -> None:
    """At the due instant the limit is counted, and a microsecond before it was not."""
    total = total_of(limit, clock, calendar)
    reached = due(start, limit, clock, calendar, holes)
    assert counted(start, reached, clock, calendar, holes) == total
    if limit:
        assert counted(start, reached - 1, clock, calendar, holes) < total


@unhurried
@given(instants, instants, st.integers(0, 20), terms)
def test_a_later_start_is_never_due_earlier(one: Micros, other: Micros, limit: int, given_terms: Terms) -> None:
    """Due grows with the start."""
    clock, calendar, holes = given_terms
    early, late = sorted((one, other))
    assert due(early, limit, clock, calendar, holes) <= due(late, limit, clock, calendar, holes)


@unhurried
@given(instants, st.integers(0, 20), st.integers(0, 20), terms)
def test_a_longer_limit_is_never_due_earlier(start: Micros, one: int, other: int, given_terms: Terms) -> None:
    """Due grows with the limit."""
    clock, calendar, holes = given_terms
    short, long = sorted((one, other))
    assert due(start, short, clock, calendar, holes) <= due(start, long, clock, calendar, holes)


@unhurried
@given(instants, st.integers(0, 20), terms, pauses)
def test_another_pause_never_brings_the_due_instant_forward(start: Micros, limit: int, given_terms: Terms, more: list[Span]) -> None:
    """Due grows with what is paused, in whatever order the pauses are told."""
    clock, calendar, some = given_terms
    both = due(start, limit, clock, calendar, [*some, *more])
    assert both >= due(start, limit, clock, calendar, some)
    assert both == due(start, limit, clock, calendar, [*more, *reversed(some)])


@unhurried
@given(st.lists(instants, min_size=3, max_size=3), terms)
def test_counted_time_adds_up(moments: list[Micros], given_terms: Terms) -> None:
    """The parts of a stretch of time sum to the whole."""
    first, middle, last = sorted(moments)
    clock, calendar, holes = given_terms
    whole = counted(first, last, clock, calendar, holes)
    assert whole == counted(first, middle, clock, calendar, holes) + counted(middle, last, clock, calendar, holes)


@unhurried
@given(pauses, pauses)
def test_what_is_left_and_what_is_cut_out_are_the_whole(spans: list[Span], holes: list[Span]) -> None:
    """Cutting holes out of spans leaves ordered stretches outside of the holes, and loses nothing else."""
    whole, cut = merged(spans), merged(holes)
    left = list(without(iter(whole), cut))
    assert left == list(merged(left))
    inside = [(max(a, c), min(b, d)) for a, b in whole for c, d in cut if max(a, c) < min(b, d)]
    assert sum(b - a for a, b in left) + sum(b - a for a, b in inside) == sum(b - a for a, b in whole)


@unhurried
@given(st.integers(1, 10), st.sampled_from([ClockType.WORK_HOUR, ClockType.WORK_DAY]), instants)
def test_without_working_time_there_is_an_error_and_no_loop(limit: int, clock: ClockType, start: Micros) -> None:
    """A calendar in which no time counts refuses every working limit."""
    try:
        due(start, limit, clock, Calendar(week=()))
    except CountingError as error:
        assert "no working time" in str(error)  # noqa: PT017  # The message is what is tested.
    else:
        raise AssertionError("it was due somehow")
