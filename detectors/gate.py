"""The motion gate: a zone that looks as it did is not judged again, what was found in it still holds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Box

STEP = 6
"""Levels of grey (of 255) by which one cell must change. A cell is the mean of about a hundred pixels, whose noise is below 1."""


def changed(now: NDArray[np.uint8], then: NDArray[np.uint8], regions: Sequence[Box]) -> bool:
    """Whether anything changed in the regions between two thumbnails of the same shape.

    Args:
        now: thumbnail of this frame, (rows, columns).
        then: thumbnail of the frame that was judged last.
        regions: where to look.
    """
    difference = np.abs(now.astype(np.int16) - then.astype(np.int16)) > STEP
    return any(bool(difference[_cells(region, *difference.shape)].any()) for region in regions)


def _cells(region: Box, rows: int, columns: int) -> tuple[slice, slice]:
    """The cells that a region touches, at least one."""
    top, left = min(int(region.top * rows), rows - 1), min(int(region.left * columns), columns - 1)
    bottom, right = int(np.ceil(region.bottom * rows)), int(np.ceil(region.right * columns))
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
