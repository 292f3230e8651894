"""One box a thing: greedy non-maximum suppression within groups of labels that name the same thing."""

from collections.abc import Iterable

from msgspec.structs import astuple

from detectors.boxes import Detection, iou, overlap
from detectors.inference.labels import VEHICLES

SAME = 0.5
"""Boxes that overlap by this intersection over union are one thing."""
INSIDE = 0.85
"""So are boxes of which the smaller lies in the larger by this part ..."""
ALIKE = 0.35
"""... when the smaller has at least this part of the larger one's area (a car before a bus is much smaller than the bus)."""


def group_of(label: str) -> str:
    """Labels of one group suppress each other: a van is a car and a truck at once."""
    return "vehicle" if label in VEHICLES else label


def suppress(found: Iterable[Detection], *, most: int = 200) -> tuple[Detection, ...]:
    """Keep the surest of each thing.

    Args:
        found: what the model's head gave.
        most: things kept at the most.

    Returns:
        The kept ones, the surest first; ties by label and place, so that the order never depends on the model's.
    """
    kept: list[Detection] = []
    for candidate in sorted(found, key=lambda one: (-one.score, one.label, astuple(one.box))):
        if len(kept) == most:
            break
        group = group_of(candidate.label)
        if not any(_same(candidate, other) for other in kept if group_of(other.label) == group):
            kept.append(candidate)
    return tuple(kept)


def _same(one: Detection, other: Detection) -> bool:
    if iou(one.box, other.box) >= SAME:
        return True
    small, large = sorted((one.box.area, other.box.area))
    return small > 0 and small >= ALIKE * large and overlap(one.box, other.box) >= INSIDE * small
