"""Whether something stands in a zone: the point where it touches the ground lies in the zone's polygon."""

from collections.abc import Sequence

from config.sources import Point
from detectors.boxes import Box

EDGE = 1e-9
"""How far from a side a point still lies on it: rounding of parts of a picture is far below a pixel."""
MARGIN = 0.02
"""Parts of the picture beside a zone that belong to its crop: rubbish lies beside a bin."""


def contains(polygon: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside a polygon or on its edge (even-odd rule).

    Args:
        polygon: at least three corners, not crossing itself (:func:`config.polygon.fault_of` checks that).
        point: (x, y) in the same measure.
    """
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
        beside = min(x0, x1) - EDGE <= x <= max(x0, x1) + EDGE and min(y0, y1) - EDGE <= y <= max(y0, y1) + EDGE
        if abs(cross) <= EDGE and beside:
            return True
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def stands_in(polygon: Sequence[Point], box: Box) -> bool:
    """Whether a thing stands in a zone: bottom centre of its box, clipped to the picture, is in the polygon."""
    return contains(polygon, box.clipped().bottom_centre)


def around(polygon: Sequence[Point], margin: float = 0.05) -> Box:
    """The rectangle around a polygon, widened by a margin (parts of the picture) and clipped to it."""
    xs = [x for x, _ in polygon]
    ys = [y for _, y in polygon]
    return Box(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin).clipped()
