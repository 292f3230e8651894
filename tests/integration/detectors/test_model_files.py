"""Model files that are none, or not the right one, and the real conversion."""

import hashlib
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from config.problem import ProblemsError
from detectors.inference.detector import NanoDet
from detectors.weights.convert import convert
from tests.fakes.footage import real_model
from tests.fakes.tinymodel import doubling


def refusal(model: Path, labels: tuple[str, ...] | None = None) -> str:
    """What is told about a model file, without its folder."""
    with pytest.raises(ProblemsError) as refused:
        NanoDet(model, labels)
    return str(refused.value).replace(f"{model.parent}/", "")


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named with the command that makes it."""
    assert refusal(tmp_path / "none.onnx") == "none.onnx: there is no such model file. Run cityloop weights, or name another file."


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    """A picture under a model's name is refused in one line."""
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x89PNG not a model" * 50)
    told = refusal(path)
    assert told.startswith("model.onnx: this is not an ONNX model: ")
    assert "\n" not in told


def test_a_model_of_another_kind(tmp_path: Path) -> None:
    """A good ONNX model that is no NanoDet is refused with every misfit."""
    path = tmp_path / "model.onnx"
    path.write_bytes(convert(*doubling(), {"y": "doubled"}))
    told = refusal(path).splitlines()
    assert len(told) == 4
    assert told[0].startswith("model.onnx: this model does not fit: its input is [1, 2, 3, 3] where (1, 3, side, side) is needed.")
    assert "it has no outputs class8 and distance8 (it has doubled)" in told[1]


def test_a_label_map_that_does_not_fit() -> None:
    """A model of 80 classes with a map of two labels is refused with both numbers."""
    assert "it knows 80 classes at stride 8, the label map has 2" in refusal(real_model(), ("bin", "bag"))


def test_distances_that_are_not_four_sides(tmp_path: Path) -> None:
    """A head whose distances cannot be shared out among four sides is refused."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 64, 64])
    outputs = [
        helper.make_tensor_value_info(f"{part}{stride}", TensorProto.FLOAT, [1, 3, 64, 64])
        for stride in (8, 16, 32)
        for part in ("class", "distance")
    ]
    nodes = [helper.make_node("Identity", ["x"], [output.name]) for output in outputs]
    model = helper.make_model(helper.make_graph(nodes, "g", [x], outputs), opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    assert "distance8 has 3 channels, which are not four sides" in refusal(path, ("a", "b", "c"))


def test_the_real_model_is_the_pinned_conversion() -> None:
    """The installed model is 15 MB of ONNX whose hash stands on its card."""
    content = real_model().read_bytes()
    assert 14_000_000 < len(content) < 16_000_000
    assert hashlib.sha256(content).hexdigest() in real_model().with_name("card.json").read_text(encoding="utf-8")
