"""Laws of routing: deterministic, within the roster, and the same whatever the order of the tables."""

import math
from datetime import time
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND, Micros
from config.people import Duty, Person, Responsibility, Role
from config.places import Cell, Layer
from dispatch.desk import Desk
from dispatch.routing.cellmap import CellMap
from dispatch.routing.duty import is_on_duty
from dispatch.routing.route import distance_metres
from streams.observation import Position
from tests.fakes.town import BIN, CELLS, NOON, PARKING, SMOKE, UNITS, town

ZONE = "Asia/Shanghai"
GRID = 6

codes = st.sampled_from([*CELLS])
clock = st.times().map(lambda moment: time(moment.hour, moment.minute).strftime("%H:%M"))
duties = st.builds(
    Duty,
    person=st.sampled_from("abcdef"),
    cell=codes,
    start=clock,
    end=clock,
    days=st.sets(st.sampled_from(["mon", "wed", "thu"])).map(tuple),
)
people = st.builds(
    lambda units, roles: {
        name: Person(id=name, name=name, unit=unit, role=role, lon=index / 10, lat=0.5)
        for index, (name, unit, role) in enumerate(zip("abcdef", units, roles, strict=True))
    },
    st.lists(st.sampled_from([*UNITS]), min_size=6, max_size=6),
    st.lists(st.sampled_from(list(Role)), min_size=6, max_size=6),
)
responsibilities = st.lists(
    st.builds(Responsibility, category=st.sampled_from([PARKING, BIN, "*"]), cell=codes, unit=st.sampled_from([*UNITS])), max_size=8
)
instants = st.integers(0, 3 * 24 * 60).map(lambda minutes: NOON + minutes * 60 * SECOND)
loads = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3))


def grid() -> dict[str, Cell]:
    """A chessboard of cells."""
    return {
        f"{row}{column}": Cell(
            code=f"{row}{column}", layer=Layer.CELL, parent=None, name="",
            geometry={
                "type": "Polygon",
                "coordinates": [[[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1], [column, row]]],
            },
        )
        for row in range(GRID) for column in range(GRID)
    }  # fmt: skip


BOARD = CellMap(grid())


@given(st.floats(0, GRID), st.floats(0, GRID))
def test_every_position_on_the_board_has_one_cell(lon: float, lat: float) -> None:
    """The cell found is one that the position lies in or within a hair of, and of those the one with the lowest code."""
    found = BOARD.locate(Position(lon, lat))
    near = [
        f"{row}{column}"
        for row in range(GRID) for column in range(GRID)
        if math.hypot(max(column - lon, 0, lon - column - 1), max(row - lat, 0, lat - row - 1)) <= 1e-9
    ]  # fmt: skip
    assert found is not None
    assert found.code == min(near)


@given(duties, instants)
def test_a_shift_and_the_rest_of_the_day_are_the_whole_day(duty: Duty, at: Micros) -> None:
    """Somebody who works from A to B every day is on duty exactly when somebody who works from B to A is not."""
    daily = Duty(person=duty.person, cell=duty.cell, start=duty.start, end=duty.end)
    rest = Duty(person=duty.person, cell=duty.cell, start=duty.end, end=duty.start)
    if duty.start == duty.end:
        assert is_on_duty(daily, at, ZONE)
    else:
        assert is_on_duty(daily, at, ZONE) != is_on_duty(rest, at, ZONE)


@settings(deadline=None)
@given(people, st.lists(duties, max_size=10), responsibilities, st.tuples(codes, instants), loads)
def test_whoever_is_chosen_is_on_duty_here_and_can_take_it(
    staff: dict[str, Person], roster: list[Duty], rows: list[Responsibility], where: tuple[str, Micros], busy: dict[str, int]
) -> None:
    """The person is of the unit or below it, handles tickets, and has an entry that holds now for this cell or one around it."""
    cell, at = where
    desk = Desk(town(people=staff, roster=tuple(roster), responsibilities=tuple(rows)))
    route = desk.route(PARKING, cell, Position(0.5, 0.5), at, busy)
    around = CellMap(CELLS).around(cell)
    assert route.why
    if route.person is None:
        return
    person = staff[route.person]
    assert person.role in (Role.STAFF, Role.LEADER)
    assert route.unit is not None
    assert person.unit in desk.below(route.unit)
    assert any(duty.person == person.id and duty.cell in around and is_on_duty(duty, at, ZONE) for duty in roster)


@settings(deadline=None)
@given(people, st.lists(duties, max_size=8), instants, loads, st.randoms(use_true_random=False))
def test_the_order_of_the_tables_does_not_matter(
    staff: dict[str, Person],
    roster: list[Duty],
    at: Micros,
    busy: dict[str, int],
    chance: Random,
) -> None:
    """People and roster may be listed in any order; the choice is the same."""
    shuffled, names = [*roster], [*staff]
    chance.shuffle(shuffled)
    chance.shuffle(names)
    one = Desk(town(people=staff, roster=tuple(roster)))
    other = Desk(town(people={name: staff[name] for name in names}, roster=tuple(shuffled)))
    assert one.route(BIN, "A1", None, at, busy) == other.route(BIN, "A1", None, at, busy)


@settings(deadline=None)
@given(people, st.lists(duties, max_size=8), instants)
def test_a_route_falls_through_only_past_empty_levels(staff: dict[str, Person], roster: list[Duty], at: Micros) -> None:
    """When a unit below is passed over, nobody of it was on duty."""
    desk = Desk(town(people=staff, roster=tuple(roster)))
    route = desk.route(SMOKE, "A", None, at, {})
    if route.unit == "centre":
        assert desk.route_within("fire", "A", None, at, {}).person is None


@given(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90))
def test_distance_is_symmetric_and_bounded(lon: float, lat: float, east: float, north: float) -> None:
    """There is as far as back, nothing is farther than half around the earth, and here is no distance."""

    def metres(a: Position, b: Position) -> float:
        return distance_metres(Person(id="x", name="", unit="", role=Role.STAFF, lon=a.lon, lat=a.lat), b)

    here, there = Position(lon, lat), Position(east, north)
    assert math.isclose(metres(here, there), metres(there, here), abs_tol=1e-6)
    assert 0 <= metres(here, there) <= math.pi * 6_371_008.8 + 1
    assert metres(here, here) == 0
