"""The calendar file: what it says, and every mistake with its place."""

from datetime import date, time
from pathlib import Path

import pytest

from config.calendarfile import parse_calendar, read_calendar
from config.matters import Calendar
from config.report import Report

BAD = Path(__file__).parents[2] / "data" / "bad" / "calendar"


def parsed(text: str, zone: str = "Asia/Shanghai") -> Calendar:
    report = Report()
    calendar = parse_calendar(text, "calendar.yaml", report, zone)
    report.settle()
    assert calendar is not None
    return calendar


def test_the_documented_file_is_the_default() -> None:
    """The file that the documentation shows says the same as none at all."""
    text = """
zone: Asia/Shanghai
hours: [["08:00", "12:00"], ["14:00", "18:00"]]
week: [mon, tue, wed, thu, fri]
holidays: []          # dates
make_up_days: []      # dates worked although weekend
"""
    assert parsed(text) == Calendar()


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n"])
def test_an_empty_file_is_the_default_in_the_citys_zone(text: str) -> None:
    """Every key may be left out; the zone is then the city's."""
    assert parsed(text, "Europe/Berlin") == Calendar(zone="Europe/Berlin")


def test_every_key_is_read() -> None:
    """Times, days of the week in any order, plain and quoted dates."""
    calendar = parsed(
        "zone: UTC\nhours: [['09:00', '24:00']]\nweek: [sat, mon]\nholidays: [2026-10-01, '2026-10-02']\nmake_up_days: [2026-10-10]\n"
    )
    assert calendar == Calendar(
        zone="UTC",
        hours=((time(9), time(0)),),
        week=("mon", "sat"),
        holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
        make_up_days=frozenset({date(2026, 10, 10)}),
    )


def test_a_night_shift_comes_last() -> None:
    """A span past midnight is allowed after the spans of the day."""
    assert parsed("hours: [['08:00', '12:00'], ['22:00', '06:00']]").hours[1] == (time(22), time(6))


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        ("unknown_zone", [":1:7: the time zone 'Asia/Shanghia' is not known. Did you mean 'Asia/Shanghai'?"]),
        (
            "overlapping_hours",
            [":1:8: hours: the spans 08:00-12:00, 11:00-18:00 overlap or are out of order. Write them in order, each after the last."],
        ),
        (
            "night_first",
            [":1:8: hours: the spans 22:00-06:00, 08:00-12:00 overlap or are out of order. Write them in order, each after the last."],
        ),
        ("hours_in_words", [""":3:5: hours: ['8 am', 'noon'] is not a span of time. Write each as ["08:00", "12:00"]."""]),
        (
            "hours_not_spans",
            [
                """:1:9: hours: '08:00' is not a span of time. Write each as ["08:00", "12:00"].""",
                """:1:18: hours: '12:00' is not a span of time. Write each as ["08:00", "12:00"].""",
            ],
        ),
        ("unknown_day", [":1:18: 'wensday' is not a day of the week. Did you mean 'wed'?"]),
        ("week_not_list", [":1:7: week is 'mon', not a list. Write week: [mon, tue]."]),
        ("holiday_in_words", [":3:5: holidays: 'first of May' is not a date. Write it as 2026-10-01."]),
        ("unknown_key", [":1:1: unknown field 'holiday'. Did you mean 'holidays'?"]),
        ("not_a_mapping", [":1:1: the file does not hold a mapping. Write 'field: value' lines."]),
        (
            "three_mistakes",
            [
                ":1:7: the time zone 'Mars/Olympus' is not known. ",
                ":2:8: 'funday' is not a day of the week. Known: fri, mon, sat, sun, thu, tue, wed.",
                ":3:16: make_up_days: '2026-02-30' is not a date. Write it as 2026-10-01.",
            ],
        ),
    ],
)
def test_each_mistake_is_told_with_its_place(name: str, problems: list[str]) -> None:
    """Every mistake of a file is told, each with file, line, column and what to write instead."""
    report = Report()
    file = BAD / f"{name}.yaml"
    assert read_calendar(file, report) is None
    told = [str(problem).removeprefix(str(file)) for problem in report.problems]
    assert len(told) == len(problems)
    for line, wanted in zip(told, problems, strict=True):
        assert line.startswith(wanted), line


def test_what_is_not_yaml_is_told_with_its_place() -> None:
    """A bracket that is never closed is found where the file ends."""
    report = Report()
    assert read_calendar(BAD / "not_yaml.yaml", report) is None
    (problem,) = report.problems
    assert problem.what.startswith("this is not YAML: ")
    assert problem.line is not None


def test_a_missing_file_is_told() -> None:
    """A file that is not there is a problem and no crash."""
    report = Report()
    assert read_calendar(BAD / "nowhere.yaml", report) is None
    assert report.problems[0].what == "the file does not exist."
    assert report.problems[0].fix == "Name a calendar's file, or leave it out for the usual working hours."
