"""The demo's start page names people who have something to do."""

from cityloop.demo.welcome import on_duty, welcome
from config.loader import DEMO_CITY, load_city
from config.moment import parse
from config.people import Role

CITY = load_city(DEMO_CITY)


def test_the_staff_on_duty_change_with_the_shift() -> None:
    """At 14:59 in the city the first shift is named, at 15:00 the second: whoever logs in finds the tasks."""
    before, after = parse("2026-03-02T14:59:59+08:00"), parse("2026-03-02T15:00:00+08:00")
    assert on_duty(CITY, Role.STAFF, before) == ["care-staff-1", "fire-staff-1", "order-staff-1", "sanitation-staff-1"]
    assert on_duty(CITY, Role.STAFF, after) == ["care-staff-2", "fire-staff-2", "order-staff-2", "sanitation-staff-2"]


def test_the_start_page_says_where_and_who() -> None:
    """Every page is named with somebody who can log in there."""
    lines = welcome(CITY, parse("2026-03-02T23:30:00+08:00"), "http://console", "http://gateway", "folder")
    assert "http://console/m  on duty now: care-staff-3 or fire-staff-3" in lines[1]
    assert lines[2].endswith("on duty now: inspection-collector-3")
    assert lines[3:] == ["  ingest API     http://gateway/v1/observations", "  logs and data  folder"]
