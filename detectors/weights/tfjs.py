"""Reads a TensorFlow.js graph model: nodes from its JSON, numbers from its binary member.

Format: https://github.com/tensorflow/tfjs/tree/master/tfjs-converter (``model.json`` with ``modelTopology`` and ``weightsManifest``).
"""

import base64
import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[Any]


class Node(msgspec.Struct, frozen=True):
    """One operation of the graph.

    Attributes:
        name: unique.
        op: TensorFlow's name of the operation.
        input: tensors it takes, ``node`` or ``node:output``.
        attr: its attributes in TensorFlow's JSON form.
    """

    name: str
    op: str
    input: list[str] = []
    attr: dict[str, Any] = {}

    def integers(self, key: str) -> list[int]:
        """An attribute that is a list of integers."""
        return [int(number) for number in self.attr[key]["list"]["i"]]

    def text(self, key: str) -> str:
        """An attribute that is a text (kept as base64)."""
        return base64.b64decode(self.attr[key]["s"]).decode()

    def flag(self, key: str) -> bool:
        """An attribute that is a truth value; absent means false."""
        return bool(self.attr.get(key, {}).get("b", False))


class _Topology(msgspec.Struct, frozen=True):
    node: list[Node]


class _Quantization(msgspec.Struct, frozen=True):
    dtype: str
    scale: float = 1.0
    min: float = 0.0


class _Weight(msgspec.Struct, frozen=True):
    name: str
    shape: list[int]
    dtype: str
    quantization: _Quantization | None = None


class _Group(msgspec.Struct, frozen=True):
    weights: list[_Weight]


class _Model(msgspec.Struct, frozen=True, rename="camel"):
    model_topology: _Topology
    weights_manifest: list[_Group]


class Graph(msgspec.Struct, frozen=True):
    """A graph model in memory: nodes by name, constants by name."""

    nodes: Mapping[str, Node]
    constants: Mapping[str, Tensor]


def read_graph(topology: bytes, weights: bytes) -> Graph:
    """Decode both members of a graph model.

    Raises:
        ValueError: not such a model, or the numbers do not add up to the binary member's size.
    """
    model = msgspec.json.decode(topology, type=_Model)
    constants: dict[str, Tensor] = {}
    offset = 0
    for weight in (weight for group in model.weights_manifest for weight in group.weights):
        kept = np.dtype(weight.quantization.dtype if weight.quantization else weight.dtype)
        count = math.prod(weight.shape)
        if offset + count * kept.itemsize > len(weights):
            msg = f"the weights end before {weight.name}: {len(weights)} bytes are too few"
            raise ValueError(msg)
        constants[weight.name] = _restore(np.frombuffer(weights, kept, count, offset).reshape(weight.shape), weight)
        offset += count * kept.itemsize
    if offset != len(weights):
        msg = f"the weights hold {len(weights)} bytes, the manifest describes {offset}"
        raise ValueError(msg)
    return Graph({node.name: node for node in model.model_topology.node}, constants)


def _restore(kept: Tensor, weight: _Weight) -> Tensor:
    """Undo the storage format: half floats widen exactly, integers are scaled."""
    if weight.quantization is not None and kept.dtype.kind != "f":
        return (kept.astype(np.float32) * np.float32(weight.quantization.scale) + np.float32(weight.quantization.min)).astype(weight.dtype)
    return kept.astype(weight.dtype)
