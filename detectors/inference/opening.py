"""Which model, and what runs it, from settings: the one place where backends are chosen."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from config.problem import Problem, ProblemsError
from config.settings import Settings
from detectors.inference.detector import NanoDet
from detectors.inference.engine import OpencvEngine
from detectors.inference.labels import read_labels
from detectors.inference.openvinoengine import OpenvinoEngine
from detectors.inference.port import SquareDetector
from detectors.inference.ultralytics import open_ultralytics
from detectors.weights.cache import cache_folder, require


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be opened.

    Attributes:
        model: a file of one's own, or ``None`` for the default model.
        labels: its label map, or ``None``.
        cache: the user's cache folder.
    """

    model: Path | None
    labels: tuple[str, ...] | None
    cache: Path

    @property
    def file(self) -> Path:
        """The model's file."""
        return self.model or require(self.cache)


def _onnxruntime(choice: Choice) -> SquareDetector:
    return NanoDet(choice.file, choice.labels)


def _int8(choice: Choice) -> SquareDetector:
    from detectors.inference.quantise import require_quantised  # noqa: PLC0415  # The quantiser takes a second; only who wants it waits.

    return NanoDet(require_quantised(choice.file), choice.labels)


def _opencv(choice: Choice) -> SquareDetector:
    return NanoDet(choice.file, choice.labels, engine=OpencvEngine(choice.file))


def _openvino(choice: Choice) -> SquareDetector:
    return NanoDet(choice.file, choice.labels, engine=OpenvinoEngine(choice.file))


def _ultralytics(choice: Choice) -> SquareDetector:
    if choice.model is None:
        fix = "Write the path of a .pt or .onnx file, for example CITYLOOP_MODEL=/srv/city/my.pt."
        raise ProblemsError([Problem(file="CITYLOOP_MODEL", what="ultralytics needs weights of your own.", fix=fix)])
    return open_ultralytics(choice.model, choice.labels)


BACKENDS: Mapping[str, Callable[[Choice], SquareDetector]] = {
    "onnxruntime": _onnxruntime,
    "int8": _int8,
    "opencv": _opencv,
    "openvino": _openvino,
    "ultralytics": _ultralytics,
}


def open_detector(settings: Settings, environment: Mapping[str, str]) -> SquareDetector:
    """Open the detector that the settings ask for; a ``.pt`` file needs no other word.

    Args:
        settings: ``inference``, ``model`` and ``labels``.
        environment: says where the user's cache is.

    Raises:
        ProblemsError: a file is missing or does not fit, or the backend is not installed.
    """
    model = Path(settings.model) if settings.model else None
    labels = read_labels(Path(settings.labels)) if settings.labels else None
    name = "ultralytics" if model is not None and model.suffix == ".pt" else settings.inference
    return BACKENDS[name](Choice(model=model, labels=labels, cache=cache_folder(environment)))
