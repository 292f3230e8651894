"""Crops that a running camera keeps for somebody to label."""

from pathlib import Path

import numpy as np
import pytest

from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.boxes import Box
from detectors.gathering import Gatherer
from detectors.heads import labels
from detectors.heads.gathering import EVERY, EVERY_DOUBTFUL, Gathered, is_worth, kept
from detectors.heads.head import Head, Vector
from detectors.heads.labels import UNLABELLED
from detectors.heads.store import HeadStore
from detectors.heads.teaching import Example, teach
from detectors.health import FILE_LIMITS
from detectors.inference.port import Picture
from detectors.judge import Judge
from detectors.lessons import lessons_of
from detectors.scenes.port import Look
from detectors.sources.frame import Frame
from detectors.sources.still import decode_still
from tests.fakes.painting import SQUARE, PaintedDetector, PaintedFeatures, paint

BIN = Zone(id="bin-1", scene="bin_overflow", polygon=SQUARE)
CAMERA = Camera(id="camera/yard", zones=(BIN,))
MINUTE = 60 * SECOND


def at_angle(degrees: float) -> Vector:
    """Features of length 1; one degree is a distance of 0.017."""
    turn = np.deg2rad(degrees)
    return np.array([np.cos(turn), np.sin(turn)], np.float32)


def shown(degrees: float, minute: float) -> Look:
    """A look whose crop is as grey as its features are turned."""
    return Look(at=round(minute * MINUTE), seen=(), crop=np.full((4, 6, 3), round(degrees), np.uint8), features=at_angle(degrees))


@pytest.fixture
def store(tmp_path: Path) -> HeadStore:
    return HeadStore(tmp_path)


@pytest.mark.parametrize(
    ("degrees", "at", "doubtful", "worth"),
    [
        (30, EVERY, False, True),
        (30, EVERY - 1, False, False),
        (30, EVERY_DOUBTFUL, True, True),
        (30, EVERY_DOUBTFUL - 1, True, False),
        (2, EVERY, True, False),
        (30, -1, False, True),
    ],
    ids=["half an hour later", "too early", "in doubt sooner", "in doubt too early", "nothing new", "the clock was set back"],
)
def test_what_is_worth_a_label(degrees: float, at: int, *, doubtful: bool, worth: bool) -> None:
    """Time must have passed, less where the head doubts, and the look must differ from every one that is kept."""
    gathered = kept(Gathered(), at_angle(0), 0)
    assert is_worth(gathered, at_angle(degrees), at, doubtful=doubtful) is worth


def test_the_first_look_is_kept() -> None:
    """Of a zone of which nothing is kept, whatever it shows is new."""
    assert is_worth(Gathered(), at_angle(0), 0, doubtful=False)


def test_a_crop_is_kept_as_it_was_shown_with_its_features(store: HeadStore) -> None:
    """Pixel for pixel and without a label, where the console looks for crops; its features need not be computed again."""
    gather = Gatherer(CAMERA.id, store, "painted", most=5)
    assert gather(BIN, shown(7, 0), None)
    ((name, label),) = store.examples(CAMERA.id, "bin-1").items()
    assert label == UNLABELLED
    assert (decode_still(store.picture(CAMERA.id, "bin-1", name, label), name) == 7).all()
    assert store.features(CAMERA.id, "bin-1", "painted", name) == pytest.approx(at_angle(7))


def test_no_more_wait_than_may(store: HeadStore) -> None:
    """With two waiting nothing more is kept, until one has its label and the time for the next look has come."""
    gather = Gatherer(CAMERA.id, store, "painted", most=2)
    assert [gather(BIN, shown(10 * number, 5 * number), None) for number in range(4)] == [True, True, False, False]
    name = next(iter(store.examples(CAMERA.id, "bin-1")))
    store.add(CAMERA.id, "bin-1", "full", store.picture(CAMERA.id, "bin-1", name, UNLABELLED))
    assert not gather(BIN, shown(90, 17), None), "the folder is asked once in five minutes, not at each look"
    assert gather(BIN, shown(90, 20), None)


def test_no_more_are_kept_than_teach_anything(store: HeadStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many may wait, a zone that has all the crops it can use gets none."""
    monkeypatch.setattr("detectors.gathering.MOST_CROPS", 1)
    gather = Gatherer(CAMERA.id, store, "painted", most=400)
    assert [gather(BIN, shown(20 * number, 5 * number), None) for number in range(2)] == [True, False]
    assert labels.MOST_CROPS > 400


def test_what_an_earlier_process_kept_is_known(store: HeadStore) -> None:
    """A process that starts again keeps nothing that it has already, labelled or not."""
    Gatherer(CAMERA.id, store, "painted", most=5)(BIN, shown(0, 0), None)
    again = Gatherer(CAMERA.id, store, "painted", most=5)
    assert not again(BIN, shown(1, 600), None)
    assert again(BIN, shown(40, 600), None)


def test_a_sure_head_waits_longer_than_a_doubtful_one(store: HeadStore) -> None:
    """What the head is sure of is kept once in half an hour; what it cannot say, or what no head judged, after five minutes."""
    head = taught()
    sure, doubtful = (next(d for d in range(91) if (head.verdict(at_angle(d)) is None) is unsure) for unsure in (False, True))
    gather = Gatherer(CAMERA.id, store, "painted", most=9)
    assert gather(BIN, shown(180, 0), head)
    assert not gather(BIN, shown(sure, 6), head)
    assert gather(BIN, shown(doubtful, 6), head)
    assert gather(BIN, shown(sure, 36), head)


def test_a_full_disk_costs_the_crop_and_nothing_else(tmp_path: Path) -> None:
    """A folder that cannot be written to is told in the log; the camera goes on."""
    (tmp_path / "yard").write_text("a file stands where the folder should be")
    assert not Gatherer(CAMERA.id, HeadStore(tmp_path), "painted", most=5)(BIN, shown(0, 0), None)


def test_looks_without_features_are_passed_over(store: HeadStore) -> None:
    """A zone that needs no features is nobody's lesson."""
    assert not Gatherer(CAMERA.id, store, "painted", most=5)(BIN, Look(at=0, seen=()), None)


@pytest.mark.parametrize(("crops", "found"), [(0, 0), (3, 1)])
def test_a_judge_gathers_when_it_is_asked_to(store: HeadStore, crops: int, found: int) -> None:
    """An hour of an unchanged yard gives one crop, of the median that the head would be shown; without the setting none."""
    extractor = PaintedFeatures()
    judge = Judge(CAMERA, PaintedDetector(), None, FILE_LIMITS, lessons=lessons_of(CAMERA, store, extractor, crops=crops))
    for second in range(0, 3600, 10):
        judge.look(Frame(YARD, second * SECOND))
    assert len(store.examples(CAMERA.id, "bin-1")) == found


YARD: Picture = paint(("car", Box(0.0, 0.0, 1.0, 0.6)))


def taught() -> Head:
    """A head that tells 0 from 90 degrees, and doubts between them."""
    examples = [Example(f"{number:02d}", at_angle(number % 10 + 80 * (number % 2)), bool(number % 2)) for number in range(40)]
    result = teach(examples, scene="bin_overflow", backbone="painted", version=1, at=0)
    assert isinstance(result, Head)
    return result
