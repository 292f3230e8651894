"""From a TensorFlow.js graph model to ONNX bytes, the same bytes on every run."""

from collections.abc import Mapping

from detectors.weights.builder import Builder
from detectors.weights.operators import OPERATORS
from detectors.weights.tfjs import read_graph

REVISION = 1
"""Raised when the converter writes something else for the same input, so that caches are made anew."""


def convert(topology: bytes, weights: bytes, outputs: Mapping[str, str]) -> bytes:
    """Convert a model.

    Args:
        topology: the JSON member.
        weights: the binary member.
        outputs: ONNX output name by TensorFlow tensor.

    Returns:
        A serialized ONNX model.

    Raises:
        ValueError: the members do not fit each other, or hold an operation that the converter does not know.
    """
    model = Builder(read_graph(topology, weights), OPERATORS).model(outputs)
    return bytes(model.SerializeToString(deterministic=True))
