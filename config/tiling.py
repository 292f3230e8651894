"""Whether the cells of a map tile it: no overlap in a layer, and children that fill their parent exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
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


def check_tiling(cells: Mapping[str, Cell], tolerance: float = TOLERANCE) -> Sequence[Flaw]:
    """Find every fault of a map, invalid polygons first; those take no part in the other checks.

    Args:
        cells: by code; geometries are closed rings in degrees.
        tolerance: square metres up to which an overlap, a gap or an excess is no fault.
    """
    shapes = {code: shape(cell.geometry) for code, cell in cells.items()}
    flaws = [
        Flaw(fault=Fault.INVALID, codes=(code,), reason=str(shapely.is_valid_reason(found)))
        for code, found in shapes.items()
        if not found.is_valid
    ]
    invalid = {flaw.codes[0] for flaw in flaws}
    if len(invalid) == len(shapes):
        return flaws
    middle = shapely.GeometryCollection([shapes[code] for code in shapes if code not in invalid]).envelope.centroid
    projection = Projection(middle.x, middle.y)
    areas = {code: _Area(cells[code], shapes[code], projection.metres(shapes[code])) for code in shapes if code not in invalid}
    flaws.extend(_overlaps(areas, tolerance))
    # An invalid child would look like a gap of its parent: that gap is judged when the child is mended.
    unjudged = {cells[code].parent for code in invalid}
    flaws.extend(_against_parents(areas, unjudged, tolerance))
    return flaws


def _overlaps(areas: Mapping[str, _Area], tolerance: float) -> Iterator[Flaw]:
    """Pairs of one layer that share ground."""
    layers: defaultdict[Layer, list[_Area]] = defaultdict(list)
    for area in areas.values():
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


def _against_parents(areas: Mapping[str, _Area], unjudged: Collection[str | None], tolerance: float) -> Iterator[Flaw]:
    """Children, all of one layer, against the parent that they should fill."""
    families: defaultdict[tuple[str, Layer], list[_Area]] = defaultdict(list)
    for area in areas.values():
        if area.cell.parent is not None and area.cell.parent in areas:
            families[area.cell.parent, area.cell.layer].append(area)
    for (code, _), children in families.items():
        parent = areas[code]
        for child in children:
            excess = child.metres.difference(parent.metres)
            if excess.area > tolerance:
                yield _flaw(Fault.STICKS_OUT, (child.cell.code, code), excess, child.degrees.difference(parent.degrees))
        missing = parent.metres.difference(shapely.union_all([child.metres for child in children]))
        if missing.area > tolerance and code not in unjudged:
            where = parent.degrees.difference(shapely.union_all([child.degrees for child in children]))
            yield _flaw(Fault.GAP, (code,), missing, where)


def _flaw(fault: Fault, codes: tuple[str, ...], metres: Any, degrees: Any) -> Flaw:
    point = degrees.representative_point()
    where = None if point.is_empty else (round(point.x, 6), round(point.y, 6))
    return Flaw(fault=fault, codes=codes, square_metres=round(metres.area, 1), where=where)
