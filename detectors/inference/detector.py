"""NanoDet, whatever runs it: a picture goes in as a square, its heads come out as things."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from config.problem import Problem, ProblemsError
from detectors.boxes import Box, Detection
from detectors.inference.engine import Engine, OnnxruntimeEngine
from detectors.inference.labels import coco80
from detectors.inference.letterbox import Fit, back, fit
from detectors.inference.nanodet import DEVIATIONS, MEANS, decode
from detectors.inference.port import Picture, check_picture
from detectors.inference.suppression import suppress

STRIDES = (8, 16, 32)
THRESHOLD = 0.2
"""Lower than a scene asks for to believe in a new thing: a known thing is followed through weaker frames."""


class NanoDet:
    """A :class:`detectors.inference.port.SquareDetector`.

    Args:
        model: ONNX file as :mod:`detectors.weights` writes it.
        labels: one for each class; default COCO's 80.
        threshold: things below this score are left out.
        engine: runs the model; default onnxruntime.

    Raises:
        ProblemsError: the file is no such model, or the labels do not fit it.
    """

    def __init__(
        self, model: Path, labels: tuple[str, ...] | None = None, threshold: float = THRESHOLD, engine: Engine | None = None
    ) -> None:
        self._labels = coco80() if labels is None else labels
        self._threshold = threshold
        self._engine = engine or OnnxruntimeEngine(model)
        self._size = _checked_size(self._engine, len(self._labels), model)
        self._outputs = [f"{part}{stride}" for stride in STRIDES for part in ("class", "distance")]
        self._blob = cv2.dnn.Image2BlobParams()
        self._blob.scalefactor = tuple(1 / deviation for deviation in DEVIATIONS)
        self._blob.mean = MEANS

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that it can give."""
        return self._labels

    @property
    def side(self) -> int:
        """Side of the model's input, pixels."""
        return self._size

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """What is in each picture, the surest first (the model takes one picture at a time)."""
        return [self._one(picture) for picture in pictures]

    @property
    def input_name(self) -> str:
        """Name of the model's input."""
        return self._engine.input_name

    def blob(self, picture: Picture) -> NDArray[np.float32]:
        """What the model is given for a picture."""
        return self._square(picture, fit(picture.shape[1], picture.shape[0], self._size))

    def _square(self, picture: Picture, fitted: Fit) -> NDArray[np.float32]:
        square = np.zeros((self._size, self._size, 3), np.uint8)
        smaller = fitted.width * 2 < picture.shape[1]
        square[fitted.top : fitted.top + fitted.height, fitted.left : fitted.left + fitted.width] = cv2.resize(
            picture, (fitted.width, fitted.height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        )
        return np.asarray(cv2.dnn.blobFromImageWithParams(square, self._blob), np.float32)

    def _one(self, picture: Picture) -> tuple[Detection, ...]:
        check_picture(picture)
        fitted = fit(picture.shape[1], picture.shape[0], self._size)
        heads = self._engine.run(self._outputs, self._square(picture, fitted))
        found: list[Detection] = []
        for stride, classes, distances in zip(STRIDES, heads[0::2], heads[1::2], strict=True):
            boxes, scores, indices = decode(classes[0], distances[0], stride, self._threshold)
            for sides, score, index in zip(back(boxes, fitted).tolist(), scores.tolist(), indices.tolist(), strict=True):
                found.append(Detection(self._labels[index], round(score, 4), Box(*(round(side, 5) for side in sides))))
        return suppress(one for one in found if one.box.area > 0)


def _checked_size(engine: Engine, labels: int, model: Path) -> int:
    """The side of the model's square input; every misfit of the model is told."""
    faults: list[str] = []
    shape = engine.input_shape
    square = len(shape) == 4 and shape[1] == 3 and isinstance(shape[2], int) and shape[2] == shape[3] and shape[2] % STRIDES[-1] == 0
    if not square:
        faults.append(f"its input is {list(shape)} where (1, 3, side, side) is needed")
    shapes = engine.output_shapes
    for stride in STRIDES:
        classes, distances = shapes.get(f"class{stride}"), shapes.get(f"distance{stride}")
        if classes is None or distances is None:
            faults.append(f"it has no outputs class{stride} and distance{stride} (it has {', '.join(sorted(shapes))})")
        elif classes[1] != labels:
            faults.append(f"it knows {classes[1]} classes at stride {stride}, the label map has {labels}")
        elif not isinstance(distances[1], int) or distances[1] % 4:
            faults.append(f"distance{stride} has {distances[1]} channels, which are not four sides")
    if faults:
        fix = "Use a NanoDet written by cityloop weights and the label map that belongs to it."
        raise ProblemsError([Problem(file=str(model), what=f"this model does not fit: {fault}.", fix=fix) for fault in faults])
    return int(str(shape[2]))
