"""Choosing a backend: one setting each, and a sentence for whatever is missing."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from config.problem import ProblemsError
from config.settings import Settings
from detectors.boxes import Box
from detectors.inference.detector import NanoDet
from detectors.inference.engine import OnnxruntimeEngine, OpencvEngine
from detectors.inference.opening import BACKENDS, open_detector
from detectors.inference.openvinoengine import OpenvinoEngine
from detectors.inference.ultralytics import Ultralytics, checked_labels
from tests.fakes.footage import real_model
from tests.fakes.painting import paint

NO_OPENVINO = 'OpenVINO is not installed here (pip install "cityloop[openvino]")'


def refused(**settings: str) -> str:
    """What is said to settings that cannot be used."""
    with pytest.raises(ProblemsError) as caught:
        open_detector(Settings(**settings), os.environ)  # type: ignore[arg-type]  # All of these are texts.
    return str(caught.value.problems[0])


def test_the_default_is_the_default_model() -> None:
    """Nothing set: NanoDet on onnxruntime, 416 pixels, COCO's labels."""
    real_model()
    detector = open_detector(Settings(), os.environ)
    assert isinstance(detector, NanoDet)
    assert (detector.side, len(detector.labels)) == (416, 80)


def test_opencv_sees_what_onnxruntime_sees() -> None:
    """The same model gives the same things, to rounding, on either engine."""
    picture = paint(("car", Box(0.2, 0.2, 0.6, 0.8)), size=(416, 416))
    exact, other = NanoDet(real_model()), open_detector(Settings(inference="opencv"), os.environ)
    blob = exact.blob(picture)
    heads = [
        engine.run(["class8", "distance32"], blob) for engine in (exact._engine, OpencvEngine(real_model()))
    ]  # The engine itself is compared.
    assert all(np.allclose(one, two, atol=1e-4) for one, two in zip(*heads, strict=True))
    assert [one.label for one in exact.detect([picture])[0]] == [one.label for one in other.detect([picture])[0]]


def test_openvino_gives_the_same_numbers() -> None:
    """Not only the same things: its heads are onnxruntime's to rounding, and what it returned does not change with the next input."""
    pytest.importorskip("openvino", reason=NO_OPENVINO)
    exact, other = OnnxruntimeEngine(real_model()), OpenvinoEngine(real_model())
    assert (other.input_name, other.input_shape) == (exact.input_name, exact.input_shape)
    assert exact.output_shapes.items() <= other.output_shapes.items()
    blob, names = np.random.default_rng(1).normal(size=(1, 3, 416, 416)).astype(np.float32), list(exact.output_shapes)
    first = other.run(names, blob)
    assert all(np.allclose(one, two, atol=1e-4) for one, two in zip(exact.run(names, blob), first, strict=True))
    before = [head.copy() for head in first]
    other.run(names, blob * 2)
    assert all(np.array_equal(one, two) for one, two in zip(before, first, strict=True))


def test_openvino_refuses_what_is_no_model(tmp_path: Path) -> None:
    """A text file is named, with OpenVINO's own reason and what to do."""
    pytest.importorskip("openvino", reason=NO_OPENVINO)
    wrong = tmp_path / "own.onnx"
    wrong.write_text("not a model")
    said = refused(inference="openvino", model=str(wrong))
    assert "OpenVINO cannot read this model" in said
    assert "Use CITYLOOP_INFERENCE=onnxruntime." in said


@pytest.mark.skipif(importlib.util.find_spec("openvino") is not None, reason="OpenVINO is installed here")
def test_openvino_says_what_to_install() -> None:
    """Without the extra it is told by name; the model's file is asked for first."""
    real_model()
    assert refused(inference="openvino") == (
        'CITYLOOP_INFERENCE: OpenVINO is not installed. Run: pip install "cityloop[openvino]" (60 MB to fetch; Apache-2.0).'
    )


@pytest.mark.parametrize("name", sorted(BACKENDS))
def test_a_model_file_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    """Every backend says which file it misses, and none tries to fetch one."""
    assert str(tmp_path / "own.onnx") in refused(inference=name, model=str(tmp_path / "own.onnx")) or name == "int8"


@pytest.mark.parametrize("name", ["onnxruntime", "opencv"])
def test_a_file_that_is_no_model_is_refused(name: str, tmp_path: Path) -> None:
    """A text file is not taken for a network."""
    wrong = tmp_path / "own.onnx"
    wrong.write_text("not a model")
    said = refused(inference=name, model=str(wrong))
    assert "this is not an ONNX model" in said or "OpenCV cannot read this model" in said


def test_ultralytics_needs_weights_of_ones_own() -> None:
    """There is no default for it."""
    assert "ultralytics needs weights of your own" in refused(inference="ultralytics")


@pytest.mark.skipif(importlib.util.find_spec("ultralytics") is not None, reason="ultralytics is installed here")
def test_a_pt_file_asks_for_ultralytics_by_itself(tmp_path: Path) -> None:
    """Without the extra, it says what to install, how large it is, and under which licence it comes."""
    weights = tmp_path / "my.pt"
    weights.write_bytes(b"weights")
    said = refused(model=str(weights))
    assert "ultralytics is not installed" in said
    assert "cityloop[yolo]" in said
    assert "AGPL-3.0" in said


def test_other_files_are_no_weights(tmp_path: Path) -> None:
    """Names that ultralytics would not know, or would try to fetch, are refused before it is asked."""
    other = tmp_path / "my.txt"
    other.write_text("x")
    assert "weights end in .pt or .onnx, not in '.txt'" in refused(inference="ultralytics", model=str(other))


def test_a_label_map_must_fit_the_weights() -> None:
    """As many labels as classes, else both numbers are told."""
    names = {0: "car", 1: "bin"}
    assert checked_labels(Path("my.pt"), names, None) == ("car", "bin")
    assert checked_labels(Path("my.pt"), names, ("Auto", "Tonne")) == ("Auto", "Tonne")
    with pytest.raises(ProblemsError, match=r"know 2 classes \(car, bin \.\.\.\), the label map has 1"):
        checked_labels(Path("my.pt"), names, ("car",))


class Tensor:
    """A tensor as ultralytics gives it: on some device, and a numpy array at last."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def cpu(self) -> "Tensor":
        """Bring it here."""
        return self

    def numpy(self) -> NDArray[np.float32]:
        """The numbers."""
        return np.array(self._values, np.float32)


class Yolo:
    """An open model of ultralytics: its results have boxes as parts of the picture, scores and classes."""

    def __init__(self, *things: tuple[list[float], float, int]) -> None:
        self.boxes = self
        self.xyxyn = Tensor([sides for sides, _, _ in things])
        self.conf = Tensor([score for _, score, _ in things])
        self.cls = Tensor([number for _, _, number in things])
        self.asked: dict[str, Any] = {}

    def predict(self, picture: NDArray[np.uint8], **options: Any) -> "list[Yolo]":
        """Always the same things."""
        assert picture.flags.c_contiguous
        self.asked = options
        return [self]


def test_what_ultralytics_finds_comes_through_the_port() -> None:
    """Boxes stay parts of the picture, labels are the map's, what lies outside is clipped, what is found twice is found once."""
    yolo = Yolo(([0.1, 0.1, 0.3, 0.3], 0.9, 0), ([0.1, 0.1, 0.3, 0.31], 0.5, 0), ([0.9, 0.9, 1.2, 1.1], 0.4, 1))
    detector = Ultralytics(yolo, ("car", "bin"), 320)
    (found,) = detector.detect([paint()])
    assert [(one.label, one.score, one.box) for one in found] == [
        ("car", 0.9, Box(0.1, 0.1, 0.3, 0.3)),
        ("bin", 0.4, Box(0.9, 0.9, 1.0, 1.0)),
    ]
    assert yolo.asked == {"imgsz": 320, "conf": 0.2, "device": "cpu", "verbose": False}
    assert (detector.side, detector.labels) == (320, ("car", "bin"))


def test_what_is_no_picture_never_reaches_ultralytics() -> None:
    """As with every detector."""
    with pytest.raises(ValueError, match="a picture is"):
        Ultralytics(Yolo(), ("car",)).detect([np.zeros((3, 3), np.uint8)])
