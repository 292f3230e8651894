"""What runs a network: the part of a detector that differs from one runtime to another."""

from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from config.problem import Problem, ProblemsError
from detectors.inference.onnx import open_session

Numbers = NDArray[np.floating[Any]]


class Engine(Protocol):
    """A network that is loaded and warm."""

    @property
    def input_name(self) -> str:
        """Name of its one input."""

    @property
    def input_shape(self) -> tuple[int | str | None, ...]:
        """Shape of its one input; what is no number is free."""

    @property
    def output_shapes(self) -> dict[str, tuple[int | str | None, ...]]:
        """Shapes of its outputs by name."""

    def run(self, outputs: list[str], blob: NDArray[np.float32]) -> list[Numbers]:
        """The named outputs for one input."""


class OnnxruntimeEngine:
    """An :class:`Engine` on onnxruntime: one thread, no spinning.

    Raises:
        ProblemsError: the file is no ONNX model.
    """

    def __init__(self, model: Path) -> None:
        self._session = open_session(model)
        self._input: str = self._session.get_inputs()[0].name

    @property
    def input_name(self) -> str:
        """As the file has it."""
        return self._input

    @property
    def input_shape(self) -> tuple[int | str | None, ...]:
        """As the file has it."""
        return tuple(self._session.get_inputs()[0].shape)

    @property
    def output_shapes(self) -> dict[str, tuple[int | str | None, ...]]:
        """As the file has them."""
        return {output.name: tuple(output.shape) for output in self._session.get_outputs()}

    def run(self, outputs: list[str], blob: NDArray[np.float32]) -> list[Numbers]:
        """One input through the network."""
        return list(self._session.run(outputs, {self._input: blob}))


class OpencvEngine:
    """An :class:`Engine` on OpenCV's own network module, where onnxruntime has no build. Twice as slow, the same numbers to six digits.

    Args:
        model: ONNX file.
        side: of the square that it is given; the module itself does not tell what a file asks for.

    Raises:
        ProblemsError: the file is no ONNX model that OpenCV can read.
    """

    def __init__(self, model: Path, side: int = 416) -> None:
        if not model.is_file():
            raise ProblemsError(
                [Problem(file=str(model), what="there is no such model file.", fix="Run cityloop weights, or name another file.")]
            )
        self._shape = (1, 3, side, side)
        try:
            self._net = cv2.dnn.readNetFromONNX(str(model))
            self._names = list(self._net.getUnconnectedOutLayersNames())
            warm = self.run(self._names, np.zeros(self._shape, np.float32))
        except cv2.error as error:
            reason = str(error).strip().splitlines()[0][:200]
            raise ProblemsError(
                [Problem(file=str(model), what=f"OpenCV cannot read this model: {reason}.", fix="Use CITYLOOP_INFERENCE=onnxruntime.")]
            ) from error
        self._outputs = {name: tuple(head.shape) for name, head in zip(self._names, warm, strict=True)}

    @property
    def input_name(self) -> str:
        """OpenCV needs none."""
        return ""

    @property
    def input_shape(self) -> tuple[int | str | None, ...]:
        """The square that it was tried with."""
        return self._shape

    @property
    def output_shapes(self) -> dict[str, tuple[int | str | None, ...]]:
        """As they came out."""
        return dict(self._outputs)

    def run(self, outputs: list[str], blob: NDArray[np.float32]) -> list[Numbers]:
        """One input through the network."""
        self._net.setInput(blob)
        heads = dict(zip(self._names, self._net.forward(self._names), strict=True))  # It gives all or none.
        return [np.asarray(heads[name], np.float32) for name in outputs]
