"""OpenVINO behind the engine's port: the same model, faster on processors of Intel. The extra ``[openvino]``."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.problem import Problem, ProblemsError
from detectors.inference.engine import Numbers

EXACT_ON_ONE_THREAD = {
    "INFERENCE_NUM_THREADS": 1,
    "NUM_STREAMS": "1",
    "INFERENCE_PRECISION_HINT": "f32",
    "ENABLE_CPU_PINNING": False,
}
"""As onnxruntime is used here: one core a process. Without the hint, processors with bfloat16 would round each number to three digits;
without the last word, processes would be pinned to the same cores. (OpenVINO's documentation, "CPU device".)"""


class OpenvinoEngine:
    """A :class:`detectors.inference.engine.Engine` on OpenVINO's CPU plugin.

    Args:
        model: ONNX file.

    Raises:
        ProblemsError: there is no such file, it is no ONNX model, or OpenVINO is not installed.
    """

    def __init__(self, model: Path) -> None:
        if not model.is_file():
            fix = "Run cityloop weights, or name another file."
            raise ProblemsError([Problem(file=str(model), what="there is no such model file.", fix=fix)])
        try:
            import openvino  # noqa: PLC0415  # 180 MB that only this backend needs.
        except ImportError as error:
            fix = 'Run: pip install "cityloop[openvino]" (60 MB to fetch; Apache-2.0).'
            raise ProblemsError([Problem(file="CITYLOOP_INFERENCE", what="OpenVINO is not installed.", fix=fix)]) from error
        try:
            self._model: Any = openvino.Core().compile_model(str(model), "CPU", EXACT_ON_ONE_THREAD)
        except RuntimeError as error:
            reason = (str(error).strip().splitlines() or ["no reason"])[-1][:200]
            raise ProblemsError(
                [Problem(file=str(model), what=f"OpenVINO cannot read this model: {reason}.", fix="Use CITYLOOP_INFERENCE=onnxruntime.")]
            ) from error
        self._request: Any = self._model.create_infer_request()

    @property
    def input_name(self) -> str:
        """As the file has it."""
        return str(self._model.inputs[0].get_any_name())

    @property
    def input_shape(self) -> tuple[int | str | None, ...]:
        """As the file has it; a free side is ``None``."""
        return _shape(self._model.inputs[0])

    @property
    def output_shapes(self) -> dict[str, tuple[int | str | None, ...]]:
        """As the file has them; one that has several names in the graph stands under each."""
        return {str(name): _shape(output) for output in self._model.outputs for name in output.get_names()}

    def run(self, outputs: list[str], blob: NDArray[np.float32]) -> list[Numbers]:
        """One input through the network. What is returned is the caller's: the engine's own memory is used again by the next input."""
        heads = self._request.infer([blob])
        return [np.array(heads[self._model.output(name)], np.float32) for name in outputs]


def _shape(port: Any) -> tuple[int | str | None, ...]:
    return tuple(int(side.get_length()) if side.is_static else None for side in port.get_partial_shape())
