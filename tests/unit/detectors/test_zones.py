"""Zones: who stands in a polygon."""

import msgspec
import pytest

from config.sources import Point
from detectors.boxes import Box
from detectors.zones import around, contains, stands_in

SQUARE: tuple[Point, ...] = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
ARROW: tuple[Point, ...] = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.5), (0.9, 0.9), (0.1, 0.9))


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        ((0.4, 0.4), True),
        ((0.1, 0.4), False),
        ((0.7, 0.4), False),
        ((0.2, 0.4), True),
        ((0.6, 0.6), True),
        ((0.4, 0.6), True),
        ((0.4, 0.61), False),
    ],
)
def test_points_of_a_square(point: Point, inside: bool) -> None:
    """Points inside and on the edge belong to a zone, those beside it do not."""
    assert contains(SQUARE, point) is inside


@pytest.mark.parametrize(("point", "inside"), [((0.3, 0.5), True), ((0.7, 0.5), False), ((0.8, 0.15), True), ((0.8, 0.85), True)])
def test_points_of_a_concave_zone(point: Point, inside: bool) -> None:
    """A notch in a polygon is outside of it."""
    assert contains(ARROW, point) is inside


def test_a_tall_thing_stands_where_its_foot_is() -> None:
    """A box that reaches into a zone from below stands outside of it; one that hangs above with its foot inside stands in it."""
    assert not stands_in(SQUARE, Box(0.3, 0.3, 0.5, 0.9))
    assert stands_in(SQUARE, Box(0.3, 0.0, 0.5, 0.5))


def test_a_box_beyond_the_lower_edge_stands_on_the_edge() -> None:
    """Models give boxes that end below the picture; their foot is the picture's edge."""
    bottom: tuple[Point, ...] = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    assert stands_in(bottom, Box(0.2, 0.6, 0.4, 1.02))


def test_rectangle_around_a_zone() -> None:
    """The rectangle is widened by its margin and stays inside the picture."""
    rectangle = around(((0.0, 0.3), (0.5, 0.3), (0.5, 0.6)), 0.1)
    assert msgspec.structs.astuple(rectangle) == pytest.approx((0.0, 0.2, 0.6, 0.7))
