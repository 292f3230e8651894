"""Whether a polygon of a camera's picture is one: at least three corners, inside the picture, not crossing itself."""

from collections.abc import Sequence
from itertools import combinations

from config.sources import Point

SMALLEST_AREA = 1e-6
"""Part of the picture below which a polygon encloses nothing: less than one pixel of a 1000 x 1000 picture."""


def fault_of(corners: Sequence[Point]) -> str | None:
    """Say what is wrong with a polygon in one sentence, or ``None`` when it can be used.

    Args:
        corners: (x, y) as parts of width and height; the last one is joined to the first.
    """
    if len(corners) < 3:
        return f"a polygon needs at least three corners, this one has {len(corners)}"
    outside = [corner for corner in corners if not (0 <= corner[0] <= 1 and 0 <= corner[1] <= 1)]
    if outside:
        return f"the corner {list(outside[0])} lies outside the picture: x and y are parts of width and height, 0 to 1"
    if len(set(corners)) < len(corners):
        return "a corner is given twice (the polygon is closed without repeating the first one)"
    crossing = _crossing(corners)
    if crossing is not None:
        return f"the polygon crosses itself: its side {crossing[0] + 1} meets its side {crossing[1] + 1}"
    if abs(area(corners)) < SMALLEST_AREA:
        return "the corners lie on one line, so that the polygon encloses nothing"
    return None


def area(corners: Sequence[Point]) -> float:
    """Signed area by the shoelace formula, a part of the picture."""
    following = [*corners[1:], corners[0]]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, following, strict=True)) / 2


def _crossing(corners: Sequence[Point]) -> tuple[int, int] | None:
    sides = [(corners[index], corners[(index + 1) % len(corners)]) for index in range(len(corners))]
    for first, second in combinations(range(len(sides)), 2):
        neighbours = second - first in {1, len(sides) - 1}
        if not neighbours and _meet(*sides[first], *sides[second]):
            return first, second
    return None


def _turn(a: Point, b: Point, c: Point) -> int:
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _within(a: Point, b: Point, c: Point) -> bool:
    """Whether c, known to lie on the line through a and b, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the closed segments a-b and c-d have a point in common."""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    touching = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(turn == 0 and _within(start, end, point) for turn, start, end, point in touching)
