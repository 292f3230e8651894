"""Vehicles put into pictures: scripts, cutting, pasting, labels; no model and no footage."""

import numpy as np
import pytest

from bench.detectors.cutouts import Cutout, cut
from bench.detectors.memo import Memo
from bench.detectors.part import PARTS, Part
from bench.detectors.pasting import Pose, paste
from bench.detectors.people import people_in, standing_before, without_people
from bench.detectors.playing import Stage, lit
from bench.detectors.script import DWELL, Actor, Light, Step
from bench.detectors.storyboard import DISTURBANCES, NEGATIVES, STAYS, scripts
from bench.detectors.truth import BEGIN, camera_of, labels_of, source_of
from config.moment import SECOND
from config.report import Report
from detectors.boxes import Box, Detection
from detectors.evaluation.event import Tier
from detectors.evaluation.labels import read_labels
from detectors.inference.port import Picture
from detectors.zones import contains


def grey(level: int = 100, size: tuple[int, int] = (64, 48)) -> Picture:
    """An empty street."""
    return np.full((size[1], size[0], 3), level, np.uint8)


def red() -> Cutout:
    """A red thing of 20 by 10 pixels, cut from a picture that is as light as the street."""
    picture = grey()
    picture[10:20, 10:30] = (0, 0, 200)
    whole = cut(picture, ((10, 10), (29, 10), (29, 19), (10, 19)), "red")
    return Cutout("red", whole.picture, whole.mask, 100.0)


def test_the_same_seed_gives_the_same_scripts_and_another_one_others() -> None:
    """Figures can be made again, and tuning and reporting see different scenes."""
    assert scripts(PARTS, 6, 7, 1) == scripts(PARTS, 6, 7, 1)
    assert scripts(PARTS, 6, 7, 1) != scripts(PARTS, 6, 7, 2)


def test_every_condition_is_played_in_every_part() -> None:
    """Forty of each: no condition is left out, and none is bound to one part of the footage."""
    played = scripts(PARTS, 40, 40, 5)
    assert {script.condition for script in played} == {*STAYS, *NEGATIVES}
    assert {script.part for script in played} == {part.name for part in PARTS}
    assert len({source_of(script) for script in played}) == 80


def test_stays_are_longer_than_the_dwell_and_nothing_in_a_negative_is() -> None:
    """The truth of every script agrees with what its condition promises."""
    for script in scripts(PARTS, 40, 40, 6):
        long = [one for one in script.truth if one.until - one.since >= DWELL]
        assert len(long) == (1 if script.condition in STAYS else 0), script.name
        assert all(one.until <= script.seconds for one in script.truth), script.name


def test_places_lie_in_their_zone() -> None:
    """A vehicle that stands at a place stands in the zone."""
    assert all(contains(part.zone, place) for part in PARTS for place in part.places)


def test_an_actor_moves_evenly_between_its_steps() -> None:
    """It is nowhere before its first step and after its last."""
    actor = Actor(number=0, way=(Step(2, 0.0, 0.5), Step(4, 1.0, 0.5), Step(9, 1.0, 0.5)))
    assert [actor.at(second) for second in (1, 2, 3, 4, 8, 9)] == [None, (0.0, 0.5), (0.5, 0.5), (1.0, 0.5), (1.0, 0.5), None]


def test_labels_are_read_by_the_evaluation() -> None:
    """They are of the injected tier, short standings do not count, and every scene is watched to its end."""
    played = scripts(PARTS, 6, 7, 3)
    report = Report()
    labels = read_labels("injected", enumerate(labels_of(played), 1), report)
    report.settle()
    assert {event.tier for event in labels.events} == {Tier.INJECTED}
    assert sum(event.counts for event in labels.events) == 6
    assert len(labels.watched) == 13


def test_a_scene_has_a_camera_of_its_own() -> None:
    """With the part's zone and the dwell, from the same instant on."""
    (script, *_) = scripts(PARTS, 1, 1, 3)
    part = next(part for part in PARTS if part.name == script.part)
    camera = camera_of(script, part, 0.2)
    assert (camera.id, camera.rate, camera.started_at) == (source_of(script), 0.2, BEGIN)
    assert (camera.zones[0].polygon, camera.zones[0].dwell) == (part.zone, 20 * SECOND)


def test_a_pasted_thing_stands_where_it_should() -> None:
    """Its lower edge is at its place, it has its width, and far from it nothing changes."""
    out = paste(grey(), red(), Pose(x=32, bottom=40, width=30, shadow=0.0))
    reddish = np.argwhere(out[..., 2].astype(int) - out[..., 0] > 60)
    (top, left), (bottom, right) = reddish.min(0), reddish.max(0)
    assert abs((left + right) / 2 - 32) <= 2
    assert 36 <= bottom <= 40
    assert 22 <= right - left <= 30
    assert top > 20
    assert (out[:10] == 100).all()


def test_a_pasted_thing_takes_the_light_of_the_picture() -> None:
    """At dusk it is darker too."""
    pose = Pose(x=32, bottom=40, width=30, shadow=0.0)
    assert paste(grey(40), red(), pose)[..., 2].max() < paste(grey(100), red(), pose)[..., 2].max() - 40


def test_what_stands_before_it_hides_it() -> None:
    """Where the picture shows somebody nearer, the picture stays as it was."""
    before = np.zeros((48, 64), np.float32)
    before[:, :32] = 1
    out = paste(grey(), red(), Pose(x=32, bottom=40, width=30), before)
    assert (out[:, :32] == 100).all()
    assert (out[:, 32:] != 100).any()


def test_a_thing_beyond_the_edge_is_cut_off() -> None:
    """Half outside half is seen; wholly outside nothing is."""
    assert (paste(grey(), red(), Pose(x=0, bottom=40, width=30)) != 100).any()
    assert (paste(grey(), red(), Pose(x=-200, bottom=40, width=30)) == 100).all()


def test_people_are_what_differs_from_the_median() -> None:
    """Somebody who walks is not in the median; who touches the ground lower stands before."""
    pictures = [grey() for _ in range(9)]
    for number, picture in enumerate(pictures):
        picture[10:34, 5 * number : 5 * number + 8] = 10
    empty = without_people(pictures)
    assert (empty == 100).all()
    moving = people_in(pictures[4], empty)
    assert moving[20, 24] == 1
    assert standing_before(moving, 25)[20, 24] == 1
    assert standing_before(moving, 40).sum() == 0


@pytest.mark.parametrize("light", [Light(gain=0.5), Light(swing=0.3), Light(noise=5.0), Light(jpeg=30), Light(shake=3)])
def test_light_is_the_same_every_time(light: Light) -> None:
    """Noise too comes from the seed and the second."""
    picture = paste(grey(), red(), Pose(x=32, bottom=40, width=30))
    once = lit(picture, light, 3, 7)
    assert (once == lit(picture, light, 3, 7)).all()
    assert (once != picture).any()


def test_a_shaken_picture_is_off_its_place_by_no_more_than_it_may_be() -> None:
    """Up to three pixels to each side, another way each second, and nothing else changes."""
    picture = paste(grey(), red(), Pose(x=32, bottom=30, width=30, shadow=0.0))
    places = set()
    for second in range(20):
        rows, columns = np.nonzero((lit(picture, Light(shake=3), second, 7) != 100).any(2))
        still = np.nonzero((picture != 100).any(2))
        places.add((int(rows.min() - still[0].min()), int(columns.min() - still[1].min())))
    assert len(places) > 10
    assert all(abs(row) <= 3 and abs(column) <= 3 for row, column in places)


def test_what_must_not_be_told_is_played_under_disturbances_too() -> None:
    """Over many negatives each disturbance occurs, and lights that are the condition itself stay as they are."""
    played = [script for script in scripts(PARTS, 1, 60, 9) if script.condition in NEGATIVES]
    assert {script.light for script in played if script.condition != "lights"} == set(DISTURBANCES)
    assert all(script.light.swing >= 0.3 for script in played if script.condition == "lights")


def test_a_stage_plays_one_picture_a_second() -> None:
    """The vehicle is there while its script says so, and at no other second."""
    part = Part(name="p", clip="c", begin=0, end=1, step=1, zone=((0, 0), (1, 0), (1, 1)), places=((0.5, 0.8),), horizon=0.0, growth=0.5)
    stage = Stage(part, [grey()], [red()], [], real_people=False)
    (script,) = [one for one in scripts([part], 1, 0, 1) if one.condition == "plain"]
    pictures = list(stage.play(script))
    assert len(pictures) == int(script.seconds) + 1
    there = [bool((picture != 100).any()) for picture in pictures]
    assert there[5:30] == [True] * 25
    assert not any(there[int(script.seconds) - 10 :])


class Counting:
    """A detector that counts how often it is asked."""

    labels = ("car",)

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, pictures: list[Picture]) -> list[tuple[Detection, ...]]:
        """One car, as sure as the picture is light."""
        self.asked += len(pictures)
        return [(Detection("car", float(picture.mean()) / 255, Box(0, 0, 1, 1)),) for picture in pictures]


def test_the_memo_asks_about_each_picture_once() -> None:
    """Its answers are the model's."""
    model = Counting()
    memo = Memo(model)  # type: ignore[arg-type]  # A list of pictures is all that it is ever given.
    assert memo.detect([grey(), grey(), grey(50)]) == Counting().detect([grey(), grey(), grey(50)])
    assert (model.asked, memo.asked, memo.labels) == (2, 2, ("car",))
