"""One box a thing: greedy non-maximum suppression within groups of labels that name the same thing."""

from collections.abc import Iterable

import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from detectors.boxes import Detection
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
    candidates = sorted(found, key=lambda one: (-one.score, one.label, astuple(one.box)))
    if not candidates:
        return ()
    boxes = np.array([astuple(one.box) for one in candidates], np.float64)
    names = [group_of(one.label) for one in candidates]
    groups = np.unique(names, return_inverse=True)[1]
    left = np.ones(len(candidates), np.bool_)
    kept: list[Detection] = []
    for index, candidate in enumerate(candidates):
        if not left[index]:
            continue
        kept.append(candidate)
        if len(kept) == most:
            break
        rest = index + 1 + np.flatnonzero(left[index + 1 :] & (groups[index + 1 :] == groups[index]))
        left[rest[_same(boxes[index], boxes[rest])]] = False
    return tuple(kept)


def _same(one: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of the other boxes, (n, 4), are the same thing as one."""
    common = _areas(np.hstack([np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])]))
    own, areas = _areas(one[None]), _areas(others)
    union = own + areas - common
    alike = (union > 0) & (common >= SAME * union)
    small, large = np.minimum(own, areas), np.maximum(own, areas)
    return alike | ((small > 0) & (small >= ALIKE * large) & (common >= INSIDE * small))


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas of boxes, (n, 4); 0 for those that are turned inside out."""
    found: NDArray[np.float64] = np.maximum(0.0, boxes[:, 2] - boxes[:, 0]) * np.maximum(0.0, boxes[:, 3] - boxes[:, 1])
    return found
