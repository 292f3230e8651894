"""``cityloop teach`` from the outside, on painted bins with the real backbone, and ``cityloop detect`` with what was taught."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from cityloop.main import application, main
from detectors.inference.features import Backbone
from detectors.inference.port import Picture
from detectors.weights.cache import cache_folder, installed, model_file

pytestmark = pytest.mark.skipif(not installed(cache_folder(os.environ)), reason="the model's weights are not here (make weights)")

CAMERA = """id: camera/yard
started_at: 2026-03-02T08:00:00+08:00
rate: 1.0
zones:
  - {id: bin-1, scene: bin_overflow, every: 1s, polygon: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]}
  - {id: lane, scene: fire_lane, polygon: [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]}
"""


def bin_picture(number: int, *, full: bool) -> Picture:
    """A drawn bin, with bags above its rim when it is full; no two are alike."""
    chance = np.random.default_rng(number * 2 + full)
    picture = np.full((160, 160, 3), 150, np.uint8)
    left = 45 + int(chance.integers(-4, 5))
    cv2.rectangle(picture, (left, 70), (left + 70, 150), (40, 110, 40), -1)
    cv2.ellipse(picture, (left + 35, 70), (35, 8), 0, 0, 360, (15, 40, 15), -1)
    for _ in range(int(chance.integers(5, 9)) if full else 0):
        centre = (left + int(chance.integers(5, 65)), 68 - int(chance.integers(0, 28)))
        cv2.circle(picture, centre, int(chance.integers(9, 16)), tuple(int(part) for part in chance.integers(20, 240, 3)), -1)
    light = chance.uniform(0.8, 1.2)
    return np.asarray((picture * light + chance.normal(0, 4, picture.shape)).clip(0, 255), dtype=np.uint8)


@pytest.fixture
def yard(tmp_path: Path) -> Path:
    """A folder with a camera file and 8 crops of each label."""
    (tmp_path / "yard.yaml").write_text(CAMERA)
    for full in (True, False):
        for number in range(8):
            cv2.imwrite(str(tmp_path / f"{'full' if full else 'ok'}-{number}.png"), bin_picture(number, full=full))
    return tmp_path


def run(*arguments: object) -> Any:
    """The command's result."""
    return CliRunner().invoke(application(), [str(argument) for argument in arguments])


def lesson(yard: Path, *arguments: object) -> dict[str, Any]:
    """What ``cityloop teach ... --json`` prints."""
    result = run("teach", yard / "yard.yaml", "bin-1", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def test_a_bin_is_taught_and_then_detected(yard: Path) -> None:
    """One label after the other; then a full bin is told by detect, with the drawn zone's kind, and rolling back works."""
    first = lesson(yard, "--label", "full", *sorted(yard.glob("full-*.png")))
    assert (first["added"], first["examples"], first["version"], first["refused"]) == (8, {"full": 8}, None, False)
    assert "8 crops that show it and 0 that do not" in first["told"]
    assert "it stays untaught" in first["told"]
    second = lesson(yard, "--label", "ok", *sorted(yard.glob("ok-*.png")))
    assert (second["examples"], second["version"], second["versions"]) == ({"full": 8, "ok": 8}, 1, [1])
    assert second["quality"]["balanced_accuracy"] >= 0.9
    film = yard / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), 1.0, (160, 160))
    for number in range(20):
        writer.write(bin_picture(100 + number, full=number >= 8))
    writer.release()
    result = run("detect", film, "--camera", yard / "yard.yaml", "--json")
    assert result.exit_code == 0, result.stderr
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["kind"], one["zone"], one["value"], one["attributes"]["label"]) for one in told] == [
        ("bin_overflow", "bin-1", True, "full")
    ]
    assert lesson(yard, "--label", "ok", *sorted(yard.glob("ok-*.png")))["version"] == 2
    assert lesson(yard, "--roll-back", "1")["told"] == "bin-1: version 1 is in force again."


def test_labels_that_mean_nothing_are_refused(yard: Path) -> None:
    """Pictures of one kind under both labels: exit 1, the figure and what to do; there is no head."""
    for number in range(8):
        cv2.imwrite(str(yard / f"more-{number}.png"), bin_picture(50 + number, full=False))
    lesson(yard, "--label", "full", *sorted(yard.glob("more-*.png")))
    result = run("teach", yard / "yard.yaml", "bin-1", "--label", "ok", *sorted(yard.glob("ok-*.png")), "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["refused"], told["version"]) == (True, None)
    assert "not surely better than chance" in told["told"]


def test_the_crops_most_worth_a_label_are_suggested(yard: Path) -> None:
    """Nothing is added; the paths are printed, the most useful first."""
    lesson(yard, "--label", "ok", *sorted(yard.glob("ok-[0-3].png")))
    found = lesson(yard, "--suggest", 3, *sorted(yard.glob("*.png")))
    assert (len(found["suggested"]), found["added"]) == (3, 0)
    assert "full-" in found["suggested"][0], "what is unlike everything labelled comes first"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bin-2", "--label", "ok"], "it has no zone 'bin-2'. Did you mean 'bin-1'?"),
        (["lane", "--label", "ok"], "zone 'lane' is judged for fire_lane, which needs no teaching."),
        (["bin-1", "--label", "ful", "full-0.png"], "'ful' is no label of this scene. Did you mean 'full'?"),
        (["bin-1", "full-0.png"], "the crops have no label."),
        (["bin-1", "--label", "ok", "none.png", "yard.yaml"], "none.png: this crop cannot be used: No such file or directory."),
        (["bin-1", "--label", "ok", "none.png", "yard.yaml"], "yard.yaml: this crop cannot be used: yard.yaml: this is not a picture"),
        (["bin-1", "--roll-back", "3"], "there is no version 3 of camera/yard bin-1; kept are: none. Teach one first."),
        (["bin-1", "--label", "ok"], "--label: there are no crops to look at. Name JPEG or PNG pictures of the zone."),
        (["bin-2", "--label", "ok"], "--label: there are no crops to look at."),
        (["bin-1", "--suggest", "2"], "--suggest: there are no crops to look at."),
        (["bin-1", "--suggest", "2", "--label", "ok", "full-0.png"], "--suggest: it contradicts --label. Do one after the other."),
        (["bin-1", "--roll-back", "1", "full-0.png"], "--roll-back: it takes no crops."),
    ],
)
def test_wrong_use_is_exit_2(yard: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str) -> None:
    """Each mistake is named with what to write instead; all bad crops are told at once."""
    monkeypatch.chdir(yard)
    result = run("teach", "yard.yaml", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


def test_features_are_of_length_one_and_repeat() -> None:
    """The same crop gives the same vector to the bit, whatever was looked at before; another crop another one."""
    backbone = Backbone(model_file(cache_folder(os.environ)))
    one, other = bin_picture(1, full=True), bin_picture(1, full=False)
    first, second, again = backbone.features(one), backbone.features(other), backbone.features(one)
    assert first.shape == (1536,)
    assert float(np.linalg.norm(first)) == pytest.approx(1.0, abs=1e-5)
    assert first.tobytes() == again.tobytes() != second.tobytes()


@pytest.mark.parametrize("place", ["yard.yaml", "/proc/heads"])
def test_heads_that_cannot_be_kept_there_are_told(
    yard: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    """A file in the folder's place, or a folder that nobody may make, is wrong use with the path in it."""
    monkeypatch.chdir(yard)
    monkeypatch.setattr(sys, "argv", ["cityloop", "teach", "yard.yaml", "bin-1", "--label", "ok", "ok-0.png", "--heads", place])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told = capfd.readouterr().err
    assert told.startswith(place)
    assert "it cannot be used: " in told
