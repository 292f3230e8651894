"""Whether the cells of a map tile it: no overlap in a layer, and children that fill their parent exactly."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape

from config.places import Cell, Layer
from config.projection import Projection

TOLERANCE = 1.0
"""Square metres up to which a fault is taken for rounding: coordinates of seven decimals are right to a
hundredth of a metre, which along a border of a hundred metres makes a sliver of one square metre."""


class Fault(StrEnum):
    """What can be wrong with a tiling."""

    INVALID = "invalid"
    OVERLAP = "overlap"
    STICKS_OUT = "sticks_out"
    GAP = "gap"


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a tiling.

    Attributes:
        fault: what is wrong.
        codes: cells at fault; for a gap the parent, for a cell that sticks out the cell and then its parent.
        square_metres: how large the fault is; 0 for an invalid polygon.
        where: longitude and latitude of a point of it.
        reason: why a polygon is invalid.
    """

    fault: Fault
    codes: tuple[str, ...]
    square_metres: float = 0.0
    where: tuple[float, float] | None = None
    reason: str = ""


class _Area(msgspec.Struct, frozen=True):
    cell: Cell
    degrees: Any
    metres: Any


class _Family(msgspec.Struct, frozen=True):
    parent: _Area
    children: tuple[_Area, ...]


def check_tiling(cells: Sequence[Cell], tolerance: float = TOLERANCE, *, gaps: bool = True) -> Sequence[Flaw]:
    """Find every fault of a map, invalid polygons first; those take no part in the other checks.

    Args:
        cells: geometries are closed rings in degrees; of two cells with one code both take part, and the first is the parent.
        tolerance: square metres up to which an overlap, a gap or an excess is no fault.
        gaps: whether to look for gaps; without sense when some cells could not be read.
    """
    shapes = [(cell, shape(cell.geometry)) for cell in cells]
    flaws = [
        Flaw(fault=Fault.INVALID, codes=(cell.code,), reason=str(shapely.is_valid_reason(found)))
        for cell, found in shapes
        if not found.is_valid
    ]
    sound = [(cell, found) for cell, found in shapes if found.is_valid]
    if not sound:
        return flaws
    middle = shapely.GeometryCollection([found for _, found in sound]).envelope.centroid
    projection = Projection(middle.x, middle.y)
    areas = [_Area(cell, found, projection.metres(found)) for cell, found in sound]
    flaws.extend(_overlaps(areas, tolerance))
    families = _families(areas)
    flaws.extend(_excesses(families, tolerance))
    if gaps:
        # An invalid child would look like a gap of its parent: that gap is judged when the child is mended.
        unjudged = {cell.parent for cell, found in shapes if not found.is_valid}
        flaws.extend(_gaps([family for family in families if family.parent.cell.code not in unjudged], tolerance))
    return flaws


def _overlaps(areas: Sequence[_Area], tolerance: float) -> Iterator[Flaw]:
    """Pairs of one layer that share ground."""
    layers: defaultdict[Layer, list[_Area]] = defaultdict(list)
    for area in areas:
        layers[area.cell.layer].append(area)
    for members in layers.values():
        tree = shapely.STRtree([member.metres for member in members])
        left, right = tree.query([member.metres for member in members], predicate="intersects")
        for one, other in sorted(zip(left.tolist(), right.tolist(), strict=True)):
            if one >= other:
                continue
            shared = members[one].metres.intersection(members[other].metres)
            if shared.area > tolerance:
                where = members[one].degrees.intersection(members[other].degrees)
                codes = (members[one].cell.code, members[other].cell.code)
                yield _flaw(Fault.OVERLAP, codes, shared, where)


def _families(areas: Sequence[_Area]) -> Sequence[_Family]:
    """Every parent with its children of one layer."""
    parents: dict[str, _Area] = {}
    for area in areas:
        parents.setdefault(area.cell.code, area)
    children: defaultdict[tuple[str, Layer], list[_Area]] = defaultdict(list)
    for area in areas:
        if area.cell.parent is not None and area.cell.parent in parents:
            children[area.cell.parent, area.cell.layer].append(area)
    return [_Family(parents[code], tuple(members)) for (code, _), members in children.items()]


def _excesses(families: Iterable[_Family], tolerance: float) -> Iterator[Flaw]:
    """Children that stick out of their parent."""
    for family in families:
        for child in family.children:
            excess = child.metres.difference(family.parent.metres)
            if excess.area > tolerance:
                codes = (child.cell.code, family.parent.cell.code)
                yield _flaw(Fault.STICKS_OUT, codes, excess, child.degrees.difference(family.parent.degrees))


def _gaps(families: Iterable[_Family], tolerance: float) -> Iterator[Flaw]:
    """Parents that their children do not fill."""
    for family in families:
        missing = family.parent.metres.difference(shapely.union_all([child.metres for child in family.children]))
        if missing.area > tolerance:
            where = family.parent.degrees.difference(shapely.union_all([child.degrees for child in family.children]))
            yield _flaw(Fault.GAP, (family.parent.cell.code,), missing, where)


def _flaw(fault: Fault, codes: tuple[str, ...], metres: Any, degrees: Any) -> Flaw:
    point = degrees.representative_point()
    where = None if point.is_empty else (round(point.x, 6), round(point.y, 6))
    return Flaw(fault=fault, codes=codes, square_metres=round(metres.area, 1), where=where)
