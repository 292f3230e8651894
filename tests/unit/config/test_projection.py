"""Square metres of known areas."""

import math

import pytest
from shapely.geometry import box

from config.projection import AUTHALIC_RADIUS, Projection


@pytest.mark.parametrize("lat", [0.0, 29.4, -45.0, 60.0])
def test_a_box_of_degrees_has_the_area_of_the_sphere(lat: float) -> None:
    """The projection keeps the exact area between two parallels and two meridians (Archimedes' hat box)."""
    degrees = box(113.0, lat - 0.01, 113.02, lat + 0.01)
    exact = AUTHALIC_RADIUS**2 * math.radians(0.02) * (math.sin(math.radians(lat + 0.01)) - math.sin(math.radians(lat - 0.01)))
    assert Projection(113.0, lat).metres(degrees).area == pytest.approx(exact, rel=1e-9)


def test_lengths_near_the_middle_are_right() -> None:
    """A hundredth of a degree is as long as on the sphere, in both directions, to a thousandth."""
    west, south, east, north = Projection(113.0, 29.4).metres(box(113.0, 29.4, 113.01, 29.41)).bounds
    one = math.radians(0.01) * AUTHALIC_RADIUS
    assert north - south == pytest.approx(one, rel=1e-3)
    assert east - west == pytest.approx(one * math.cos(math.radians(29.4)), rel=1e-3)
