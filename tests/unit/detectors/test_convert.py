"""The converter from TensorFlow.js to ONNX: each operation against plain numpy, and what it refuses."""

import json

import numpy as np
import onnxruntime
import pytest

from detectors.weights.convert import convert
from detectors.weights.tfjs import read_graph
from tests.fakes.tinymodel import Values, doubling, integers, model, node, placeholder, text

X = np.random.default_rng(3).normal(size=(1, 4, 4, 2)).astype(np.float32)
"""Channels last, as TensorFlow.js computes."""


def run(content: bytes, x: Values = X) -> list[Values]:
    """Run an ONNX model on its input x."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return [np.asarray(output) for output in session.run(None, {"x": x})]


def converted(
    nodes: list[dict[str, object]], constants: dict[str, Values], outputs: dict[str, str] | None = None, x: Values = X
) -> list[Values]:
    """Convert a model with input x and run it."""
    topology, weights = model([placeholder(*x.shape), *nodes], constants or {"unused": np.zeros(1, np.float32)})
    return run(convert(topology, weights, outputs or {"y": "out"}), x)


CONVOLUTION = {"padding": text("VALID"), "strides": integers(1, 1, 1, 1), "dilations": integers(1, 1, 1, 1)}


def convolved(x: Values, kernel: Values) -> Values:
    """A valid convolution, written as its sum."""
    height, width = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    y = np.zeros((1, height, width, kernel.shape[3]), np.float32)
    for row in range(height):
        for column in range(width):
            patch = x[0, row : row + kernel.shape[0], column : column + kernel.shape[1], :]
            y[0, row, column] = np.tensordot(patch, kernel, axes=3)
    return y


def test_a_convolution() -> None:
    """A convolution with channels last gives what its sum gives."""
    kernel = np.random.default_rng(4).normal(size=(3, 3, 2, 5)).astype(np.float32)
    (y,) = converted([node("y", "Conv2D", ["x", "k"], **CONVOLUTION)], {"k": kernel})
    np.testing.assert_allclose(y, convolved(X, kernel), rtol=1e-4, atol=1e-5)


def test_a_bias_is_taken_into_its_convolution() -> None:
    """Convolution and bias become one node with the same result."""
    kernel, bias = np.ones((1, 1, 2, 3), np.float32), np.array([1, 2, 3], np.float32)
    nodes = [node("c", "Conv2D", ["x", "k"], **CONVOLUTION), node("y", "Add", ["c", "b"])]
    (y,) = converted(nodes, {"k": kernel, "b": bias})
    np.testing.assert_allclose(y, convolved(X, kernel) + bias, rtol=1e-5)


def test_same_padding_keeps_the_size() -> None:
    """SAME padding keeps width and height at stride one."""
    attributes = CONVOLUTION | {"padding": text("SAME")}
    (y,) = converted([node("y", "Conv2D", ["x", "k"], **attributes)], {"k": np.ones((3, 3, 2, 1), np.float32)})
    assert y.shape == (1, 4, 4, 1)


def test_pooling() -> None:
    """A maximum over 2 x 2 windows."""
    attributes = {"padding": text("VALID"), "strides": integers(1, 2, 2, 1), "ksize": integers(1, 2, 2, 1)}
    (y,) = converted([node("y", "MaxPool", ["x"], **attributes)], {})
    np.testing.assert_array_equal(y, X.reshape(1, 2, 2, 2, 2, 2).max(axis=(2, 4)))


@pytest.mark.parametrize(("op", "fill"), [("Pad", 0.0), ("PadV2", -7.0)])
def test_padding(op: str, fill: float) -> None:
    """Widths are given by axis; the fill is zero or the third input."""
    widths = np.array([[0, 0], [1, 2], [0, 1], [0, 0]], np.int32)
    constants: dict[str, Values] = {"w": widths} | ({"f": np.array(fill, np.float32)} if op == "PadV2" else {})
    (y,) = converted([node("y", op, ["x", *constants])], constants)
    np.testing.assert_array_equal(y, np.pad(X, widths, constant_values=fill))


@pytest.mark.parametrize(
    ("op", "attributes", "expected"),
    [
        ("Relu", {}, np.maximum(X, 0)),
        ("LeakyRelu", {"alpha": {"f": 0.1}}, np.where(X > 0, X, X * np.float32(0.1))),
        ("Sigmoid", {}, 1 / (1 + np.exp(-X))),
        ("Identity", {}, X),
    ],
)
def test_one_to_one_operations(op: str, attributes: dict[str, object], expected: Values) -> None:
    """Activations mean the same in both formats."""
    (y,) = converted([node("y", op, ["x"], **attributes)], {})
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)


def test_split_gives_several_outputs() -> None:
    """A split's outputs are named node and node:1."""
    nodes = [node("s", "SplitV", ["x", "sizes", "axis"])]
    left, right = converted(nodes, {"sizes": np.array([1, 3], np.int32), "axis": np.array(2, np.int32)}, {"s": "left", "s:1": "right"})
    np.testing.assert_array_equal(left, X[:, :, :1])
    np.testing.assert_array_equal(right, X[:, :, 1:])


def test_concatenation_and_transposition() -> None:
    """Concatenation along an axis, and a transposition that stands for itself."""
    nodes = [node("c", "ConcatV2", ["x", "x", "axis"]), node("y", "Transpose", ["c", "perm"])]
    (y,) = converted(nodes, {"axis": np.array(3, np.int32), "perm": np.array([0, 3, 1, 2], np.int32)})
    np.testing.assert_array_equal(y, np.concatenate([X, X], axis=3).transpose(0, 3, 1, 2))


def test_a_turn_and_its_opposite_leave_no_node() -> None:
    """Transpositions that meet their opposite vanish from the model."""
    nodes = [node("t", "Transpose", ["x", "there"]), node("y", "Transpose", ["t", "back"])]
    constants: dict[str, Values] = {"there": np.array([0, 3, 1, 2], np.int32), "back": np.array([0, 2, 3, 1], np.int32)}
    topology, weights = model([placeholder(*X.shape), *nodes], constants)
    content = convert(topology, weights, {"y": "out"})
    assert b"Transpose" not in content
    np.testing.assert_array_equal(run(content)[0], X)


def test_resizing_by_half_pixel_centres() -> None:
    """Doubling a constant picture keeps it constant, and doubling a slope keeps its middle."""
    slope = np.tile(np.arange(4, dtype=np.float32)[None, None, :, None], (1, 4, 1, 2))
    attributes = {"half_pixel_centers": {"b": True}, "align_corners": {"b": False}}
    (y,) = converted([node("y", "ResizeBilinear", ["x", "size"], **attributes)], {"size": np.array([8, 8], np.int32)}, x=slope)
    assert y.shape == (1, 8, 8, 2)
    np.testing.assert_allclose(y[0, 3, :, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3], rtol=1e-5)


def test_the_same_input_gives_the_same_bytes() -> None:
    """Conversion is deterministic, so that a cache can be checked by its hash."""
    assert convert(*doubling(), {"y": "doubled"}) == convert(*doubling(), {"y": "doubled"})


def test_an_unknown_operation_is_named() -> None:
    """What the converter does not know is refused with its name and place, and what it knows."""
    topology, weights = model([placeholder(1, 2), node("y", "FFT", ["x"])], {"unused": np.zeros(1, np.float32)})
    with pytest.raises(ValueError, match=r"the operation FFT \(node y\) is not known to the converter; known: Add, AddV2, ConcatV2"):
        convert(topology, weights, {"y": "out"})


def test_a_value_that_must_be_constant() -> None:
    """A transposition whose order is computed at run time cannot be converted."""
    topology, weights = model([placeholder(1, 2), node("y", "Transpose", ["x", "x"])], {"unused": np.zeros(1, np.float32)})
    with pytest.raises(ValueError, match="x is computed at run time where the converter needs a constant"):
        convert(topology, weights, {"y": "out"})


def test_half_floats_and_scaled_integers_are_restored() -> None:
    """Numbers stored in fewer bits come back as 32-bit floats."""
    halves, scaled = np.array([0.5, -2.25], np.float32), np.array([-1.0, 0.0, 3.5], np.float32)
    graph = read_graph(*model([], {"h": halves, "s": scaled}, {"h": "float16", "s": "uint8"}))
    np.testing.assert_array_equal(graph.constants["h"], halves)
    np.testing.assert_array_equal(graph.constants["s"], scaled)
    assert graph.constants["s"].dtype == np.float32


@pytest.mark.parametrize(
    ("change", "message"), [(-1, "the weights end before unused"), (1, "the weights hold 5 bytes, the manifest describes 4")]
)
def test_weights_that_do_not_add_up(change: int, message: str) -> None:
    """Too few or too many bytes are refused with the numbers."""
    topology, weights = doubling()
    with pytest.raises(ValueError, match=message):
        read_graph(topology, (weights + b"x")[: len(weights) + change])


def test_a_file_of_another_kind() -> None:
    """JSON that is no graph model is refused."""
    with pytest.raises(ValueError, match="modelTopology"):
        read_graph(json.dumps({"format": "layers-model"}).encode(), b"")
