"""The port between what judges pictures and the model that looks at them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Detection

Picture = NDArray[np.uint8]
"""A colour picture: (height, width, 3), blue-green-red, 8 bits."""


class Detector(Protocol):
    """Finds things in pictures. The same picture gives the same answer."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that it can give."""

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """What is in each picture, the surest first, each thing once; boxes lie inside the picture.

        Raises:
            ValueError: something is not a picture (see :data:`Picture`).
        """


class SquareDetector(Detector, Protocol):
    """A detector that looks at a square of one size, into which larger pictures are scaled."""

    @property
    def side(self) -> int:
        """Side of the square, pixels: a picture of this size is looked at as it is."""


class FeatureExtractor(Protocol):
    """Gives a crop's features: the same crop, the same vector."""

    @property
    def name(self) -> str:
        """What the features are; a head taught on others is of no use."""

    def features(self, crop: Picture) -> NDArray[np.float32]:
        """One vector of length 1.

        Raises:
            ValueError: this is not a picture (see :data:`Picture`).
        """


def check_picture(picture: Picture) -> None:
    """Refuse what is not a picture.

    Raises:
        ValueError: it says what was given instead.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or 0 in picture.shape:
        msg = f"a picture is (height, width, 3) of 8 bits, this is {picture.shape} of {picture.dtype}"
        raise ValueError(msg)
