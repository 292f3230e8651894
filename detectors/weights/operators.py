"""How each TensorFlow operation of the known models is written in ONNX (opset 18): one small function each, in one table."""

from collections.abc import Mapping, Sequence

import numpy as np

from detectors.weights.builder import TO_NCHW, TO_NHWC, Builder, Operator
from detectors.weights.tfjs import Node

PADDING = {"SAME": "SAME_UPPER", "VALID": "VALID"}


def _constant(builder: Builder, node: Node) -> Sequence[str]:
    return [builder.constant(node.name, builder.value(node.name))]


def _placeholder(builder: Builder, node: Node) -> Sequence[str]:
    return [builder.input(node.name, [int(side["size"]) for side in node.attr["shape"]["shape"]["dim"]])]


def _convolution(builder: Builder, node: Node, bias: Sequence[str] = ()) -> Sequence[str]:
    kernel = builder.constant(f"{node.name}/kernel", builder.value(node.input[1]).transpose(3, 2, 0, 1))
    output = builder.add(
        "Conv",
        [builder.turn(builder.tensor(node.input[0]), TO_NCHW), kernel, *bias],
        [f"{node.name}/convolved"],
        strides=node.integers("strides")[1:3],
        dilations=node.integers("dilations")[1:3],
        auto_pad=PADDING[node.text("padding")],
    )
    return [builder.turn(output[0], TO_NHWC)]


def _addition(builder: Builder, node: Node) -> Sequence[str]:
    left, right = (builder.node(reference) for reference in node.input)
    if left.op == "Conv2D" and right.op == "Const" and builder.value(right.name).ndim == 1:
        return _convolution(builder, left, bias=[builder.constant(right.name, builder.value(right.name))])
    return builder.add("Add", [builder.tensor(reference) for reference in node.input], [node.name])


def _pooling(builder: Builder, node: Node) -> Sequence[str]:
    output = builder.add(
        "MaxPool",
        [builder.turn(builder.tensor(node.input[0]), TO_NCHW)],
        [f"{node.name}/pooled"],
        kernel_shape=node.integers("ksize")[1:3],
        strides=node.integers("strides")[1:3],
        auto_pad=PADDING[node.text("padding")],
    )
    return [builder.turn(output[0], TO_NHWC)]


def _padding(builder: Builder, node: Node) -> Sequence[str]:
    widths = builder.constant(f"{node.name}/widths", builder.value(node.input[1]).T.reshape(-1).astype(np.int64))
    fill = float(builder.value(node.input[2])) if len(node.input) > 2 else 0.0
    return builder.add(
        "Pad", [builder.tensor(node.input[0]), widths, builder.constant(f"{node.name}/fill", np.array(fill, np.float32))], [node.name]
    )


def _transposition(builder: Builder, node: Node) -> Sequence[str]:
    return [builder.turn(builder.tensor(node.input[0]), [int(axis) for axis in builder.value(node.input[1])])]


def _concatenation(builder: Builder, node: Node) -> Sequence[str]:
    parts = [builder.tensor(reference) for reference in node.input[:-1]]
    return builder.add("Concat", parts, [node.name], axis=int(builder.value(node.input[-1])))


def _split(builder: Builder, node: Node) -> Sequence[str]:
    sizes = builder.value(node.input[1]).astype(np.int64)
    outputs = [f"{node.name}/part{index}" for index in range(len(sizes))]
    axis = int(builder.value(node.input[2]))
    return builder.add("Split", [builder.tensor(node.input[0]), builder.constant(f"{node.name}/sizes", sizes)], outputs, axis=axis)


def _resizing(builder: Builder, node: Node) -> Sequence[str]:
    modes = {"half_pixel_centers": "half_pixel", "align_corners": "align_corners"}
    mode = next((word for key, word in modes.items() if node.flag(key)), "asymmetric")
    source = builder.turn(builder.tensor(node.input[0]), TO_NCHW)
    target = builder.value(node.input[1]).reshape(-1).astype(np.int64)
    shape, leading, size = (f"{node.name}/{part}" for part in ("shape", "leading", "size"))
    bounds = [builder.constant("zero", np.array([0], np.int64)), builder.constant("two", np.array([2], np.int64))]
    builder.add("Shape", [source], [shape])
    builder.add("Slice", [shape, *bounds], [leading])
    builder.add("Concat", [leading, builder.constant(f"{node.name}/target", target)], [size], axis=0)
    output = builder.add("Resize", [source, "", "", size], [f"{node.name}/resized"], mode="linear", coordinate_transformation_mode=mode)
    return [builder.turn(output[0], TO_NHWC)]


def _leaky(builder: Builder, node: Node) -> Sequence[str]:
    return builder.add("LeakyRelu", [builder.tensor(node.input[0])], [node.name], alpha=float(node.attr["alpha"]["f"]))


def _plain(op: str) -> Operator:
    """An operation that both know by the same meaning."""
    return lambda builder, node: builder.add(op, [builder.tensor(reference) for reference in node.input], [node.name])


OPERATORS: Mapping[str, Operator] = {
    "Add": _addition,
    "AddV2": _addition,
    "ConcatV2": _concatenation,
    "Const": _constant,
    "Conv2D": _convolution,
    "Identity": _plain("Identity"),
    "LeakyRelu": _leaky,
    "MaxPool": _pooling,
    "Pad": _padding,
    "PadV2": _padding,
    "Placeholder": _placeholder,
    "Relu": _plain("Relu"),
    "ResizeBilinear": _resizing,
    "Sigmoid": _plain("Sigmoid"),
    "SplitV": _split,
    "Transpose": _transposition,
}
"""Every operation that the converter knows."""
