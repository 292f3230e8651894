"""The city that comes with the product keeps its promises."""

from collections import Counter
from pathlib import Path

import pytest

from cityloop.demo.makecity.__main__ import make
from config.catalogue import Catalogue
from config.loader import DEMO_CITY, read_city
from config.people import Duty, Role
from config.places import Layer
from config.report import Report


@pytest.fixture(scope="module")
def city() -> Catalogue:
    """The demo city, read with every check."""
    report = Report()
    found = read_city(DEMO_CITY, report, tiling=True)
    assert report.problems == ()
    return found


def test_its_numbers(city: Catalogue) -> None:
    """One street, 4 communities, 20 residential cells and 125 micro cells; 6 units, 40 people, 12 cameras, 200 devices, 3 rule files."""
    assert Counter(cell.layer for cell in city.cells.values()) == {
        Layer.CITY: 1,
        Layer.DISTRICT: 1,
        Layer.STREET: 1,
        Layer.COMMUNITY: 4,
        Layer.CELL: 20,
        Layer.MICRO: 125,
    }
    assert (len(city.units), len(city.people), len(city.cameras), len(city.devices), len(city.rule_files)) == (6, 40, 12, 200, 6)


def test_codes_have_fifteen_digits(city: Catalogue) -> None:
    """Cells that people are sent to have full codes, which begin with their community's."""
    for cell in city.cells.values():
        if cell.layer in {Layer.CELL, Layer.MICRO}:
            assert len(cell.code) == 15
            assert cell.code[:12] in city.cells


def test_all_roles_are_there(city: Catalogue) -> None:
    """Somebody holds each role."""
    assert {person.role for person in city.people.values()} == set(Role)


def on_duty(duty: Duty, hour: int) -> bool:
    """Whether a duty covers a full hour of the day."""
    start, end = int(duty.start[:2]), int(duty.end[:2])
    return start == end or (start <= hour < end if start < end else hour >= start or hour < end)


@pytest.mark.parametrize("hour", range(24))
def test_somebody_is_on_duty_for_every_community_at_every_hour(city: Catalogue, hour: int) -> None:
    """Each unit that handles tickets has staff for each community, and the inspection a collector, round the clock."""
    working = {Role.STAFF, Role.COLLECTOR}
    for community in (cell for cell in city.cells.values() if cell.layer is Layer.COMMUNITY):
        present = {
            city.people[duty.person].unit
            for duty in city.roster
            if duty.cell in {community.code, community.parent} and on_duty(duty, hour) and city.people[duty.person].role in working
        }
        assert present == {"order", "sanitation", "fire", "care", "inspection"}


def test_every_rule_category_has_a_unit_and_a_standard(city: Catalogue) -> None:
    """What the demo's rules open tickets for has somebody who answers and a time limit."""
    for category in ("09009", "10999", "10997"):
        assert category in city.categories
        assert any(row.category == category for row in city.responsibilities)
        assert any(row.code == category for row in city.standards)


def test_local_categories_are_marked(city: Catalogue) -> None:
    """Rows that come from no standard say so."""
    assert city.categories["10999"].standard_ref == "local"
    assert city.categories["09009"].standard_ref == "GB/T 47678.5-2026"


def test_a_matter_wins_over_a_component_of_the_same_code(city: Catalogue) -> None:
    """03005 is both a bin (component) and a bin's fault (matter): a ticket is about the fault."""
    assert city.categories["03005"].kind == "matter"


def test_the_committed_files_are_what_the_script_writes(tmp_path: Path) -> None:
    """The map, the staff and the devices can be made again, byte for byte."""
    make(tmp_path)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 6 + 12
    for path in written:
        assert (tmp_path / path).read_bytes() == (DEMO_CITY / path).read_bytes(), path
