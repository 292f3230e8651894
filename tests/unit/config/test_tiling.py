"""Small maps whose faults can be counted by hand."""

import pytest

from config.places import Cell, Layer
from config.records import Placed
from config.report import Place, Report
from config.tiling import TOLERANCE, Fault, check_tiling
from config.tilingreport import tell_flaws

STEP = 0.001
"""Degrees: at the equator 111.19 m, so that a square has 12,364 square metres."""
SQUARE = 12_364.0


Edges = tuple[float, float, float, float]
"""West, south, east and north, in steps."""


def box(code: str, layer: Layer, parent: str | None, edges: Edges) -> Cell:
    """A cell with the given edges."""
    left, bottom, right, top = edges
    ring = [[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]]
    scaled = [[x * STEP, y * STEP] for x, y in ring]
    return Cell(code=code, layer=layer, parent=parent, name=code, geometry={"type": "Polygon", "coordinates": [scaled]})


CITY = box("c", Layer.CITY, None, (0, 0, 2, 1))
WEST = box("w", Layer.CELL, "c", (0, 0, 1, 1))
EAST = box("e", Layer.CELL, "c", (1, 0, 2, 1))


def test_two_halves_fill_a_whole() -> None:
    """Cells that share a border neither overlap nor leave a gap."""
    assert list(check_tiling([CITY, WEST, EAST])) == []


def test_an_empty_map_has_no_fault() -> None:
    """Nothing drawn is nothing wrong."""
    assert list(check_tiling([])) == []


def test_cells_without_children_are_whole() -> None:
    """A parent that nobody subdivides has no gap."""
    assert list(check_tiling([CITY])) == []


def test_a_gap_has_the_size_of_what_is_missing() -> None:
    """Without its eastern half the city misses one square, told where."""
    (flaw,) = check_tiling([CITY, WEST])
    assert (flaw.fault, flaw.codes) == (Fault.GAP, ("c",))
    assert flaw.square_metres == pytest.approx(SQUARE, rel=1e-3)
    assert flaw.where == (0.0015, 0.0005)


def test_an_overlap_names_both_cells() -> None:
    """A tenth of a square too wide overlaps by a tenth of a square."""
    (flaw,) = check_tiling([CITY, box("w", Layer.CELL, "c", (0, 0, 1.1, 1)), EAST])
    assert (flaw.fault, flaw.codes) == (Fault.OVERLAP, ("w", "e"))
    assert flaw.square_metres == pytest.approx(SQUARE / 10, rel=1e-3)


def test_cells_of_different_layers_may_cover_each_other() -> None:
    """A micro cell lies within its cell: that is no overlap."""
    assert list(check_tiling([CITY, WEST, EAST, box("m", Layer.MICRO, "w", (0, 0, 1, 1))])) == []


def test_what_sticks_out_is_told_with_the_parent() -> None:
    """Half a square beyond the border."""
    (flaw,) = check_tiling([CITY, WEST, box("e", Layer.CELL, "c", (1, 0, 2.5, 1))])
    assert (flaw.fault, flaw.codes) == (Fault.STICKS_OUT, ("e", "c"))
    assert flaw.square_metres == pytest.approx(SQUARE / 2, rel=1e-3)


def test_rounding_is_tolerated() -> None:
    """A sliver below one square metre is no fault, one above is."""
    sliver = TOLERANCE / SQUARE
    assert list(check_tiling([CITY, WEST, box("e", Layer.CELL, "c", (1 + 0.9 * sliver, 0, 2, 1))])) == []
    assert len(check_tiling([CITY, WEST, box("e", Layer.CELL, "c", (1 + 1.1 * sliver, 0, 2, 1))])) == 1


def test_an_invalid_polygon_is_told_alone() -> None:
    """A bow tie is told as such; that its parent now has a hole follows from it and is not told as well."""
    bow = Cell(
        code="e", layer=Layer.CELL, parent="c", name="", geometry={"type": "Polygon", "coordinates": [[[0.001, 0], [0.002, 0.001], [0.002, 0], [0.001, 0.001], [0.001, 0]]]}
    )  # fmt: skip
    (flaw,) = check_tiling([CITY, WEST, bow])
    assert (flaw.fault, flaw.codes) == (Fault.INVALID, ("e",))
    assert "Self-intersection" in flaw.reason


def test_only_invalid_polygons_are_all_told() -> None:
    """A map of nothing else does not break the check."""
    line = Cell(
        code="l", layer=Layer.CELL, parent=None, name="", geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0], [0, 0]]]}
    )
    assert [flaw.fault for flaw in check_tiling([line])] == [Fault.INVALID]


def test_gaps_are_not_looked_for_in_a_map_with_holes_of_reading() -> None:
    """When a feature could not be read, its absence is no gap."""
    assert list(check_tiling([CITY, WEST], gaps=False)) == []


def test_a_code_twice_is_an_overlap_if_it_is_the_same_ground() -> None:
    """Of two cells with one code both are looked at."""
    assert [flaw.fault for flaw in check_tiling([CITY, WEST, WEST, EAST])] == [Fault.OVERLAP]


def test_two_polygons_are_one_cell() -> None:
    """A cell in two parts fills its parent as one."""
    both = Cell(
        code="b", layer=Layer.CELL, parent="c", name="",
        geometry={"type": "MultiPolygon", "coordinates": [WEST.geometry["coordinates"], box("x", Layer.CELL, None, (1.5, 0, 2, 1)).geometry["coordinates"]]},
    )  # fmt: skip
    (flaw,) = check_tiling([CITY, both])
    assert flaw.square_metres == pytest.approx(SQUARE / 2, rel=1e-3)


def test_each_flaw_is_a_sentence_at_its_cell() -> None:
    """Codes, square metres and a point of the fault are in the problem, at the line of the first cell."""
    cells = [CITY, WEST, box("e", Layer.CELL, "c", (1, 0, 2.5, 1))]
    report = Report()
    tell_flaws(check_tiling(cells), [Placed(cell, Place("cells.geojson", line)) for line, cell in enumerate(cells, start=2)], report)
    (problem,) = report.problems
    assert problem.line == 4
    assert problem.what == "e sticks out of its parent c by 6182.2 square metres near 0.00225, 0.0005."
    assert problem.fix == "Let it end at the parent's border, or widen the parent."
