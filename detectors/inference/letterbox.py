"""How a picture of any shape fits into a model's square, and how boxes find their way back."""

import msgspec
import numpy as np
from numpy.typing import NDArray


class Fit(msgspec.Struct, frozen=True, gc=False):
    """A picture scaled into a square with its proportions kept, bars at two sides.

    Attributes:
        width: of the scaled picture, pixels.
        height: as above.
        left: of the bar at the left, pixels.
        top: of the bar at the top.
    """

    width: int
    height: int
    left: int
    top: int


def fit(width: int, height: int, size: int) -> Fit:
    """Centre a picture of width x height pixels in a square of ``size`` pixels."""
    ratio = min(size / width, size / height)
    scaled_width = max(1, min(size, round(width * ratio)))
    scaled_height = max(1, min(size, round(height * ratio)))
    return Fit(scaled_width, scaled_height, (size - scaled_width) // 2, (size - scaled_height) // 2)


def back(boxes: NDArray[np.float32], fitted: Fit) -> NDArray[np.float32]:
    """Boxes (n, 4) in pixels of the square -> parts of the picture's width and height, clipped to 0..1."""
    offset = np.array([fitted.left, fitted.top] * 2, np.float32)
    scale = np.array([fitted.width, fitted.height] * 2, np.float32)
    clipped: NDArray[np.float32] = np.clip((boxes - offset) / scale, 0.0, 1.0).astype(np.float32)
    return clipped
