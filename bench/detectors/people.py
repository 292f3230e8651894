"""What moves before a camera that stands still: whatever differs from the median of many pictures."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.inference.port import Picture

DIFFERENT = 28
"""Levels (of 255) by which a pixel must differ in one of its colours."""
SMALLEST = 60
"""Pixels: what is smaller is noise."""


def without_people(pictures: Sequence[Picture], most: int = 25) -> Picture:
    """The median of pictures from all over the clip, in which nobody who walks is to be seen."""
    chosen = pictures[:: max(1, len(pictures) // most)]
    return np.asarray(np.median(np.stack(chosen), axis=0), np.uint8)


def people_in(picture: Picture, empty: Picture) -> NDArray[np.uint8]:
    """1 where somebody is, else 0."""
    differs = (np.abs(picture.astype(np.int16) - empty).max(2) > DIFFERENT).astype(np.uint8)
    grown = cv2.dilate(differs, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)


def standing_before(people: NDArray[np.uint8], bottom: int) -> NDArray[np.float32]:
    """1 where somebody is who touches the ground below a row of the picture, and so stands before what touches it there."""
    count, marks, boxes, _ = cv2.connectedComponentsWithStats(people)
    lowest = boxes[:, cv2.CC_STAT_TOP] + boxes[:, cv2.CC_STAT_HEIGHT]
    nearer = [number for number in range(1, count) if boxes[number, cv2.CC_STAT_AREA] > SMALLEST and lowest[number] > bottom]
    return np.isin(marks, nearer).astype(np.float32)
