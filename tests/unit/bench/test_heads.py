"""Drawn scenes and the figures of heads: drawing, weather, lessons, counting; no model, no footage, tiny pictures."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from bench.detectors import grounds
from bench.detectors.drawing.scenes import DRAWN
from bench.detectors.drawing.weather import CONDITIONS, light_of, seen_in
from bench.detectors.footage import NoFootageError
from bench.detectors.grounds import SPOTS, Ground, Spot, grounds_of, piece_of
from bench.detectors.headrows import NO_REAL_DATA, Judged, row_of
from bench.detectors.heads import ELSEWHERE, HERE, MOVED, Results, measure, mixed, play
from bench.detectors.heads import TAUGHT as TAUGHT_AT
from bench.detectors.lightroom import Room
from detectors.evaluation.event import Tier
from detectors.heads.labels import TAUGHT
from detectors.heads.teaching import Example
from detectors.inference.port import Picture
from detectors.scenes.state import POLICIES, Policy
from tests.fakes.painting import PaintedFeatures

SMALL = 48
FEW = (5, 6)
"""Crops of each label: enough to teach, and quick."""
SCENES = pytest.mark.parametrize("scene", DRAWN)


def ground(name: str = "a", camera: str = "one", level: int = 120, side: int = SMALL) -> Ground:
    """A grey spot."""
    spot = Spot(name=name, camera=camera, picture="p.jpg", left=0, top=0, width=1)
    return Ground(spot, np.full((side, side, 3), level, np.uint8))


def room(scene: str = "bin_overflow", seed: int = 1, **where: str) -> Room:
    """A small room."""
    return Room(scene=scene, ground=ground(**where), number=0, seed=seed)  # type: ignore[arg-type]  # Names are texts.


def different(one: Picture, other: Picture) -> float:
    """Mean difference of levels."""
    return float(np.abs(one.astype(int) - other).mean())


def test_every_scene_that_is_taught_is_drawn() -> None:
    """None is left out of the figures."""
    assert set(DRAWN) == set(TAUGHT)


@SCENES
def test_the_thing_is_drawn_on_the_ground_and_nothing_far_from_it(scene: str) -> None:
    """With it much of the picture is another, without it little; the ground itself is not touched."""
    below = ground().picture
    drawn = {there: DRAWN[scene](below, np.random.default_rng(3), 0, there=there) for there in (True, False)}
    assert (below == 120).all()
    assert different(drawn[True], drawn[False]) > 1
    assert drawn[True].shape == below.shape
    assert (drawn[True][:3, :3] == 120).all()


@SCENES
def test_drawings_scale_with_the_ground(scene: str) -> None:
    """A ground of twice the side shows the same thing twice as large."""
    small, large = (DRAWN[scene](ground(side=side).picture, np.random.default_rng(3), 0, there=True) for side in (100, 200))
    assert different(small, cv2.resize(large, (100, 100), interpolation=cv2.INTER_AREA)) < 6  # type: ignore[arg-type]  # Still a picture.


def test_light_is_drawn_within_its_condition() -> None:
    """Dusk is darker than rain, rain darker than day, day darker than bright light; the scene is not touched."""
    scene = ground(side=120).picture

    def mean(condition: str) -> float:
        draw, weather = np.random.default_rng(5), CONDITIONS[condition]
        return float(np.mean([seen_in(scene, weather, light_of(weather, draw), draw).mean() for _ in range(8)]))

    assert mean("dusk") < mean("rain") < mean("day") < mean("bright")
    assert (scene == 120).all()


def test_rain_leaves_streaks() -> None:
    """Lighter than anything that dusk or day leave on grey ground."""
    draw, rain = np.random.default_rng(5), CONDITIONS["rain"]
    light, scene = light_of(rain, draw), ground(side=120).picture
    dry = seen_in(scene, msgspec.structs.replace(rain, streaks=0), light, np.random.default_rng(9))
    assert seen_in(scene, rain, light, np.random.default_rng(9)).max() > dry.max() + 20


def test_a_room_makes_the_same_picture_again_and_never_one_for_two_uses() -> None:
    """Crops and looks are drawn anew for every seed, number, condition and use: what is judged was never taught."""
    one = room()
    made = [one.crop(0, there=True), one.crop(1, there=True), one.crop(0, there=False), one.look("day", 0, there=True),
            one.look("dusk", 0, there=True), one.look("day", 1, there=True), room(seed=2).crop(0, there=True)]  # fmt: skip
    assert len({picture.tobytes() for picture in made}) == len(made)
    assert (room().crop(0, there=True) == made[0]).all()


def test_a_median_look_has_no_rain_and_no_passer_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drying is looked at as the product does it, as the median of five: streaks of one picture are gone."""
    wet = Room(scene="street_drying", ground=ground(side=120), number=0, seed=1)
    monkeypatch.setattr("bench.detectors.lightroom.POLICIES", {**POLICIES, "bin_overflow": Policy(every=1)})
    once = msgspec.structs.replace(wet, scene="bin_overflow")

    def streaked(look: Picture) -> float:
        """Part of the upper rows, where nothing is drawn, that is much lighter than the most of it."""
        upper = look[:20].max(2).astype(int)
        return float((upper > np.median(upper) + 40).mean())

    assert streaked(once.look("rain", 0, there=False)) > 0.05
    assert streaked(wet.look("rain", 0, there=False)) < 0.02


def test_a_spot_is_cut_out_and_scaled() -> None:
    """The piece is a square of its width, at its place."""
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[25:45, 40:60] = 200
    piece = piece_of(picture, Spot(name="s", camera="c", picture="p", left=0.4, top=0.5, width=0.2), 10)
    assert piece.shape == (10, 10, 3)
    assert (piece == 200).all()


def test_photographs_are_read_and_absent_ones_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on the machine is used, what is not is said with the package that has it."""
    monkeypatch.setattr(grounds, "find_clips", lambda _environment: ({}, ["no clip"]))
    cv2.imwrite(str(tmp_path / "leuvenA.jpg"), np.full((60, 80, 3), 90, np.uint8))
    found, absent = grounds_of({"VTEST_AVI": str(tmp_path / "vtest.avi")}, 12)
    assert [one.spot.name for one in found] == ["cobbles", "wall"]
    assert absent[0] == "no clip"
    assert any("building.jpg is left out" in line and "opencv-doc" in line for line in absent)


def test_without_any_picture_there_are_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise is not passed off as a real background."""
    monkeypatch.setattr(grounds, "find_clips", lambda _environment: ({}, ["no clip"]))
    with pytest.raises(NoFootageError, match="no clip"):
        measure(PaintedFeatures(), lambda _line: None, {"VTEST_AVI": str(tmp_path / "x")}, seeds=(1,), looks=1)


def test_spots_lie_in_several_cameras() -> None:
    """Six cameras, eight spots with names of their own: there is an elsewhere for each."""
    assert len({spot.name for spot in SPOTS}) == len(SPOTS) == 8
    assert len({spot.camera for spot in SPOTS}) == 6


def lesson(mark: str) -> dict[bool, list[Example]]:
    """Ten crops of each label."""
    return {there: [Example(f"{mark}{there}{n}", np.zeros(2, np.float32), there) for n in range(10)] for there in (True, False)}


def test_lessons_of_several_spots_are_mixed_evenly() -> None:
    """Ten crops of three spots: four, three and three of each label, none twice."""
    names = [one.name for one in mixed([lesson("a"), lesson("b"), lesson("c")], 10)]
    assert len(set(names)) == 20
    assert [sum(name.startswith(mark) for name in names) for mark in "abc"] == [8, 6, 6]


class Noting(PaintedFeatures):
    """Painted features that remember how dark each crop was."""

    def __init__(self) -> None:
        self.asked = 0

    def features(self, crop: Picture) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        """As painted."""
        self.asked += 1
        return super().features(crop)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons of five and six crops."""
    monkeypatch.setattr("bench.detectors.heads.CROPS", FEW)


def results_of(scene: str) -> Results:
    """Nothing judged yet."""
    return {(scene, taught, crops, condition): [] for taught in TAUGHT_AT for crops in FEW for condition in CONDITIONS}


@pytest.mark.usefixtures("few")
def test_each_spot_is_judged_by_its_own_lesson_and_by_those_of_other_cameras() -> None:
    """Two cameras: all ways of teaching give looks or refusals for each; each look is made once for all heads."""
    extractor, looks = Noting(), 2
    results, refused = results_of("bin_overflow"), dict[tuple[str, str, int], int]()
    play(extractor, [room(name="a", camera="one"), room(name="b", camera="two")], looks, results, refused)
    for (scene, taught, crops, _), found in results.items():
        assert len(found) == 2 * looks * (2 - refused.get((scene, taught, crops), 0))
    assert extractor.asked == 2 * 2 * max(FEW) + 2 * 2 * looks * len(CONDITIONS)


@pytest.mark.usefixtures("few")
def test_one_camera_alone_has_no_elsewhere() -> None:
    """Nothing is judged by a lesson of the same camera under that name."""
    results = results_of("bin_overflow")
    play(PaintedFeatures(), [room(name="a"), room(name="b")], 1, results, {})
    assert not any(found for key, found in results.items() if key[1] in {ELSEWHERE, MOVED})


def test_a_row_counts_both_classes_alike() -> None:
    """Nine of ten with it and five of ten without it: 70 %, with the mean of both Wilson intervals, and the worst spot by name."""
    looks = [Judged("a", True, n > 0, True) for n in range(10)] + [Judged("a" if n < 8 else "b", False, n < 5, False) for n in range(10)]
    looks += [Judged("b", True, True, None)]
    row = row_of(("bin_overflow", HERE, 10, "dusk"), looks, 2)
    assert row.balanced_accuracy == pytest.approx((10 / 11 + 5 / 10) / 2, abs=1e-4)
    assert row.interval == pytest.approx(((0.6226 + 0.2366) / 2, (0.9838 + 0.7634) / 2), abs=1e-3)
    assert row.worst_spot == "a"
    assert row.worst == pytest.approx((0.9 + 3 / 8) / 2, abs=1e-4)
    assert row.unknown == pytest.approx(1 / 21, abs=1e-4)
    assert (row.judged, row.refused) == (21, 2)
    assert (row.when_known, row.wrong) == (1.0, 0.0)


def test_a_row_of_refused_heads_has_no_figure() -> None:
    """Nothing judged is no accuracy of zero, and none of one."""
    row = row_of(("bin_overflow", HERE, 10, "day"), [], 8)
    assert (row.balanced_accuracy, row.interval, row.worst, row.unknown, row.when_known, row.wrong) == (None,) * 6


@pytest.mark.usefixtures("few")
def test_the_report_says_that_it_is_drawn_and_that_nothing_real_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence stands in the JSON; every scene, way of teaching, number of crops and condition has its row."""
    monkeypatch.setattr("bench.detectors.heads.grounds_of", lambda _environment, _side: ([ground()], ["x is left out"]))
    told: list[str] = []
    report = measure(PaintedFeatures(), told.append, {"VTEST_AVI": str(tmp_path)}, seeds=(4,), looks=1)
    assert (report.tier, report.note, report.absent, report.spots) == (Tier.DRAWN, NO_REAL_DATA, ("x is left out",), ("a",))
    assert b"No real-data figure exists yet" in msgspec.json.encode(report)
    assert len(report.rows) == len(DRAWN) * len(TAUGHT_AT) * len(FEW) * len(CONDITIONS)
    assert len(told) == len(DRAWN)
