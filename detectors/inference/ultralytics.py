"""Weights of ultralytics (``.pt``, ``.onnx``) behind the port. The extra ``[yolo]``: it brings torch, and its licence is AGPL-3.0."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.problem import Problem, ProblemsError
from detectors.boxes import Box, Detection
from detectors.inference.detector import THRESHOLD
from detectors.inference.port import Picture, check_picture
from detectors.inference.suppression import suppress

SUFFIXES = frozenset({".pt", ".onnx"})
SIDE = 640
"""Side of the input where the weights do not tell theirs."""


class Ultralytics:
    """A :class:`detectors.inference.port.SquareDetector`.

    Args:
        model: an open ``ultralytics.YOLO``.
        labels: of its classes, in their order.
        side: of its input, pixels.
        threshold: things below this score are left out.
    """

    def __init__(self, model: Any, labels: tuple[str, ...], side: int = SIDE, threshold: float = THRESHOLD) -> None:
        self._model = model
        self._labels = labels
        self._side = side
        self._threshold = threshold

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that it can give."""
        return self._labels

    @property
    def side(self) -> int:
        """Side of the model's input, pixels."""
        return self._side

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """What is in each picture, the surest first."""
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Picture) -> tuple[Detection, ...]:
        check_picture(picture)
        (result,) = self._model.predict(np.ascontiguousarray(picture), imgsz=self._side, conf=self._threshold, device="cpu", verbose=False)
        boxes, scores, classes = (values.cpu().numpy().tolist() for values in (result.boxes.xyxyn, result.boxes.conf, result.boxes.cls))
        found = [
            Detection(self._labels[int(number)], round(min(1.0, score), 4), Box(*(round(side, 5) for side in sides)).clipped())
            for sides, score, number in zip(boxes, scores, classes, strict=True)
        ]
        return suppress(one for one in found if one.box.area > 0)


def open_ultralytics(file: Path, labels: tuple[str, ...] | None = None) -> Ultralytics:
    """Open weights.

    Args:
        file: ``.pt`` or ``.onnx``, as ultralytics writes them. A ``.pt`` is a Python pickle: it can run code when it is opened.
        labels: label map of one's own; default the names in the weights.

    Raises:
        ProblemsError: ultralytics is not installed, the file is no such weights, or the labels do not fit.
    """
    _check_file(file)
    try:
        import torch  # noqa: PLC0415  # Gigabytes that only this backend needs.
        from ultralytics import YOLO  # noqa: PLC0415  # As above.
    except ImportError as error:
        fix = 'Run: pip install "cityloop[yolo]" (several gigabytes with torch; the licence of ultralytics is AGPL-3.0).'
        raise ProblemsError([Problem(file=str(file), what="ultralytics is not installed.", fix=fix)]) from error
    torch.set_num_threads(1)
    try:
        model = YOLO(str(file), task="detect")
        names: Mapping[int, str] = dict(model.names)
        trained = dict(getattr(model, "overrides", {}) or {}).get("imgsz", SIDE)
        side = int(trained) if isinstance(trained, int) else SIDE
        detector = Ultralytics(model, checked_labels(file, names, labels), side)
        detector.detect([np.zeros((side, side, 3), np.uint8)])
    except ProblemsError:
        raise
    except Exception as error:  # What a foreign pickle raises has no common base.
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        fix = "Name weights that ultralytics has written (.pt, or .onnx by its export)."
        raise ProblemsError([Problem(file=str(file), what=f"ultralytics cannot open these weights: {reason}.", fix=fix)]) from error
    return detector


def _check_file(file: Path) -> None:
    """Ultralytics would try to download a file that is not there."""
    if file.suffix not in SUFFIXES or not file.is_file():
        what = "there is no such file" if not file.is_file() else f"weights end in .pt or .onnx, not in {file.suffix!r}"
        raise ProblemsError([Problem(file=str(file), what=f"{what}.", fix="Name weights that ultralytics has written.")])


def checked_labels(file: Path, names: Mapping[int, str], labels: tuple[str, ...] | None) -> tuple[str, ...]:
    """One label for each class.

    Raises:
        ProblemsError: the label map has another number of labels than the weights have classes.
    """
    own = tuple(names[number] for number in sorted(names))
    if labels is None:
        return own
    if len(labels) != len(own):
        what = f"these weights know {len(own)} classes ({', '.join(own[:5])} ...), the label map has {len(labels)}."
        raise ProblemsError([Problem(file=str(file), what=what, fix="Write one label a line, in the order of the classes.")])
    return labels
