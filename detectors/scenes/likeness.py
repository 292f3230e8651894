"""Whether a place looks as it did: tells a vehicle that the model overlooks from one that has gone, and from one that took its place.

A place is kept as a small picture of it. To compare, it is laid on the present picture where it fits best nearby (cameras
shake), cut into blocks, and each block is compared by normalised cross-correlation, which a change of light does not move
(J. P. Lewis, Fast Normalized Cross-Correlation, 1995). The median of the blocks counts: somebody who stands before a third of a
vehicle changes a third of the blocks, another vehicle changes nearly all.
"""

from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Box, overlap

BLOCK = 8
"""Rows and columns of a block, in cells."""
BLOCKS = 6
"""Blocks along the longer side of a place."""
LEAST_BLOCKS = 2
"""Blocks along the shorter side at the least."""
SHAKE = 0.011
"""Part of the picture's width by which a place may have moved: eight pixels of 768."""
MOST_MARGIN = 12
"""Cells that are looked at around a place at the most."""
FLAT = 4.0
"""Standard deviation, in levels, below which a block says nothing: bare ground, night."""
TELLING = 3
"""A place in which fewer blocks say something has no looks of its own."""
HIDDEN = 0.25
"""A block of which something else covers this part is not compared."""
SMALLEST = 10
"""Pixels: a place that is lower or narrower has no looks."""

ALIKE = 0.75
"""Likeness from which the same thing is to be seen."""
UNLIKE = 0.6
"""Likeness below which something else is. Between the two, nobody can say."""
WIDEST = 320
"""Pixels: width of the pictures that are kept of the last looks."""

Picture = NDArray[np.uint8]
Cells = NDArray[np.float32]


class Looks(msgspec.Struct, frozen=True, array_like=True):
    """How a place looked: rows, columns, and the colours of each cell. Bytes, so that what is remembered can be compared and kept."""

    rows: int
    columns: int
    cells: bytes


class Comparison(msgspec.Struct, frozen=True):
    """How a place looks beside how it looked.

    Attributes:
        alike: median of the blocks' correlations, -1 to 1, which is the same.
        now: the place as it looks now, laid where it fits best.
    """

    alike: float
    now: Looks


def looks_of(picture: Picture, place: Box) -> Looks | None:
    """The looks of a place; ``None`` when it is too small to have any.

    Args:
        picture: (height, width, 3).
        place: as parts of the picture.
    """
    height, width = picture.shape[:2]
    across, down = (place.right - place.left) * width, (place.bottom - place.top) * height
    if across < SMALLEST or down < SMALLEST:
        return None
    longer = max(across, down)
    rows, columns = (BLOCK * max(LEAST_BLOCKS, round(BLOCKS * side / longer)) for side in (down, across))
    return Looks(rows, columns, _seen(picture, place, rows, columns, 0).tobytes())


def compare(picture: Picture, place: Box, then: Looks, hiders: Sequence[Box] = ()) -> Comparison | None:
    """Compare a place with how it looked; ``None`` when too little of it says anything.

    Args:
        picture: (height, width, 3).
        place: whose looks were taken.
        then: its looks.
        hiders: what is known to stand before it now, as parts of the picture: blocks behind it are left out.
    """
    cell = (place.right - place.left) * picture.shape[1] / then.columns
    margin = min(MOST_MARGIN, max(1, int(np.ceil(SHAKE * picture.shape[1] / cell)))) if cell > 0 else 1
    before = _blocks(_cells(then))
    if np.count_nonzero(_spread(before) >= FLAT) < TELLING:
        return None
    around = _seen(picture, place, then.rows, then.columns, margin)
    fits = cv2.matchTemplate(around, picture_of(then), cv2.TM_CCOEFF_NORMED)
    left, top = cv2.minMaxLoc(fits)[3]
    now = around[top : top + then.rows, left : left + then.columns]
    values = _correlations(before, _blocks(now.astype(np.float32)), _open(place, then, hiders))
    if len(values) < TELLING:
        return None
    return Comparison(float(np.median(values)), Looks(then.rows, then.columns, now.tobytes()))


def shrunk(picture: Picture) -> Looks:
    """The whole picture in grey, small enough to be kept for a few looks."""
    height, width = picture.shape[:2]
    columns = min(width, WIDEST)
    rows = max(1, round(height * columns / width))
    small = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
    return Looks(rows, columns, np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8).tobytes())


def alike_in(place: Box, now: Looks, then: Looks) -> float | None:
    """How much a place looks in one shrunk picture as it did in another; ``None`` when nobody can say."""
    looks = looks_of(picture_of(now), place)
    found = None if looks is None else compare(picture_of(then), place, looks)
    return None if found is None else found.alike


def picture_of(looks: Looks) -> Picture:
    """The picture that was kept."""
    return np.frombuffer(looks.cells, np.uint8).reshape(looks.rows, looks.columns, -1)


def blend(old: Looks, new: Looks) -> Looks:
    """The old looks, a quarter of the way to the new: shadows wander, and what stands under them is the same."""
    mixed = np.round(_cells(old) * 0.75 + _cells(new) * 0.25)
    return Looks(old.rows, old.columns, mixed.astype(np.uint8).tobytes())


def _cells(looks: Looks) -> Cells:
    return picture_of(looks).astype(np.float32)


def _seen(picture: Picture, place: Box, rows: int, columns: int, margin: int) -> Picture:
    """A place and so many cells around it, as rows and columns of cells; beyond the picture its edge goes on."""
    height, width = picture.shape[:2]
    across, down = (place.right - place.left) / columns * margin, (place.bottom - place.top) / rows * margin
    left, right = round((place.left - across) * width), round((place.right + across) * width)
    top, bottom = round((place.top - down) * height), round((place.bottom + down) * height)
    beyond = (max(0, -top), max(0, bottom - height), max(0, -left), max(0, right - width))
    part = picture[max(0, top) : bottom, max(0, left) : right]
    if any(beyond):
        part = cv2.copyMakeBorder(part, *beyond, cv2.BORDER_REPLICATE).astype(np.uint8)
    size = (columns + 2 * margin, rows + 2 * margin)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8).reshape(size[1], size[0], -1)


def _open(place: Box, looks: Looks, hiders: Sequence[Box]) -> NDArray[np.bool_]:
    """Which blocks of a place nothing stands before."""
    rows, columns = looks.rows // BLOCK, looks.columns // BLOCK
    visible = np.ones((rows, columns), np.bool_)
    for hider in hiders:
        if overlap(place, hider) > 0:
            down = _covered(place.top, place.bottom, rows, hider.top, hider.bottom)
            across = _covered(place.left, place.right, columns, hider.left, hider.right)
            visible &= np.outer(down, across) < HIDDEN
    return visible.ravel()


def _covered(begin: float, end: float, parts: int, from_: float, to: float) -> NDArray[np.float64]:
    """Which part of each of so many equal parts of a line is covered, 0 to 1."""
    edges = np.linspace(begin, end, parts + 1)
    covered = np.minimum(edges[1:], to) - np.maximum(edges[:-1], from_)
    return np.asarray(np.clip(covered / ((end - begin) / parts), 0.0, 1.0), np.float64)


def _correlations(first: Cells, second: Cells, visible: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Of the visible blocks that are not flat in both.

    Args:
        first: blocks, as :func:`_blocks` makes them.
        second: the others.
        visible: which are to be compared.
    """
    spread = _spread(first), _spread(second)
    common = (first * second).mean(1) / np.maximum(spread[0] * spread[1], 1e-3)
    return np.asarray(common[visible & (np.maximum(*spread) >= FLAT)], np.float32)


def _spread(blocks: Cells) -> NDArray[np.float32]:
    """Standard deviation of each block, levels."""
    return np.asarray(np.sqrt((blocks * blocks).mean(1)), np.float32)


def _blocks(cells: Cells) -> Cells:
    """(blocks, values), each colour around its mean in the block."""
    rows, columns = cells.shape[0] // BLOCK, cells.shape[1] // BLOCK
    blocks = cells.reshape(rows, BLOCK, columns, BLOCK, -1).transpose(0, 2, 1, 3, 4).reshape(rows * columns, BLOCK * BLOCK, -1)
    return np.asarray((blocks - blocks.mean(1, keepdims=True)).reshape(rows * columns, -1), np.float32)
