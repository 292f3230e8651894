"""Boxes in a picture, as parts of its width and height, so that a change of resolution changes nothing."""

from collections.abc import Sequence
from statistics import median

import msgspec

from config.sources import Point


class Box(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A rectangle: 0 to 1 from left to right and from top to bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Part of the picture that it covers; 0 when it is empty or turned inside out."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    @property
    def bottom_centre(self) -> Point:
        """Where a vehicle or a person touches the ground."""
        return (self.left + self.right) / 2, self.bottom

    def clipped(self) -> "Box":
        """The part of it that lies inside the picture."""
        return Box(*(min(1.0, max(0.0, side)) for side in (self.left, self.top, self.right, self.bottom)))


class Detection(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One thing that a model found: its label, how sure the model is (0 to 1), and where it is."""

    label: str
    score: float
    box: Box


def overlap(one: Box, other: Box) -> float:
    """Area of the intersection."""
    return Box(max(one.left, other.left), max(one.top, other.top), min(one.right, other.right), min(one.bottom, other.bottom)).area


def iou(one: Box, other: Box) -> float:
    """Intersection over union (Jaccard index), 0 to 1; 0 for empty boxes."""
    common = overlap(one, other)
    union = one.area + other.area - common
    return common / union if union > 0 else 0.0


def share(one: Box, other: Box) -> float:
    """Which part of the first box the second one covers, 0 to 1."""
    return overlap(one, other) / one.area if one.area > 0 else 0.0


def median_box(boxes: Sequence[Box]) -> Box:
    """The median of each side, which a few wild boxes do not move.

    Raises:
        statistics.StatisticsError: there are no boxes.
    """
    return Box(*(median(sides) for sides in zip(*(msgspec.structs.astuple(box) for box in boxes), strict=True)))
