"""A TensorFlow.js graph model of a few nodes, and a tarball that carries it, as npm would bring it."""

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detectors.weights.pins import Pin

Values = NDArray[Any]


def node(name: str, op: str, inputs: Sequence[str] = (), **attributes: Any) -> dict[str, Any]:
    """A node in TensorFlow's JSON form."""
    return {"name": name, "op": op, "input": list(inputs), "attr": attributes}


def text(value: str) -> dict[str, str]:
    """A text attribute."""
    return {"s": base64.b64encode(value.encode()).decode()}


def integers(*values: int) -> dict[str, Any]:
    """A list attribute."""
    return {"list": {"i": [str(value) for value in values]}}


def placeholder(*shape: int) -> dict[str, Any]:
    """The model's input ``x``."""
    return node("x", "Placeholder", shape={"shape": {"dim": [{"size": str(side)} for side in shape]}})


def model(
    nodes: Sequence[Mapping[str, Any]], constants: Mapping[str, Values], stored: Mapping[str, str] | None = None
) -> tuple[bytes, bytes]:
    """Topology and weights of a model.

    Args:
        nodes: without the constants' own nodes.
        constants: numbers by name.
        stored: storage type of a constant where it is not its own (``float16``, or ``uint8`` scaled by 0.5 from -1).
    """
    manifest, binary = [], b""
    for name, value in constants.items():
        entry: dict[str, Any] = {"name": name, "shape": list(value.shape), "dtype": str(value.dtype)}
        kind = (stored or {}).get(name)
        if kind is not None:
            entry["quantization"] = {"dtype": kind} | ({"scale": 0.5, "min": -1.0} if kind == "uint8" else {})
            binary += (value.astype(kind) if kind == "float16" else np.round((value + 1.0) / 0.5).astype(np.uint8)).tobytes()
        else:
            binary += value.tobytes()
        manifest.append(entry)
    all_nodes = [*nodes, *(node(name, "Const") for name in constants)]
    topology = {"modelTopology": {"node": all_nodes}, "weightsManifest": [{"paths": ["m.bin"], "weights": manifest}]}
    return json.dumps(topology).encode(), binary


def doubling() -> tuple[bytes, bytes]:
    """A model that adds its input to itself: ``y = x + x`` for x of shape (1, 2, 3, 3)."""
    return model([placeholder(1, 2, 3, 3), node("y", "Add", ["x", "x"])], {"unused": np.zeros(1, np.float32)})


def pin(topology: bytes, weights: bytes) -> Pin:
    """A pin of a model with the output ``y``."""
    return Pin(
        name="tiny",
        package="tiny-models",
        version="1.0.0",
        topology="package/m.json",
        weights="package/m.bin",
        sha256={"package/m.json": hashlib.sha256(topology).hexdigest(), "package/m.bin": hashlib.sha256(weights).hexdigest()},
        megabytes=1,
        licence="Apache-2.0",
        outputs={"y": "doubled"},
    )


def tarball(path: Path, members: Mapping[str, bytes]) -> Path:
    """A gzipped tar file with members."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path
