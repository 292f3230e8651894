"""What is made unreadable before a picture is kept: faces, heads, and the part of vehicles where number plates are.

Faces are found by a model of their own (:mod:`detectors.inference.faces`); beside it the upper part of every person's box is
taken, since a face seen from the side or in poor light is missed at times. For plates there is no model: the lower part of
a vehicle's box is a rule of thumb. A plate outside of it, or of a vehicle that the model hardly believes in, stays readable.
"""

from collections.abc import Iterable

import msgspec

from detectors.boxes import Box, Detection
from detectors.inference.labels import FACE, PERSON, VEHICLES

HEAD = 0.35
"""Part of a person's box, from the top, that holds the head (also of one who sits or bends)."""
PLATE = 0.55
"""Part of a vehicle's box, from the bottom, that holds the number plate."""
SURE = 0.3
"""Vehicles below this score are mostly none, and their boxes often span the picture; people are blurred at any score."""
PLATED = VEHICLES | {"motorcycle"}
MARGIN = 0.1
"""Boxes are this much too narrow at times (part of their width)."""


FACE_BLOCKS = 3
"""Blocks across a face: eyes and mouth fall into one."""
HEAD_BLOCKS = 5
"""Blocks across a head's region: a face covers two or three of them."""
PLATE_BLOCKS = 18
"""Blocks across a vehicle: a character of its plate is about a twenty-fifth of its width, less than one block."""


class Region(msgspec.Struct, frozen=True):
    """A part of the picture to be reduced to so many blocks across."""

    box: Box
    blocks: int


def unreadable(seen: Iterable[Detection]) -> tuple[Region, ...]:
    """The regions to blur."""
    return tuple(region for one in seen if (region := _region(one)) is not None)


def _region(one: Detection) -> Region | None:
    box = one.box
    margin = MARGIN * (box.right - box.left)
    height = box.bottom - box.top
    if one.label == FACE:
        return Region(Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin).clipped(), FACE_BLOCKS)
    if one.label == PERSON:
        return Region(Box(box.left - margin, box.top - margin, box.right + margin, box.top + HEAD * height).clipped(), HEAD_BLOCKS)
    if one.label in PLATED and one.score >= SURE:
        return Region(Box(box.left - margin, box.bottom - PLATE * height, box.right + margin, box.bottom + margin).clipped(), PLATE_BLOCKS)
    return None
