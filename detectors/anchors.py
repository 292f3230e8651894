"""Identity by place: a standing thing is where it stood, whatever its box does in single frames.

A tracker's id changes when the light changes or a box jumps, and a parked car then opens a second event. An anchor is
the median of the last boxes: single wild boxes do not move it, and slow shifts of the camera are followed. What drives
slowly drags its anchor along, so the first place is remembered too.
"""

import msgspec

from detectors.boxes import Box, iou, median_box

MEMORY = 9
"""Boxes that the median is taken of."""
BEGINNING = 3
"""Boxes that the first place is taken from."""
HERE = 0.3
"""A box that overlaps an anchor less (intersection over union) belongs to something else."""
STILL = 0.5
"""A box that overlaps it at least this much stands where the anchor is. Between the two it is astray: the hysteresis."""
DRAGGED = 0.4
"""An anchor that overlaps its first place less has been dragged away: the thing was moving, slowly."""


class Anchor(msgspec.Struct, frozen=True):
    """A place where something stands.

    Attributes:
        first: where it began, the median of the first :data:`BEGINNING` boxes.
        recent: the last boxes that stood still, the newest last.
        box: their median.
    """

    first: Box
    recent: tuple[Box, ...]
    box: Box


def drop(box: Box) -> Anchor:
    """Begin at a box."""
    return Anchor(box, (box,), box)


def settle(anchor: Anchor, box: Box) -> Anchor:
    """Follow a box that stands still."""
    recent = (*anchor.recent, box)[-MEMORY:]
    middle = median_box(recent)
    young = len(anchor.recent) < BEGINNING
    return Anchor(middle if young else anchor.first, recent, middle)


def is_still(anchor: Anchor, box: Box) -> bool:
    """Whether a box stands where the anchor is."""
    return iou(anchor.box, box) >= STILL


def was_dragged(anchor: Anchor) -> bool:
    """Whether the anchor has wandered from its first place."""
    return iou(anchor.first, anchor.box) < DRAGGED


def has_left(anchor: Anchor, box: Box) -> bool:
    """Whether a box no longer stands at the anchor's first place."""
    return iou(anchor.first, box) < STILL
