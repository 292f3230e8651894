"""A bent street as a net of corners: every area is a block of its meshes, so neighbours share their corners exactly."""

import math
import random
from collections.abc import Mapping

Corner = tuple[int, int]
Point = tuple[float, float]
Ring = list[Point]

COLUMNS = 20
ROWS = 6
SPACING = 45.0
"""Metres from corner to corner."""
ORIGIN = (113.2, 29.4)
METRES_PER_DEGREE = 6371008.8 * math.pi / 180
WOBBLE = 6.0
"""Metres by which a corner is out of line, as in a street that has grown."""
DIGITS = 7
"""Decimal places of a degree: one hundredth of a metre."""


def corners(seed: int) -> Mapping[Corner, Point]:
    """Longitude and latitude of every corner of the net."""
    chance = random.Random(seed)  # noqa: S311  # The same map each time is the purpose.
    found: dict[Corner, Point] = {}
    turn = math.radians(11)
    for column in range(COLUMNS + 1):
        for row in range(ROWS + 1):
            along = column * SPACING + chance.uniform(-WOBBLE, WOBBLE)
            across = row * SPACING * 1.3 + chance.uniform(-WOBBLE, WOBBLE) + 35 * math.sin(column / COLUMNS * math.pi)
            east = along * math.cos(turn) - across * math.sin(turn)
            north = along * math.sin(turn) + across * math.cos(turn)
            lat = ORIGIN[1] + north / METRES_PER_DEGREE
            lon = ORIGIN[0] + east / (METRES_PER_DEGREE * math.cos(math.radians(ORIGIN[1])))
            found[column, row] = (round(lon, DIGITS), round(lat, DIGITS))
    return found


def block(net: Mapping[Corner, Point], left: int, bottom: int, right: int, top: int) -> Ring:
    """The outline of a block of meshes, through every corner on its edge, counter-clockwise and closed."""
    path = [(column, bottom) for column in range(left, right)]
    path += [(right, row) for row in range(bottom, top)]
    path += [(column, top) for column in range(right, left, -1)]
    path += [(left, row) for row in range(top, bottom, -1)]
    return close([net[corner] for corner in path])


def close(ring: Ring) -> Ring:
    """Repeat the first corner at the end, as GeoJSON wants it."""
    return [*ring, ring[0]]


def middle(ring: Ring) -> Point:
    """The mean of a closed ring's corners: within it, since the meshes are convex."""
    points = ring[:-1]
    return (
        round(sum(lon for lon, _ in points) / len(points), DIGITS),
        round(sum(lat for _, lat in points) / len(points), DIGITS),
    )
