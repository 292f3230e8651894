"""Pictures of a street with one place in it, where one of many vehicles stands: enough structure to tell them apart, and no model."""

import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Box

PLACE = Box(0.4, 0.4, 0.6, 0.6)
"""Where the vehicles stand."""


def street(vehicle: int | None = None, gain: float = 1.0, shift: int = 0, seed: int = 0) -> NDArray[np.uint8]:
    """200 by 200 pixels of grey ground, with one of several vehicles at the place.

    Args:
        vehicle: which one; ``None`` leaves the place empty.
        gain: factor of every level.
        shift: pixels by which the camera is off, to the right and down.
        seed: of the sensor's noise.
    """
    picture = np.full((200, 200, 3), 90.0)
    picture += np.random.default_rng(seed).normal(0, 2, picture.shape)
    if vehicle is not None:
        blocks = np.random.default_rng(100 + vehicle).uniform(0, 220, (5, 5, 3))
        picture[80 + shift : 120 + shift, 80 + shift : 120 + shift] = blocks.repeat(8, 0).repeat(8, 1)
    return np.clip(picture * gain, 0, 255).astype(np.uint8)
