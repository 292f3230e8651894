"""What ``cityloop detect`` says to bad input: one line with the file and the reason, exit 2, nothing on stdout."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cityloop.main import application
from tests.fakes.badpictures import cut, endless_sides, hundred_megapixels, write_film_without_frames, zipped_profile, zipped_text
from tests.fakes.footage import real_model, write_picture
from tests.fakes.painting import paint

CAMERA = """id: camera/gate-3
started_at: 2026-03-02T08:00:00+08:00
zones:
  - {id: bay, scene: illegal_parking, dwell: 30s, polygon: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}
"""
CROSSING = CAMERA.replace("[0.9, 0.9], [0.1, 0.9]", "[0.1, 0.9], [0.9, 0.9]")


def detect(folder: Path, source: Path, camera: str = CAMERA, **environment: str) -> Any:
    """The command's result."""
    (folder / "camera.yaml").write_text(camera, encoding="utf-8")
    return CliRunner().invoke(application(), ["detect", str(source), "--camera", str(folder / "camera.yaml")], env=environment)


def refused(result: Any, file: Path) -> str:
    """What is said of a file, when that is all that is said."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (line,) = str(result.stderr).splitlines()
    assert line.startswith(f"{file}:"), line
    return line.removeprefix(f"{file}:").strip()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (cut, "the picture is damaged or cut off"),
        (hundred_megapixels, "10000 x 10000 are 100 megapixels, more than the 40 that are judged; let the camera send a smaller stream."),
        (endless_sides, "its megapixels are more than the 40 that are judged; let the camera send a smaller stream."),
        (zipped_text, "the picture is damaged or cut off"),
        (zipped_profile, "the picture is damaged or cut off"),
    ],
)
def test_pictures(tmp_path: Path, content: Callable[[], bytes], message: str) -> None:
    """Cut off, too large, and zip bombs."""
    real_model()
    path = tmp_path / "street.jpg"
    path.write_bytes(content())
    assert refused(detect(tmp_path, path), path).startswith(message)


@pytest.mark.parametrize(
    ("options", "message"),
    [("", "this is not a video that is known here."), ("options: {decode: keyframes}\n", "there is no video in it.")],
)
def test_a_video_of_no_length(tmp_path: Path, options: str, message: str) -> None:
    """In good order, but without a frame."""
    real_model()
    path = write_film_without_frames(tmp_path / "street.mp4")
    assert refused(detect(tmp_path, path, CAMERA + options), path).startswith(message)


def test_a_folder_with_a_bomb(tmp_path: Path) -> None:
    """The picture in the folder is named, not the folder alone."""
    real_model()
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "a.png").write_bytes(endless_sides())
    said = refused(detect(tmp_path, tmp_path / "film"), tmp_path / "film" / "a.png")
    assert said.startswith("its megapixels are more than the 40")


def test_a_polygon_that_crosses_itself(tmp_path: Path) -> None:
    """The place in the camera's file and the two sides that meet."""
    result = detect(tmp_path, tmp_path / "none.jpg", CROSSING)
    said = refused(result, tmp_path / "camera.yaml")
    assert said.startswith("4:")
    assert "the polygon crosses itself: its side 2 meets its side 4" in said


def test_a_wrong_model_file(tmp_path: Path) -> None:
    """A picture under a model's name, and no file at all."""
    picture = write_picture(tmp_path / "street.png", paint(size=(64, 48)))
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(picture.read_bytes())
    assert refused(detect(tmp_path, picture, CITYLOOP_MODEL=str(wrong)), wrong).startswith("this is not an ONNX model")
    missing = tmp_path / "missing.onnx"
    assert refused(detect(tmp_path, picture, CITYLOOP_MODEL=str(missing)), missing).startswith("there is no such model file.")


def test_a_label_map_that_does_not_fit(tmp_path: Path) -> None:
    """Both numbers are told."""
    real_model()
    picture = write_picture(tmp_path / "street.png", paint(size=(64, 48)))
    (tmp_path / "labels.txt").write_text("bin\nbag\n", encoding="utf-8")
    result = detect(tmp_path, picture, CITYLOOP_LABELS=str(tmp_path / "labels.txt"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "it knows 80 classes at stride 8, the label map has 2" in result.stderr
    assert "Traceback" not in result.stderr
