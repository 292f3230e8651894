"""Whether a place looks as it did: tells a vehicle that the model overlooks from one that has gone, and from one that took its place.

A place is kept as a coarse grid of mean colours. Two of them are compared by their normalised cross-correlation, which a
change of light over the whole place does not move (J. P. Lewis, Fast Normalized Cross-Correlation, 1995), at the best
of nine shifts by a cell, which a shaking camera does not move either.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Box

CELLS = 10
"""Rows and columns of the grid."""
FLAT = 6.0
"""Standard deviation, in levels, below which a place has no looks of its own: bare ground, night."""

Looks = bytes
"""The grid: rows, columns, three colours, 8 bits each. Bytes, so that what is remembered can be compared and kept."""
LooksOf = Callable[[Box], Looks | None]
"""The looks of a place in the present picture; ``None`` where it is not to be seen."""


def looks_of(crop: NDArray[np.uint8], frame: Box, place: Box) -> Looks | None:
    """The looks of a place.

    Args:
        crop: (height, width, 3), the picture's part within the frame.
        frame: where the crop lies in the picture.
        place: the place; what of it lies outside of the frame is not looked at.

    Returns:
        The grid, or ``None`` when less than a grid of pixels is to be seen.
    """
    height, width = crop.shape[:2]
    across, down = frame.right - frame.left, frame.bottom - frame.top
    if across <= 0 or down <= 0:
        return None
    left, right = (round(min(1.0, max(0.0, (x - frame.left) / across)) * width) for x in (place.left, place.right))
    top, bottom = (round(min(1.0, max(0.0, (y - frame.top) / down)) * height) for y in (place.top, place.bottom))
    if right - left < CELLS or bottom - top < CELLS:
        return None
    part = crop[top:bottom, left:right].astype(np.float32)
    rows = np.linspace(0, bottom - top, CELLS + 1).astype(int)
    columns = np.linspace(0, right - left, CELLS + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(part, rows[:-1], axis=0), columns[:-1], axis=1)
    areas = np.outer(np.diff(rows), np.diff(columns))[..., None]
    return np.asarray(np.round(sums / areas), np.uint8).tobytes()


def likeness(one: Looks, other: Looks) -> float | None:
    """From -1 to 1, which is the same; ``None`` when either has no looks of its own."""
    first, second = _grid(one), _grid(other)
    middle = _centred(first[1:-1, 1:-1])
    best: float | None = None
    for row in range(3):
        for column in range(3):
            shifted = _centred(second[row : row + CELLS - 2, column : column + CELLS - 2])
            if middle is None or shifted is None:
                continue
            value = float((middle * shifted).sum())
            best = value if best is None else max(best, value)
    return best


def blended(old: Looks, new: Looks) -> Looks:
    """The old looks, a quarter of the way to the new: shadows wander, and what stands under them is the same."""
    return np.asarray(np.round(_grid(old) * 0.75 + _grid(new) * 0.25), np.uint8).tobytes()


def _grid(looks: Looks) -> NDArray[np.float32]:
    return np.frombuffer(looks, np.uint8).reshape(CELLS, CELLS, 3).astype(np.float32)


def _centred(grid: NDArray[np.float32]) -> NDArray[np.float32] | None:
    centred = grid - grid.mean((0, 1))
    length = float(np.sqrt((centred * centred).sum()))
    return None if length < FLAT * np.sqrt(grid.size) else centred / length
