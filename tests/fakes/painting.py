"""Painted street scenes, and a detector that sees exactly what was painted.

A thing is a rectangle of one pure colour on a grey street; :class:`PaintedDetector` finds rectangles of those colours and of
no others. So a test says what a camera sees in one line, and the judge's answer depends on nothing but that.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from config.sources import Point
from detectors.boxes import Box, Detection
from detectors.inference.port import Picture, check_picture

COLOURS: dict[str, tuple[int, int, int]] = {"car": (255, 0, 0), "truck": (0, 255, 0), "person": (0, 0, 255)}
"""Blue, green, red of each label."""
SCORE = 0.9
STREET = 128
SQUARE: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
"""A zone that is the whole picture."""


def paint(*things: tuple[str, Box], size: tuple[int, int] = (200, 100), light: int = STREET) -> Picture:
    """Paint a street of width x height pixels with things on it; later ones cover earlier ones."""
    width, height = size
    picture = np.full((height, width, 3), light, np.uint8)
    for label, box in things:
        rows = slice(round(box.top * height), round(box.bottom * height))
        columns = slice(round(box.left * width), round(box.right * width))
        picture[rows, columns] = COLOURS[label]
    return picture


class PaintedDetector:
    """A :class:`detectors.inference.port.Detector` for painted pictures; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that can be painted."""
        return tuple(COLOURS)

    @property
    def side(self) -> int:
        """As the default model's."""
        return 416

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """What was painted, in the order of labels and places."""
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Picture) -> tuple[Detection, ...]:
        check_picture(picture)
        self.asked += 1
        height, width = picture.shape[:2]
        found: list[Detection] = []
        for label, colour in COLOURS.items():
            # Scaling mixes colours at edges; what is nearly the colour is taken for it.
            mask = (np.abs(picture.astype(np.int16) - np.array(colour, np.int16)).max(axis=2) < 60).astype(np.uint8)
            count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
            for left, top, wide, high, _ in stats[1:count].tolist():
                found.append(Detection(label, SCORE, Box(left / width, top / height, (left + wide) / width, (top + high) / height)))
        return tuple(found)


class PaintedFeatures:
    """A :class:`detectors.inference.port.FeatureExtractor`: the mean colours of a crop's upper and lower half, of length 1."""

    name = "painted/2"

    def features(self, crop: Picture) -> NDArray[np.float32]:
        """Six numbers."""
        check_picture(crop)
        half = max(1, crop.shape[0] // 2)
        colours = np.concatenate([crop[:half].mean((0, 1)), crop[-half:].mean((0, 1))]).astype(np.float32)
        return np.asarray(colours / max(float(np.linalg.norm(colours)), 1e-9), dtype=np.float32)
