"""From a position to a unit and a person, with reasons."""

from collections.abc import Sequence

import pytest

from config.moment import SECOND, Micros, parse
from config.people import Duty, Person, Responsibility, Role, Unit
from config.places import Cell, Layer
from dispatch.desk import Desk
from dispatch.routing.cellmap import CellMap
from dispatch.routing.duty import is_on_duty
from dispatch.routing.responsibility import Responsibilities
from dispatch.routing.route import Rosters, Route, distance_metres
from streams.observation import Position
from tests.fakes.town import BIN, CELLS, NOON, PARKING, PEOPLE, ROSTER, SMOKE, UNITS, alert, town

CITY_MAP = CellMap(CELLS)
ZONE = "Asia/Shanghai"


def cell_at(lon: float, lat: float) -> str | None:
    found = CITY_MAP.locate(Position(lon, lat))
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("lon", "lat", "wanted"),
    [
        (0.1, 0.1, "A"),
        (1.9, 0.9, "B"),
        (0.5, 0.5, "A1"),
        (0.4, 0.5, "A1"),
        (1.0, 0.5, "A"),
        (1.0 + 1e-10, 0.5, "A"),
        (0.0, 0.0, "A"),
        (3.0, 3.0, None),
    ],
)
def test_a_position_lies_in_one_cell(lon: float, lat: float, wanted: str | None) -> None:
    """An exclusive cell wins over the base cell around it, a shared border belongs to the lower code, and outside is nowhere."""
    assert cell_at(lon, lat) == wanted


def test_a_hole_in_the_map_falls_to_the_cell_around_it() -> None:
    """Where no base cell answers, a wider layer does."""
    sparse = CellMap({code: cell for code, cell in CELLS.items() if code != "B"})
    found = sparse.locate(Position(1.5, 0.5))
    assert found is not None
    assert found.code == "91"


def test_the_cells_around_a_cell_are_the_narrowest_first() -> None:
    """The chain of parents leads to the city; no cell means the cells with nothing around them."""
    assert CITY_MAP.around("A1") == ("A1", "A", "91", "9")
    assert CITY_MAP.around(None) == ("9",)
    assert CITY_MAP.around("unknown") == ()


def test_a_loop_of_parents_ends() -> None:
    """Cells that are each other's parents do not hang the process."""
    shape = CELLS["A"].geometry
    loop = {code: Cell(code=code, layer=Layer.CELL, parent=parent, name="", geometry=shape) for code, parent in (("x", "y"), ("y", "x"))}
    assert CellMap(loop).around("x") == ("x", "y")


ROWS = (
    Responsibility(category=BIN, cell="9", unit="order"),
    Responsibility(category="*", cell="9", unit="centre"),
    Responsibility(category=BIN, cell="A", unit="crew"),
    Responsibility(category="*", cell="A1", unit="fire"),
    Responsibility(category=BIN, cell="A", unit="fire"),
)


@pytest.mark.parametrize(
    ("category", "around", "wanted"),
    [
        (BIN, ("B", "91", "9"), ["order", "centre"]),
        (BIN, ("A", "91", "9"), ["crew", "order", "centre"]),
        (BIN, ("A1", "A", "91", "9"), ["fire", "centre", "crew", "order"]),
        (PARKING, ("A", "91", "9"), ["centre"]),
        (PARKING, (), []),
    ],
)
def test_the_most_specific_row_wins(category: str, around: Sequence[str], wanted: list[str]) -> None:
    """The cell before those around it, the category before every category, then the units above, none twice."""
    assert [level.unit for level in Responsibilities(ROWS, UNITS).levels(category, around)] == wanted


def test_a_level_says_why() -> None:
    """Each level carries the row or the relation that it comes from."""
    levels = Responsibilities(ROWS, UNITS).levels(BIN, ("A", "9"))
    assert [level.why for level in levels] == [
        f"Unit crew answers for category {BIN} in cell A.",
        "Unit order is above crew.",
        "Unit centre is above crew.",
    ]


def test_units_that_are_each_others_parents_end() -> None:
    """A loop of units does not hang the process."""
    units = {name: Unit(id=name, name=name, parent=parent) for name, parent in (("x", "y"), ("y", "x"))}
    assert [level.unit for level in Responsibilities((Responsibility(category="*", cell="9", unit="x"),), units).levels("1", ("9",))] == [
        "x",
        "y",
    ]


@pytest.mark.parametrize(
    ("duty", "moment", "wanted"),
    [
        (Duty(person="x", cell="9", start="08:00", end="16:00"), "2026-03-04T08:00", True),
        (Duty(person="x", cell="9", start="08:00", end="16:00"), "2026-03-04T16:00", False),
        (Duty(person="x", cell="9"), "2026-03-04T03:00", True),
        (Duty(person="x", cell="9", start="22:00", end="06:00"), "2026-03-05T05:59", True),
        (Duty(person="x", cell="9", start="22:00", end="06:00"), "2026-03-05T06:00", False),
        (Duty(person="x", cell="9", start="22:00", end="06:00", days=("wed",)), "2026-03-05T05:00", True),
        (Duty(person="x", cell="9", start="22:00", end="06:00", days=("thu",)), "2026-03-05T05:00", False),
        (Duty(person="x", cell="9", days=("wed",)), "2026-03-04T12:00", True),
        (Duty(person="x", cell="9", days=("wed",)), "2026-03-05T00:00", False),
        (Duty(person="x", cell="9", since=NOON), "2026-03-04T11:59", False),
        (Duty(person="x", cell="9", since=NOON), "2026-03-04T12:00", True),
        (Duty(person="x", cell="9", until=NOON), "2026-03-04T12:00", False),
    ],
)
def test_shifts_hold_from_their_start_to_before_their_end(duty: Duty, moment: str, *, wanted: bool) -> None:
    """Shifts are half-open; one past midnight belongs to the day it begins on, also as to its days of the week."""
    assert is_on_duty(duty, parse(f"{moment}:00+08:00"), ZONE) == wanted


def route(category: str, *, at: Micros = NOON, loads: dict[str, int] | None = None, cell: str | None = "A1", **tables: object) -> Route:
    return Desk(town(**tables)).route(category, cell, Position(0.5, 0.5), at, loads or {})


def test_the_nearest_of_those_with_the_fewest_tickets_takes_it() -> None:
    """Two are on duty: load decides, and among equals the way."""
    assert route(PARKING).person == "sue"
    assert route(PARKING, loads={"sue": 1}).person == "sam"
    assert route(PARKING, loads={"sue": 1, "sam": 1}).person == "sue"


def test_a_narrower_duty_goes_before_a_lighter_load() -> None:
    """Whoever is on duty for this very cell is asked before those of the whole street."""
    roster = (*ROSTER, Duty(person="sam", cell="A"))
    assert route(PARKING, loads={"sam": 3}, roster=roster).person == "sam"


def test_staff_are_asked_before_their_leader() -> None:
    """A leader takes a ticket only when no staff of the unit are on duty."""
    night = NOON + 9 * 3600 * SECOND
    assert route(PARKING, at=night).person == "nat"
    alone = tuple(duty for duty in ROSTER if duty.person in {"lee", "finn"})
    assert route(PARKING, roster=alone).person == "lee"


def test_an_empty_roster_falls_through_to_the_unit_above() -> None:
    """With nobody on duty in the unit the next level is asked at once, and the reasons tell the way."""
    people = {**PEOPLE, "cleo": Person(id="cleo", name="Cleo", unit="centre", role=Role.STAFF)}
    found = route(SMOKE, people=people, roster=(Duty(person="cleo", cell="9"),))
    assert (found.unit, found.person) == ("centre", "cleo")
    assert found.why == (
        f"Unit fire answers for category {SMOKE} in cell 9.",
        "Nobody of unit fire is on duty here.",
        "Unit centre is above fire.",
        "cleo (staff) is on duty for cell 9, with 0 open tickets, at an unknown distance: first of 1 by role, roster, load and distance.",
    )


def test_with_nobody_on_duty_anywhere_it_waits_at_the_first_unit() -> None:
    """The ticket still has a unit, and the reason says that its leader must find somebody."""
    found = route(SMOKE, roster=())
    assert (found.unit, found.person) == ("fire", None)
    assert found.why[-1] == "So it waits at unit fire for its leader."


def test_without_any_row_nobody_answers() -> None:
    """A category that no row covers has no unit, and says so."""
    assert route(PARKING, responsibilities=()) == Route(unit=None, person=None, why=("No unit answers for this category here.",))


def test_a_duty_elsewhere_does_not_count() -> None:
    """Who is on duty for another cell is not on duty here."""
    assert route(PARKING, roster=(Duty(person="sam", cell="B"),)).person is None


def test_people_below_a_unit_are_its_people() -> None:
    """The night crew below the unit takes the unit's tickets."""
    rosters = Rosters(PEOPLE, UNITS, (Duty(person="nat", cell="9"),), ZONE)
    found = rosters.on_duty("order", ("9",), NOON, {}, None)
    assert found is not None
    assert found[0] == "nat"


def test_distance_is_that_of_the_great_circle() -> None:
    """A degree of longitude on the equator is 111.2 km; an unknown place is infinitely far."""
    person = Person(id="x", name="x", unit="x", role=Role.STAFF, lon=0.0, lat=0.0)
    assert distance_metres(person, Position(1.0, 0.0)) == pytest.approx(111_195, abs=1)
    assert distance_metres(person, None) == float("inf")


def test_an_alert_without_a_position_is_where_its_source_is() -> None:
    """Position, cell and name come from the alert first, then from its source."""
    desk = Desk(town())
    flat = desk.place_of(alert(SMOKE))
    assert (flat.cell, flat.name, flat.position) == ("B", "East", Position(1.5, 0.5))
    own = desk.place_of(alert(SMOKE, position=Position(0.1, 0.1)))
    assert (own.cell, own.name) == ("A", "West")


def test_an_alert_from_nowhere_is_named_after_its_source() -> None:
    """A source that the city does not know has no cell; its own name stands for the place."""
    place = Desk(town()).place_of(alert(SMOKE, source="sensor/unknown"))
    assert (place.cell, place.position, place.name) == (None, None, "sensor/unknown")


def test_a_category_without_a_standard_gets_one_that_says_so() -> None:
    """A ticket always has a limit: short for emergencies, a work day for the rest."""
    desk = Desk(town(standards=()))
    ordinary, emergency = desk.standards_of(PARKING)[0], desk.standards_of(SMOKE)[0]
    assert (ordinary.condition, ordinary.limit, ordinary.clock.value) == ("not set by the city", 1, "work_day")
    assert (emergency.condition, emergency.limit, emergency.clock.value) == ("not set by the city (emergency)", 2, "urgent_hour")


def test_a_feed_is_named_by_its_label_in_both_languages() -> None:
    """The alert ``monitoring-blind`` has no place on the map: what cannot be heard stands in its stead."""
    place = Desk(town()).place_of(alert(SMOKE, source="feed/gateway"))
    assert (place.name, place.cell, place.position) == ("接入网关 Gateway", None, None)
