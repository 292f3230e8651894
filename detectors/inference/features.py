"""The default model's backbone alone: one vector for a crop, the frozen ground on which small heads are taught."""

from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from detectors.inference.nanodet import DEVIATIONS, MEANS
from detectors.inference.onnx import open_session
from detectors.inference.port import Picture, check_picture

SIDE = 160
"""A crop is looked at in this square: 25 positions of the coarser level, 100 of the finer."""
LEVELS = ("PartitionedCall/onnx_tf_prefix_LeakyRelu_41", "PartitionedCall/onnx_tf_prefix_LeakyRelu_61")
"""Tensors of the default model at strides of 16 and 32 pixels, before its neck."""
NAME = "nanodet-g-416/41+61/160"
"""Goes into every head: under other features its numbers mean nothing."""


class Backbone:
    """A :class:`detectors.inference.port.FeatureExtractor` cut out of the detector's own file, so that nothing more is fetched.

    Args:
        model: ONNX file of the default model.

    Raises:
        ProblemsError: the file is no such model.
    """

    def __init__(self, model: Path) -> None:
        self._session = open_session(model, _cut)
        self._input = self._session.get_inputs()[0].name

    @property
    def name(self) -> str:
        """What the features are, for the heads taught on them."""
        return NAME

    def features(self, crop: Picture) -> NDArray[np.float32]:
        """The vector of a crop, of length 1.

        Each channel is averaged over the whole crop, its upper and its lower half, and its largest value is taken:
        rubbish above the rim of a bin is another thing than rubbish beside its foot.

        Raises:
            ValueError: this is no picture.
        """
        check_picture(crop)
        square = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        blob = ((square - np.array(MEANS, np.float32)) / np.array(DEVIATIONS, np.float32)).transpose(2, 0, 1)[None]
        parts = [part for level in self._session.run(list(LEVELS), {self._input: blob}) for part in _pooled(level[0])]
        whole = np.concatenate(parts)
        return np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-9), dtype=np.float32)


def _pooled(level: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """(channels, rows, columns) to four vectors of channels."""
    half = level.shape[1] // 2
    return [level.mean((1, 2)), level[:, :half].mean((1, 2)), level[:, half:].mean((1, 2)), level.max((1, 2))]


def _cut(model: Path) -> bytes:
    """The part of the graph that the two levels need, for inputs of any size."""
    whole = onnx.load(str(model))
    graph = whole.graph
    makers = {output: node for node in graph.node for output in node.output}
    needed, open_ends = set[str](), list(LEVELS)
    while open_ends:
        name = open_ends.pop()
        if name in makers and name not in needed:
            needed.add(name)
            open_ends.extend(makers[name].input)
    absent = [level for level in LEVELS if level not in needed]
    if absent:
        msg = f"it has no tensor {absent[0]}, so it is not the default model"
        raise ValueError(msg)
    nodes = [node for node in graph.node if needed.intersection(node.output)]
    used = {name for node in nodes for name in node.input}
    numbers = [number for number in graph.initializer if number.name in used]
    shape: list[int | str | None] = [1, 3, "rows", "columns"]
    given = helper.make_tensor_value_info(graph.input[0].name, TensorProto.FLOAT, shape)
    levels = [helper.make_tensor_value_info(level, TensorProto.FLOAT, None) for level in LEVELS]
    part = helper.make_graph(nodes, "backbone", [given], levels, numbers)
    cut = helper.make_model(part, opset_imports=whole.opset_import)
    cut.ir_version = whole.ir_version
    return bytes(cut.SerializeToString())
