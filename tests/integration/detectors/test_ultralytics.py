"""The real ultralytics on a tiny model with random numbers, built from its own description: nothing is fetched."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from config.problem import ProblemsError
from detectors.inference.ultralytics import open_ultralytics
from tests.fakes.footage import write_picture
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


CAMERA = """id: camera/gate
started_at: 2026-03-02T08:00:00+08:00
zones:
  - {id: bay, scene: illegal_parking, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""


@pytest.mark.parametrize(("labels", "code", "said"), [("car\ntruck\nperson\n", 0, ""), ("car\n", 2, "these weights know 3 classes")])
def test_the_command_judges_with_them(weights: Path, tmp_path: Path, labels: str, code: int, said: str) -> None:
    """``cityloop detect`` with ``CITYLOOP_MODEL=tiny.pt`` and a label map that fits works; with one that does not, that is told."""
    (tmp_path / "camera.yaml").write_text(CAMERA, encoding="utf-8")
    (tmp_path / "labels.txt").write_text(labels, encoding="utf-8")
    picture = write_picture(tmp_path / "street.jpg", paint(size=(320, 200)))
    done = subprocess.run(
        [sys.executable, "-m", "cityloop", "detect", str(picture), "--camera", str(tmp_path / "camera.yaml"), "--json"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "CITYLOOP_MODEL": str(weights), "CITYLOOP_LABELS": str(tmp_path / "labels.txt")},
    )
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert said in done.stderr
