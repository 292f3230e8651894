"""The real ultralytics on a tiny model with random numbers, built from its own description: nothing is fetched."""

from pathlib import Path

import numpy as np
import pytest

from config.problem import ProblemsError
from detectors.inference.ultralytics import open_ultralytics
from tests.fakes.painting import paint

pytestmark = [pytest.mark.yolo, pytest.mark.slow]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector of three classes that was never trained, as a ``.pt`` file."""
    ultralytics = pytest.importorskip("ultralytics", reason="ultralytics is not installed here (make test-yolo)")
    folder = tmp_path_factory.mktemp("yolo")
    description = folder / "yolov8n.yaml"
    description.write_text(
        "nc: 3\nscales: {n: [0.33, 0.25, 1024]}\nbackbone:\n"
        "  - [-1, 1, Conv, [64, 3, 2]]\n  - [-1, 1, Conv, [128, 3, 2]]\n  - [-1, 1, Conv, [256, 3, 2]]\n"
        "  - [-1, 1, Conv, [512, 3, 2]]\n  - [-1, 1, Conv, [512, 3, 2]]\nhead:\n  - [[2, 3, 4], 1, Detect, [nc]]\n"
    )
    model = ultralytics.YOLO(str(description), task="detect")
    path = folder / "tiny.pt"
    model.save(str(path))
    return path


def test_weights_of_ones_own_come_through_the_port(weights: Path) -> None:
    """Opened by name alone; answers are of the promised form and repeat."""
    detector = open_ultralytics(weights)
    picture = np.asarray(paint(size=(320, 240)), np.uint8)
    first, again = detector.detect([picture, picture])
    assert first == again
    assert len(detector.labels) == 3
    for one in first:
        assert one.label in detector.labels
        assert 0.0 <= one.box.left < one.box.right <= 1.0


def test_its_onnx_export_is_opened_too(weights: Path) -> None:
    """The exported file gives the same labels."""
    ultralytics = pytest.importorskip("ultralytics")
    exported = Path(ultralytics.YOLO(str(weights)).export(format="onnx", imgsz=320, simplify=False))
    assert open_ultralytics(exported).labels == open_ultralytics(weights).labels


def test_a_label_map_that_does_not_fit_and_a_file_that_is_none(weights: Path, tmp_path: Path) -> None:
    """Both are one clear sentence."""
    with pytest.raises(ProblemsError, match="know 3 classes"):
        open_ultralytics(weights, ("car",))
    wrong = tmp_path / "wrong.pt"
    wrong.write_bytes(b"no weights")
    with pytest.raises(ProblemsError, match="ultralytics cannot open these weights"):
        open_ultralytics(wrong)
