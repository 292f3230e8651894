"""``cityloop detect`` as its users run it: a process, files in, lines out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detectors.evidence.store import EvidenceStore
from tests.fakes.footage import bikes, real_model, vtest, write_picture
from tests.fakes.painting import paint

TAXI = """
id: camera/gate-3
started_at: 2026-03-02T08:00:00+08:00
rate: 1.0
lon: 113.2
lat: 29.4
options: {end: 9.2, hold_at: 2.28, hold: 60, rest: 20}
zones:
  - {id: bay, scene: illegal_parking, dwell: 20s, polygon: [[0.02, 0.55], [0.66, 0.55], [0.66, 1.0], [0.02, 1.0]]}
"""
PLAIN = """
id: camera/gate-3
started_at: 2026-03-02T08:00:00+08:00
zones:
  - {id: bay, scene: illegal_parking, dwell: 30s, polygon: [[0.82, 0.03], [1.0, 0.03], [1.0, 0.25], [0.82, 0.25]]}
"""


def detect(folder: Path, source: str, camera: str, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the command; its exit code, its observations, and what it said."""
    (folder / "camera.yaml").write_text(camera, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cityloop", "detect", source, "--camera", str(folder / "camera.yaml"), *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_taxi_of_the_demo(tmp_path: Path) -> None:
    """A real frame with a taxi, held for a minute: one stay from its rest on, confirmed with evidence after its dwell, ended after it left."""
    real_model()
    code, told, said = detect(tmp_path, str(bikes()), TAXI, "--evidence", str(tmp_path / "evidence"))
    assert code == 0, said
    assert [(one["at"], one["value"]) for one in told] == [("2026-03-02T00:00:23Z", True), ("2026-03-02T00:01:19Z", False)]
    first, last = told
    assert (first["source"], first["kind"], first["zone"]) == ("camera/gate-3", "illegal_parking", "bay")
    assert first["position"] == {"lon": 113.2, "lat": 29.4}
    assert first["attributes"]["since"] == "2026-03-02T00:00:03Z"
    assert first["attributes"]["stay"] == last["attributes"]["stay"]
    assert 0.3 < first["confidence"] <= 1
    picture = cv2.imdecode(np.frombuffer(EvidenceStore(tmp_path / "evidence").get(first["evidence"][0]), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert "2 observations, 1 vehicles that stood too long" in said


def test_two_runs_are_byte_identical(tmp_path: Path) -> None:
    """The same file and camera give the same lines, ids and evidence included."""
    real_model()
    runs = [detect(tmp_path, str(bikes()), TAXI, "--evidence", str(tmp_path / name), "--for", "30") for name in ("one", "two")]
    assert runs[0][1] == runs[1][1]
    assert len(runs[0][1]) == 1


@pytest.mark.slow
def test_two_parked_vehicles_and_no_pedestrian(tmp_path: Path) -> None:
    """On 80 s of a real camera, one event for each of the two parked vehicles; test_parked_vehicles.py disturbs the picture."""
    real_model()
    everywhere = "  - {id: all, scene: illegal_parking, dwell: 30s, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}\n"
    code, told, said = detect(tmp_path, str(vtest()), f"{PLAIN}{everywhere}rate: 0.2\n")
    assert code == 0, said
    assert [(one["at"], one["zone"], one["value"]) for one in told] == [
        ("2026-03-02T00:00:30Z", zone, True) for zone in ("bay", "bay", "all", "all")
    ]
    assert len({one["attributes"]["stay"] for one in told}) == 4
    assert all(one["attributes"]["box"][0] > 0.82 for one in told), "both stand at the top right"


def test_annotations(tmp_path: Path) -> None:
    """A video of every judged frame, or the picture of the confirmation."""
    real_model()
    for name in ("out.mp4", "out.jpg"):
        code, _, said = detect(tmp_path, str(bikes()), TAXI, "--for", "25", "--annotate", str(tmp_path / name))
        assert code == 0, said
    assert cv2.VideoCapture(str(tmp_path / "out.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 26
    picture = cv2.imread(str(tmp_path / "out.jpg"))
    assert picture is not None
    assert picture.shape[:2] == (272, 640)


def test_a_picture_is_one_frame(tmp_path: Path) -> None:
    """A single picture is judged once and confirms nothing with a dwell; json leaves the summary out."""
    real_model()
    picture = write_picture(tmp_path / "street.jpg", paint(size=(320, 200)))
    assert detect(tmp_path, str(picture), PLAIN, "--json") == (0, [], "")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.mp4", None, "there is no such file."),
        ("empty.mp4", b"", "the file is empty."),
        ("text.avi", b"no video at all" * 99, "this is not a video that is known here."),
        (
            "cut.jpg",
            cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8))[1].tobytes()[:9000],
            "the picture is damaged or cut off",
        ),
    ],
)
def test_bad_files_are_told_in_one_line(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    """A wrong input is wrong use: exit 2, one line with the file's name and the reason, no traceback, nothing on stdout."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, told, said = detect(tmp_path, str(path), PLAIN)
    assert (code, told) == (2, [])
    assert said.startswith(f"{path}: {message}"), said
    assert len(said.splitlines()) == 1


def test_a_bad_camera_file_tells_every_problem(tmp_path: Path) -> None:
    """Problems of the camera's file come with line and column, before anything is opened."""
    code, told, said = detect(tmp_path, "none.mp4", PLAIN.replace("illegal_parking", "ilegal_parking").replace("dwell: 30s", "dwell: 30"))
    assert (code, told) == (2, [])
    assert "camera.yaml:5:22: unknown scene 'ilegal_parking'. Did you mean 'illegal_parking'?" in said
    assert "camera.yaml:5:45: dwell: '30' is not a length of time" in said


def test_an_annotation_of_another_kind(tmp_path: Path) -> None:
    """A suffix that cannot be written is refused before the work begins."""
    picture = write_picture(tmp_path / "street.jpg", paint(size=(320, 200)))
    code, _, said = detect(tmp_path, str(picture), PLAIN, "--annotate", str(tmp_path / "out.gif"))
    assert code == 2
    assert "cannot write .gif: choose a name that ends in .mp4, .jpg, .jpeg" in said


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("rtsp://127.0.0.1:9/stream", "no connection (ConnectionRefusedError)"),
        ("http://127.0.0.1:9/snapshot.jpg", "no picture (ConnectError)"),
    ],
    ids=["stream", "snapshot"],
)
def test_a_camera_that_refuses(tmp_path: Path, address: str, fault: str) -> None:
    """An address where nobody listens is given up after three attempts, each told without credentials."""
    real_model()
    secret = PLAIN + "options: {credentials: 'env:GATE_SECRET', timeout: 2}\n"
    os.environ["GATE_SECRET"] = "bob:s3cret"
    try:
        code, told, said = detect(tmp_path, address, secret, "--for", "60")
    finally:
        del os.environ["GATE_SECRET"]
    assert (code, told) == (2, [])
    assert f"{address}: {fault}" in said
    assert "s3cret" not in said
