"""What happens in the simulated street."""

import pytest

from cityloop.demo.street.lives import BEAT, CYCLE, INCIDENTS, Life, Report, Stretch, at_second, due, lives
from config.loader import DEMO_CITY, load_city
from config.moment import SECOND
from config.sources import Device

BEGAN = 1_760_000_000 * SECOND
ALARM = Device(id="sensor/smoke-1", adapter="zigbee2mqtt", address="smoke-1", kinds=("smoke", "battery"), name="", lon=0, lat=0)


def at(second: float) -> int:
    """An instant, given in seconds since the beginning."""
    return BEGAN + round(second * SECOND)


def seconds(reports: list[Report]) -> list[float]:
    """When reports were made, in seconds since the beginning."""
    return [(report.at - BEGAN) / SECOND for report in reports]


def test_a_change_is_reported_at_its_moment() -> None:
    """A device reports true when a stretch begins and false when it ends."""
    life = Life(ALARM, "smoke", phase=19.9, stretches=(Stretch(2, 5),))
    found = due([life], BEGAN, at(0), at(10))
    assert [(report.at, report.value) for report in found] == [(at(2), True), (at(5), False)]


def test_a_quiet_device_reports_once_in_a_while() -> None:
    """Without a change a report comes every BEAT seconds, and says what is true at that time."""
    life = Life(ALARM, "smoke", phase=3.0, stretches=(Stretch(20, 60),))
    found = due([life], BEGAN, at(0), at(50))
    assert [(seconds([report])[0], report.value) for report in found] == [(3.0, False), (20.0, True), (23.0, True), (43.0, True)]


def test_no_ordinary_report_beside_a_change() -> None:
    """A report that is due within a second of a change is left out: the change was one."""
    life = Life(ALARM, "smoke", phase=2.5, stretches=(Stretch(2, 30),))
    assert seconds(due([life], BEGAN, at(0), at(10))) == [2.0]


def test_a_drill_says_so() -> None:
    """Reports within a drill are marked, the one at its end is not."""
    life = Life(ALARM, "smoke", phase=19.0, stretches=(Stretch(2, 5, drill=True),))
    assert [(report.value, report.drill) for report in due([life], BEGAN, at(0), at(10))] == [(True, True), (False, False)]


def test_the_cycle_comes_again() -> None:
    """What happened in the first cycle happens in the third at the same second."""
    life = Life(ALARM, "smoke", phase=19.0, stretches=(Stretch(2, 5),))
    first = due([life], BEGAN, at(0), at(10))
    third = due([life], BEGAN, at(2 * CYCLE), at(2 * CYCLE + 10))
    assert [report.value for report in third] == [report.value for report in first]
    assert seconds(third) == [second + 2 * CYCLE for second in seconds(first)]


@pytest.mark.parametrize(("second", "inside"), [(1.999, False), (2.0, True), (4.999, True), (5.0, False), (CYCLE + 2.0, True)])
def test_a_stretch_is_half_open(second: float, inside: bool) -> None:
    """The start of a stretch belongs to it, its end does not."""
    life = Life(ALARM, "smoke", phase=0, stretches=(Stretch(2, 5),))
    assert (at_second(life, second) is not None) is inside


def test_the_demo_city_lives_through_every_incident() -> None:
    """Within two minutes there are at least three real smoke alarms, two drills and a door open for more than a minute."""
    street = lives(list(load_city(DEMO_CITY).devices.values()), seed=1)
    assert {life.device.id for life in street} >= set(INCIDENTS)
    found = due(street, BEGAN, BEGAN - 1, at(120))
    smoke = {report.device.id for report in found if report.kind == "smoke" and report.value and not report.drill}
    drills = {report.device.id for report in found if report.drill}
    assert smoke == {"sensor/smoke-017", "sensor/smoke-064", "sensor/smoke-101"}
    assert drills == {"sensor/smoke-030", "sensor/smoke-077"}
    door = [report for report in found if report.device.id == "sensor/door-012" and (report.at - BEGAN) / SECOND in {3.0, 70.0}]
    assert [report.value for report in door] == [True, False]


def test_ordinary_doors_shut_soon() -> None:
    """A door without an incident is open for at most twelve seconds at a time, and its openings do not overlap."""
    street = lives(list(load_city(DEMO_CITY).devices.values()), seed=1)
    ordinary = [life for life in street if life.kind == "door" and life.device.id not in INCIDENTS]
    assert len(ordinary) == 77
    for life in ordinary:
        assert all(3 <= stretch.end - stretch.start <= 12 for stretch in life.stretches)
        assert all(one.end < other.start for one, other in zip(life.stretches, life.stretches[1:], strict=False))
        assert life.stretches[-1].end < CYCLE


def test_the_load_is_what_two_hundred_devices_make() -> None:
    """About ten reports a second: each device once in BEAT seconds, and its changes."""
    street = lives(list(load_city(DEMO_CITY).devices.values()), seed=1)
    found = due(street, BEGAN, BEGAN, at(120))
    assert 200 * 120 / BEAT * 0.9 < len(found) < 200 * 120 / BEAT * 1.5
