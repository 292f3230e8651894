"""Boxes: areas, overlaps and medians."""

import pytest

from detectors.boxes import Box, iou, median_box, overlap, share

LEFT = Box(0.0, 0.0, 0.4, 0.4)
RIGHT = Box(0.2, 0.0, 0.6, 0.4)


def test_area_of_a_box() -> None:
    """The area is width times height, and nothing for a box turned inside out."""
    assert LEFT.area == pytest.approx(0.16)
    assert Box(0.4, 0.0, 0.2, 0.4).area == 0.0


def test_bottom_centre() -> None:
    """A thing touches the ground in the middle of its lower side."""
    assert RIGHT.bottom_centre == pytest.approx((0.4, 0.4))


def test_clipping_to_the_picture() -> None:
    """Only the part inside the picture is kept."""
    assert Box(-0.1, 0.5, 1.2, 1.3).clipped() == Box(0.0, 0.5, 1.0, 1.0)


def test_intersection_over_union() -> None:
    """Half-overlapping boxes of one size have a third in common; separate ones nothing; equal ones everything."""
    assert overlap(LEFT, RIGHT) == pytest.approx(0.08)
    assert iou(LEFT, RIGHT) == pytest.approx(1 / 3)
    assert iou(LEFT, Box(0.5, 0.5, 0.6, 0.6)) == 0.0
    assert iou(LEFT, LEFT) == pytest.approx(1.0)
    assert iou(Box(0, 0, 0, 0), Box(0, 0, 0, 0)) == 0.0


def test_share_of_a_box_that_another_covers() -> None:
    """A small box inside a large one is wholly covered, the large one only in part."""
    inner = Box(0.1, 0.1, 0.2, 0.2)
    assert share(inner, LEFT) == pytest.approx(1.0)
    assert share(LEFT, inner) == pytest.approx(0.0625)
    assert share(Box(0, 0, 0, 0), LEFT) == 0.0


def test_median_ignores_a_wild_box() -> None:
    """One wild box among three does not move the median at all."""
    assert median_box([LEFT, Box(0.5, 0.5, 1.0, 1.0), LEFT]) == LEFT
