"""Time limits: the golden cases and the edges."""

from datetime import date, time
from time import process_time
from zoneinfo import ZoneInfo

import pytest

from config.matters import Calendar, ClockType
from config.moment import SECOND, Micros, from_datetime, parse, to_datetime
from dispatch.clocks.counting import CountingError, counted, due, total_of
from dispatch.clocks.wall import resolve

CITY = Calendar()
HOUR: Micros = 3600 * SECOND
NEW_YORK = Calendar(
    zone="America/New_York", hours=((time(0), time(6)), (time(22), time(0))), week=("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)


def at(text: str, calendar: Calendar = CITY) -> Micros:
    """An instant by the wall clock of the calendar's zone."""
    return from_datetime(resolve(to_datetime(parse(f"{text}Z")).replace(tzinfo=None), calendar.zone))


def reached(start: str, limit: int, clock: str, *pauses: tuple[str, str], calendar: Calendar = CITY) -> str:
    spans = [(at(begin, calendar), at(end, calendar)) for begin, end in pauses]
    moment = due(at(start, calendar), limit, ClockType(clock), calendar, spans)
    return to_datetime(moment).astimezone(ZoneInfo(calendar.zone)).strftime("%Y-%m-%dT%H:%M")


GOLDEN = [
    ("2026-03-02T22:36", 2, "urgent_hour", "2026-03-03T00:36"),
    ("2026-03-04T16:30", 4, "work_hour", "2026-03-05T10:30"),
    ("2026-03-06T17:00", 2, "work_day", "2026-03-10T17:00"),
    ("2026-03-04T13:00", 1, "work_hour", "2026-03-04T15:00"),
]


@pytest.mark.parametrize(("start", "limit", "clock", "wanted"), GOLDEN)
def test_the_golden_cases(start: str, limit: int, clock: str, wanted: str) -> None:
    """The four cases of the design come out to the minute."""
    assert reached(start, limit, clock) == wanted


@pytest.mark.parametrize(
    ("start", "limit", "clock", "wanted"),
    [
        ("2026-03-04T12:00", 1, "work_hour", "2026-03-04T15:00"),
        ("2026-03-04T08:00", 4, "work_hour", "2026-03-04T12:00"),
        ("2026-03-04T11:00", 1, "work_hour", "2026-03-04T12:00"),
        ("2026-03-06T18:00", 1, "work_hour", "2026-03-09T09:00"),
        ("2026-03-04T14:00", 8, "work_hour", "2026-03-05T12:00"),
        ("2026-03-04T08:00", 1, "work_day", "2026-03-04T18:00"),
        ("2026-03-07T09:00", 1, "work_hour", "2026-03-09T09:00"),
        ("2026-03-04T23:59", 1, "urgent_minute", "2026-03-05T00:00"),
        ("2026-03-06T09:00", 3, "natural_day", "2026-03-09T09:00"),
    ],
)
def test_starts_and_ends_on_the_edge_of_working_time(start: str, limit: int, clock: str, wanted: str) -> None:
    """A limit reached exactly at the end of a span is due there, and one that begins there counts from the next span on."""
    assert reached(start, limit, clock) == wanted


@pytest.mark.parametrize("clock", list(ClockType))
def test_a_limit_of_nothing_is_due_at_once(clock: ClockType) -> None:
    """A limit of 0 is due at its start, also outside of working time and in a calendar without any."""
    start = at("2026-03-07T03:00")
    assert due(start, 0, clock, CITY) == start
    assert due(start, 0, clock, Calendar(week=())) == start


HOLIDAYS = Calendar(holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), make_up_days=frozenset({date(2026, 10, 10)}))


@pytest.mark.parametrize(
    ("start", "limit", "clock", "wanted"),
    [
        ("2026-10-01T09:00", 1, "work_hour", "2026-10-05T09:00"),
        ("2026-09-30T17:00", 2, "work_hour", "2026-10-05T09:00"),
        ("2026-10-09T17:00", 2, "work_hour", "2026-10-10T09:00"),
        ("2026-10-10T17:00", 1, "work_day", "2026-10-12T17:00"),
        ("2026-10-01T09:00", 2, "urgent_hour", "2026-10-01T11:00"),
    ],
)
def test_holidays_and_make_up_days(start: str, limit: int, clock: str, wanted: str) -> None:
    """Working clocks rest on holidays and run on make-up Saturdays; urgent ones know neither."""
    assert reached(start, limit, clock, calendar=HOLIDAYS) == wanted


def test_a_make_up_day_wins_over_a_holiday() -> None:
    """A date that is both is worked."""
    both = Calendar(holidays=frozenset({date(2026, 3, 4)}), make_up_days=frozenset({date(2026, 3, 4)}))
    assert reached("2026-03-04T08:00", 1, "work_hour", calendar=both) == "2026-03-04T09:00"


@pytest.mark.parametrize(
    ("pauses", "wanted"),
    [
        ([("2026-03-04T09:00", "2026-03-04T10:00")], "2026-03-04T11:00"),
        ([("2026-03-04T09:00", "2026-03-04T10:00"), ("2026-03-04T09:30", "2026-03-04T10:30")], "2026-03-04T11:30"),
        ([("2026-03-04T10:30", "2026-03-04T11:00"), ("2026-03-04T08:30", "2026-03-04T09:00")], "2026-03-04T10:30"),
        ([("2026-03-04T12:00", "2026-03-04T14:00")], "2026-03-04T10:00"),
        ([("2026-03-03T18:00", "2026-03-04T08:00")], "2026-03-04T10:00"),
        ([("2026-03-04T10:00", "2026-03-04T17:00")], "2026-03-04T10:00"),
        ([("2026-03-04T09:30", "2026-03-04T17:30")], "2026-03-04T18:00"),
        ([("2026-03-04T07:00", "2026-03-04T09:00")], "2026-03-04T11:00"),
        ([("2026-03-04T09:00", "2026-03-04T09:00")], "2026-03-04T10:00"),
        ([("2026-03-04T08:00", "2026-03-06T08:00")], "2026-03-06T10:00"),
    ],
)
def test_pauses_are_counted_in_the_clocks_own_calendar(pauses: list[tuple[str, str]], wanted: str) -> None:
    """Only the working part of a pause lengthens a working clock; overlaps count once, order does not matter, and a pause at the due instant comes too late."""
    assert reached("2026-03-04T08:00", 2, "work_hour", *pauses) == wanted


@pytest.mark.parametrize("clock", sorted({ClockType.WORK_HOUR, ClockType.WORK_DAY}))
def test_a_pause_of_millennia_is_passed_over(clock: ClockType) -> None:
    """Nobody waits while its days are counted one by one; after it the limit goes on."""
    before = process_time()
    assert reached("2026-03-04T16:00", 1, clock, ("2026-03-04T16:30", "9998-12-31T00:00")).startswith("9998-12-31")
    with pytest.raises(CountingError, match="is not reached before the calendar ends"):
        due(at("2026-03-04T16:00"), 1, clock, CITY, [(at("2026-03-04T16:30"), at("9999-12-31T00:00"))])
    assert process_time() - before < 1, "day by day it takes most of a minute"


def test_a_pause_in_the_night_costs_an_urgent_clock_all_of_it() -> None:
    """The same pause that costs a working clock nothing stops an urgent one."""
    assert reached("2026-03-03T18:00", 2, "urgent_hour", ("2026-03-03T19:00", "2026-03-04T08:00")) == "2026-03-04T09:00"


def test_a_span_past_midnight_belongs_to_the_day_it_begins_on() -> None:
    """A Friday night shift goes on into a Saturday that is not worked."""
    nights = Calendar(hours=((time(22), time(6)),))
    assert reached("2026-03-06T23:00", 6, "work_hour", calendar=nights) == "2026-03-07T05:00"
    assert reached("2026-03-06T23:00", 8, "work_hour", calendar=nights) == "2026-03-09T23:00"
    assert reached("2026-03-07T03:00", 1, "work_hour", calendar=nights) == "2026-03-07T04:00"


def test_a_work_day_is_as_long_as_the_calendars_day() -> None:
    """Eight hours by default; in a calendar of six-hour days, six."""
    assert total_of(2, ClockType.WORK_DAY, CITY) == 16 * HOUR
    short = Calendar(hours=((time(9), time(15)),))
    assert reached("2026-03-04T12:00", 1, "work_day", calendar=short) == "2026-03-05T12:00"


@pytest.mark.parametrize(
    "calendar",
    [Calendar(hours=()), Calendar(week=()), Calendar(hours=(), week=())],
)
def test_a_calendar_without_working_time_is_an_error(calendar: Calendar) -> None:
    """A working limit that is never reached is an error that says so, not a loop."""
    for clock in (ClockType.WORK_HOUR, ClockType.WORK_DAY):
        with pytest.raises(CountingError, match="the calendar has no working time at all"):
            due(at("2026-03-04T08:00"), 1, clock, calendar)


def test_a_calendar_with_too_few_make_up_days_is_an_error() -> None:
    """Make-up days alone are an end of working time."""
    one = Calendar(week=(), make_up_days=frozenset({date(2026, 3, 7)}))
    assert reached("2026-03-04T08:00", 8, "work_hour", calendar=one) == "2026-03-07T18:00"
    with pytest.raises(CountingError, match="the limit of 9 work_hour is not reached before the calendar ends"):
        due(at("2026-03-04T08:00"), 9, ClockType.WORK_HOUR, one)


def test_a_limit_beyond_all_dates_is_an_error() -> None:
    """What would be due after the year 9999 is refused at once."""
    for clock in ClockType:
        with pytest.raises(CountingError, match="not reached before the calendar ends"):
            due(at("2026-03-04T08:00"), 10**12, clock, CITY)


def test_a_limit_below_zero_is_an_error() -> None:
    """Nothing is due before it starts."""
    with pytest.raises(CountingError, match="lies before its own start"):
        due(at("2026-03-04T08:00"), -1, ClockType.URGENT_HOUR, CITY)


def test_daylight_saving_does_not_move_urgent_clocks() -> None:
    """Three urgent hours and one natural day are so many real hours, whatever the clocks on the wall do (ADR on natural days)."""
    assert reached("2026-03-08T00:30", 3, "urgent_hour", calendar=NEW_YORK) == "2026-03-08T04:30"
    assert reached("2026-03-07T12:00", 1, "natural_day", calendar=NEW_YORK) == "2026-03-08T13:00"
    assert reached("2026-10-31T12:00", 1, "natural_day", calendar=NEW_YORK) == "2026-11-01T11:00"


def test_a_working_span_over_a_daylight_saving_change_has_its_real_length() -> None:
    """A night from 00:00 to 06:00 has five hours in spring and seven in autumn, and that is what people worked."""
    for night, hours in (("2026-03-08", 5), ("2026-11-01", 7)):
        begin, end = at(f"{night}T00:00", NEW_YORK), at(f"{night}T06:00", NEW_YORK)
        assert counted(begin, end, ClockType.WORK_HOUR, NEW_YORK) == hours * HOUR


def test_counting_backwards_is_nothing() -> None:
    """Before its start a clock has counted nothing."""
    assert counted(at("2026-03-04T12:00"), at("2026-03-04T08:00"), ClockType.URGENT_HOUR, CITY) == 0
