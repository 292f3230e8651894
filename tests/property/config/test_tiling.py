"""Laws of the tiling check on generated maps."""

import math
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.places import Cell, Layer
from config.projection import AUTHALIC_RADIUS
from config.tiling import Fault, Flaw, check_tiling

STEP = 0.001
Corner = tuple[int, int]
Net = dict[Corner, tuple[float, float]]


@st.composite
def nets(draw: st.DrawFn) -> tuple[Net, int, int]:
    """A bent net of corners somewhere between the polar circles, with its numbers of columns and rows."""
    columns, rows = draw(st.integers(2, 4)), draw(st.integers(2, 4))
    lon, lat = draw(st.floats(-170, 170)), draw(st.floats(-60, 60))
    bend = st.floats(-0.2, 0.2)
    net = {
        (column, row): (round(lon + (column + draw(bend)) * STEP, 7), round(lat + (row + draw(bend)) * STEP, 7))
        for column in range(columns + 1)
        for row in range(rows + 1)
    }
    return net, columns, rows


def tiles(net: Net, columns: int, rows: int) -> list[Cell]:
    """A city and its cells, one a mesh, all through the corners of the net."""
    edge = [(column, 0) for column in range(columns)] + [(columns, row) for row in range(rows)]
    edge += [(column, rows) for column in range(columns, 0, -1)] + [(0, row) for row in range(rows, 0, -1)]
    found = [cell("990100", Layer.CITY, None, [net[corner] for corner in edge])]
    for column in range(columns):
        for row in range(rows):
            mesh = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
            found.append(cell(code(column, row), Layer.CELL, "990100", [net[corner] for corner in mesh]))
    return found


def code(column: int, row: int) -> str:
    """The code of the cell of a mesh."""
    return f"990101001001{column}{row:02}"


def cell(name: str, layer: Layer, parent: str | None, ring: list[tuple[float, float]]) -> Cell:
    """A cell of one closed ring."""
    return Cell(code=name, layer=layer, parent=parent, name=name, geometry={"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def square_metres(ring: list[tuple[float, float]]) -> float:
    """The area of a ring by the trapezoid formula on the sphere, exact for the cylinder: independent of shapely and of the projection."""
    total = 0.0
    for (lon, lat), (next_lon, next_lat) in zip(ring, [*ring[1:], ring[0]], strict=True):
        total += math.radians(next_lon - lon) * (math.sin(math.radians(lat)) + math.sin(math.radians(next_lat))) / 2
    return abs(total) * AUTHALIC_RADIUS**2


@given(nets())
def test_an_exact_tiling_has_no_flaw(made: tuple[Net, int, int]) -> None:
    """Cells that share their corners tile their parent, wherever on the earth and however bent."""
    assert list(check_tiling(tiles(*made))) == []


@given(nets(), st.floats(0.05, 0.25), st.sampled_from([Fault.GAP, Fault.OVERLAP]))
def test_a_shifted_corner_is_reported_with_its_area(made: tuple[Net, int, int], shift: float, fault: Fault) -> None:
    """One corner of one cell moved inwards leaves a gap, outwards an overlap, of the area of the two triangles."""
    net = made[0]
    cells = tiles(*made)
    # The inner corner (1, 1) as the first cell alone sees it; towards its own first corner is inwards.
    corner, own = net[1, 1], net[0, 0]
    sign = 1 if fault is Fault.GAP else -1
    moved = (corner[0] + sign * shift * (own[0] - corner[0]), corner[1] + sign * shift * (own[1] - corner[1]))
    cells[1] = cell(code(0, 0), Layer.CELL, "990100", [net[0, 0], net[1, 0], moved, net[0, 1]])
    area = square_metres([net[1, 0], corner, net[0, 1], moved])
    found = [flaw for flaw in check_tiling(cells) if flaw.fault is fault]
    assert sum(flaw.square_metres for flaw in found) == pytest.approx(area, rel=0.01, abs=3.0)
    assert {flaw.fault for flaw in check_tiling(cells)} == {fault}
    if fault is Fault.GAP:
        assert [flaw.codes for flaw in found] == [("990100",)]
    else:
        assert all(code(0, 0) in flaw.codes for flaw in found)


@given(nets(), st.floats(0.1, 0.4))
def test_a_corner_beyond_the_border_sticks_out(made: tuple[Net, int, int], shift: float) -> None:
    """An outer corner moved away from the city is told with the cell, the city and the area."""
    net = made[0]
    cells = tiles(*made)
    corner, opposite = net[0, 0], net[1, 1]
    moved = (corner[0] + shift * (corner[0] - opposite[0]), corner[1] + shift * (corner[1] - opposite[1]))
    cells[1] = cell(code(0, 0), Layer.CELL, "990100", [moved, net[1, 0], net[1, 1], net[0, 1]])
    (found,) = check_tiling(cells)
    assert (found.fault, found.codes) == (Fault.STICKS_OUT, (code(0, 0), "990100"))
    assert found.square_metres == pytest.approx(square_metres([moved, net[1, 0], corner, net[0, 1]]), rel=0.01, abs=1.0)


@given(nets(), st.data())
def test_a_missing_cell_leaves_a_gap_of_its_own_area(made: tuple[Net, int, int], data: st.DataObject) -> None:
    """Without one of its cells a city has a gap as large as that cell."""
    cells = tiles(*made)
    lost = cells.pop(data.draw(st.integers(1, len(cells) - 1)))
    (found,) = check_tiling(cells)
    assert (found.fault, found.codes) == (Fault.GAP, ("990100",))
    assert found.square_metres == pytest.approx(square_metres(lost.geometry["coordinates"][0][:-1]), rel=0.01)


@given(nets(), st.randoms(use_true_random=False))
def test_the_order_of_cells_does_not_matter(made: tuple[Net, int, int], chance: random.Random) -> None:
    """The same cells in another order have the same flaws."""
    cells = tiles(*made)
    del cells[1]
    shuffled = list(cells)
    chance.shuffle(shuffled)
    assert faults(check_tiling(shuffled)) == faults(check_tiling(cells))


def faults(flaws: Iterable[Flaw]) -> set[tuple[Fault, tuple[str, ...]]]:
    """What is wrong with whom, whatever the order of telling."""
    return {(flaw.fault, flaw.codes) for flaw in flaws}
