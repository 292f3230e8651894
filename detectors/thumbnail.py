"""A small grey picture of a frame, from which motion and health are judged for a hundredth of the price of a model."""

import zlib

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.inference.port import Picture

WIDTH = 96
HEIGHT = 54

Grey = NDArray[np.uint8]
"""(HEIGHT, WIDTH), 0 black to 255 white."""


class Thumbnail(msgspec.Struct, frozen=True):
    """What is kept of a frame.

    Attributes:
        grey: each cell is the mean of its part of the frame.
        mark: checksum of all pixels: two frames of a real camera never have the same, a frozen one's always.
    """

    grey: Grey
    mark: int


def shrink(picture: Picture) -> Thumbnail:
    """Make the thumbnail of a frame."""
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return Thumbnail(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8), zlib.crc32(np.ascontiguousarray(picture).data))
