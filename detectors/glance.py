"""What is kept of a frame for judging its health and motion."""

import msgspec
import numpy as np
from numpy.typing import NDArray

WIDTH = 96
HEIGHT = 54
TILE_COLUMNS = 8
TILE_ROWS = 6

Grey = NDArray[np.uint8]
"""(HEIGHT, WIDTH), 0 black to 255 white."""
Relief = NDArray[np.float32]
"""(HEIGHT, WIDTH), -2 to 2: how a cell stands out from its surroundings, in units of the contrast there; 0 where it is flat."""
Detail = NDArray[np.float32]
"""(TILE_ROWS, TILE_COLUMNS), 0 or more: fine structure of each tile, whatever its brightness."""


class Glance(msgspec.Struct, frozen=True):
    """A thumbnail with a few measures of the whole frame.

    Attributes:
        grey: each cell is the mean of its part of the frame.
        mark: checksum of all pixels: two frames of a real camera never have the same, a frozen one's always.
        relief: see :data:`Relief`.
        detail: see :data:`Detail`.
        chroma: colourfulness, 0 for a grey picture to 1.
    """

    grey: Grey
    mark: int
    relief: Relief
    detail: Detail
    chroma: float
