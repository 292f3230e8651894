"""Collects ONNX nodes while a TensorFlow graph is walked from its outputs back to its input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from detectors.weights.tfjs import Graph, Node, Tensor

OPSET = 18
IR_VERSION = 9
TO_NCHW = (0, 3, 1, 2)
TO_NHWC = (0, 2, 3, 1)

Operator = Callable[["Builder", Node], Sequence[str]]
"""Writes one TensorFlow node as ONNX nodes and returns the names of its outputs."""


class Builder:
    """Walks a graph and writes what it meets.

    Args:
        graph: the TensorFlow graph.
        operators: how each operation is written.
    """

    def __init__(self, graph: Graph, operators: Mapping[str, Operator]) -> None:
        self._graph = graph
        self._operators = operators
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs_of: dict[str, Sequence[str]] = {}
        self._turned: dict[str, tuple[str, tuple[int, ...]]] = {}

    def tensor(self, reference: str) -> str:
        """The ONNX name of a TensorFlow tensor; what it depends on is written first.

        Raises:
            ValueError: an operation that no converter is known for.
        """
        name, _, index = reference.partition(":")
        if name not in self._outputs_of:
            node = self._graph.nodes[name]
            operator = self._operators.get(node.op)
            if operator is None:
                msg = f"the operation {node.op} (node {name}) is not known to the converter; known: {', '.join(sorted(self._operators))}"
                raise ValueError(msg)
            self._outputs_of[name] = operator(self, node)
        return self._outputs_of[name][int(index or 0)]

    def value(self, reference: str) -> Tensor:
        """The numbers of a constant tensor.

        Raises:
            ValueError: the tensor is computed at run time.
        """
        name = reference.partition(":")[0]
        if name not in self._graph.constants:
            msg = f"{name} is computed at run time where the converter needs a constant"
            raise ValueError(msg)
        return self._graph.constants[name]

    def node(self, reference: str) -> Node:
        """The TensorFlow node behind a tensor."""
        return self._graph.nodes[reference.partition(":")[0]]

    def constant(self, name: str, value: Tensor) -> str:
        """Write a constant once."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Sequence[str]:
        """Write one node."""
        self._nodes.append(helper.make_node(op, list(inputs), list(outputs), name=f"{outputs[0]}/{op}", **attributes))
        return outputs

    def turn(self, tensor: str, axes: Sequence[int]) -> str:
        """Transpose; a turn back gives the original instead of a second node.

        TensorFlow.js computes with channels last and ONNX with channels first, so every convolution is wrapped in turns
        most of which meet their opposite.
        """
        original, done = self._turned.get(tensor, (tensor, tuple(range(len(axes)))))
        both = tuple(done[axis] for axis in axes)
        if both == tuple(range(len(axes))):
            return original
        name = f"{original}/turned{''.join(map(str, both))}"
        if name not in self._turned:
            self.add("Transpose", [original], [name], perm=both)
            self._turned[name] = (original, both)
        return name

    def input(self, name: str, shape: Sequence[int]) -> str:
        """Declare an input of the model."""
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))
        return name

    def model(self, outputs: Mapping[str, str]) -> onnx.ModelProto:
        """Finish: name the outputs, drop what nothing uses, check.

        Args:
            outputs: ONNX name by TensorFlow tensor.

        Raises:
            onnx.checker.ValidationError: what was written is no valid model.
        """
        infos = []
        for reference, name in outputs.items():
            self.add("Identity", [self.tensor(reference)], [name])
            infos.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4))
        graph = helper.make_graph(self._needed(set(outputs.values())), "cityloop", self._inputs, infos, list(self._constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="cityloop")
        model.ir_version = IR_VERSION
        onnx.checker.check_model(model, full_check=True)
        return model

    def _needed(self, wanted: set[str]) -> list[onnx.NodeProto]:
        """A turn that was later turned back leaves a node that nothing reads."""
        kept: list[onnx.NodeProto] = []
        for node in reversed(self._nodes):
            if wanted.intersection(node.output):
                kept.append(node)
                wanted.update(node.input)
        return kept[::-1]
