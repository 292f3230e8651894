"""Makes an eight-bit model of the default one: convolutions alone, each channel with its own scale, measured on real frames.

The other operations stay exact: with all of them in eight bits the boxes' distributions come out as garbage.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from config.problem import Problem, ProblemsError
from detectors.inference.agreement import Agreement, compare
from detectors.inference.detector import NanoDet
from detectors.inference.port import Detector, Picture

Say = Callable[[str], None]
NAME = "model-int8.onnx"


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime's quantisation has no types.
    """Gives the calibration one input after the other."""

    def __init__(self, name: str, blobs: Iterator[NDArray[np.float32]]) -> None:
        self._name = name
        self._blobs = blobs

    def get_next(self) -> dict[str, Any] | None:
        """The next input, or ``None`` after the last."""
        blob = next(self._blobs, None)
        return None if blob is None else {self._name: blob}


def quantised_file(model: Path) -> Path:
    """Where the eight-bit model of a model is kept."""
    return model.with_name(NAME)


def require_quantised(model: Path) -> Path:
    """The eight-bit model.

    Raises:
        ProblemsError: it was not made yet.
    """
    if not quantised_file(model).is_file():
        raise ProblemsError(
            [Problem(file=str(quantised_file(model)), what="there is no eight-bit model yet.", fix="Run: cityloop weights --int8")]
        )
    return quantised_file(model)


def quantise(model: Path, measured: Sequence[Picture], held_out: Sequence[Picture], say: Say) -> Agreement:
    """Make the eight-bit model beside the exact one; on frames that it was not made from it must agree with it.

    Args:
        model: the default model's ONNX file.
        measured: frames of streets with people and vehicles, on which the ranges of its numbers are measured.
        held_out: others, on which both models are compared.
        say: takes progress.

    Raises:
        ProblemsError: it does not see what the exact model sees; nothing is written then.
    """
    exact = NanoDet(model)
    say(f"weights: measuring ranges on {len(measured)} frames ...")
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".making-") as folder:
        made = Path(folder) / NAME
        quantize_static(
            str(model),
            str(made),
            _Reader(exact.input_name, (exact.blob(frame) for frame in measured)),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # Seven bits of weights: processors without VNNI add two products in sixteen bits, which eight overflow.
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["Conv"],
        )
        agreement = check(exact, NanoDet(made), held_out, quantised_file(model))
        made.with_name("card").write_bytes(msgspec.json.encode(agreement))
        made.with_name("card").replace(quantised_file(model).with_suffix(".json"))
        made.replace(quantised_file(model))
    return agreement


def check(exact: Detector, other: Detector, frames: Sequence[Picture], name: Path) -> Agreement:
    """How far a model agrees with the exact one.

    Raises:
        ProblemsError: not far enough; it says the figure.
    """
    agreement = compare(exact.detect(frames), other.detect(frames))
    if not agreement.holds:
        fix = "Keep CITYLOOP_INFERENCE=onnxruntime, or measure the ranges on footage with more people and vehicles (--footage)."
        raise ProblemsError([Problem(file=str(name), what=f"the eight-bit model does not agree with the exact one: {agreement}.", fix=fix)])
    return agreement
