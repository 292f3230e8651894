"""CenterFace on onnxruntime: where faces are, so that they can be made unreadable."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.boxes import Box, Detection
from detectors.inference.labels import FACE
from detectors.inference.onnx import open_session
from detectors.inference.port import Picture, check_picture
from detectors.inference.suppression import suppress
from detectors.weights.faces import face_model

LONGEST = 960
"""The longer side that is looked at; a face of ten pixels in it is found at times, one of twenty nearly always."""
THRESHOLD = 0.2
"""Low on purpose: a blurred wall harms nobody, a readable face does."""
STRIDE = 4


class CenterFace:
    """Finds faces; a :class:`detectors.inference.port.Detector` with the one label ``face``.

    Args:
        model: ONNX file as :mod:`detectors.weights.faces` writes it.

    Raises:
        ProblemsError: the file is no model.
    """

    def __init__(self, model: Path) -> None:
        self._session = open_session(model)
        self._input = self._session.get_inputs()[0].name
        self._outputs = [output.name for output in self._session.get_outputs()][:3]

    @property
    def labels(self) -> tuple[str, ...]:
        """The one label."""
        return (FACE,)

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """The faces in each picture, the surest first."""
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Picture) -> tuple[Detection, ...]:
        check_picture(picture)
        height, width = picture.shape[:2]
        part = min(1.0, LONGEST / max(height, width))
        # The network halves its input five times.
        columns, rows = (max(32, round(side * part / 32) * 32) for side in (width, height))
        blob = cv2.dnn.blobFromImage(picture, 1.0, (columns, rows), (0, 0, 0), swapRB=True, crop=False)
        heat, scale, offset = self._session.run(self._outputs, {self._input: blob})
        return suppress(decode(heat[0, 0], scale[0], offset[0]))


def decode(heat: NDArray[np.float32], scale: NDArray[np.float32], offset: NDArray[np.float32]) -> list[Detection]:
    """From the network's heads to boxes as parts of the picture.

    Args:
        heat: (rows, columns), how likely a face has its middle in a cell.
        scale: (2, rows, columns), logarithm of height and width in cells.
        offset: (2, rows, columns), where in its cell the middle lies, down and to the right.
    """
    found: list[Detection] = []
    total_rows, total_columns = heat.shape
    for row, column in np.argwhere(heat > THRESHOLD).tolist():
        high, wide = np.exp(scale[:, row, column]).tolist()
        down, right = offset[:, row, column].tolist()
        y, x = row + down + 0.5, column + right + 0.5
        box = Box((x - wide / 2) / total_columns, (y - high / 2) / total_rows, (x + wide / 2) / total_columns, (y + high / 2) / total_rows)
        found.append(Detection(FACE, round(float(heat[row, column]), 4), box.clipped()))
    return found


def find_faces(cache: Path) -> CenterFace | None:
    """The face model, when it is installed."""
    model = face_model(cache)
    return CenterFace(model) if model.is_file() else None
