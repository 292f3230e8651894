"""Something stands that did not stand there before, whatever it is: no model, and no word on what."""

import numpy as np
import pytest

from config.moment import SECOND
from config.sources import Zone
from detectors.boxes import Box, iou
from detectors.inference.port import Picture
from detectors.scenes.port import Look, Need, Sight
from detectors.scenes.static import Static
from detectors.scenes.stay import Stay
from tests.fakes.painting import SQUARE, paint

YARD = Zone(id="yard", scene="unknown_static_object", polygon=SQUARE, dwell=30 * SECOND)
THING = Box(0.3, 0.4, 0.5, 0.7)
EMPTY, THERE = paint(), paint(("car", THING))


def watch(parts: list[tuple[int, Picture]], zone: Zone = YARD, noise: float = 0.0) -> list[tuple[int, Stay]]:
    """What is told, with the second; one picture a second."""
    chance, watcher, told = np.random.default_rng(1), Static(zone), []
    pictures = [picture for count, picture in parts for _ in range(count)]
    for second, picture in enumerate(pictures):
        noisy = (picture + chance.normal(0, noise, picture.shape)).clip(0, 255).astype(np.uint8) if noise else picture
        told += [(second, stay) for stay in watcher.look(Look(at=second * SECOND, crop=noisy))]
    return told


def phases(told: list[tuple[int, Stay]]) -> list[str]:
    """Only the phases."""
    return [stay.phase.value for _, stay in told]


def test_a_thing_is_put_down_and_taken_away() -> None:
    """Confirmed about its dwell after it came, repeated, ended soon after it left; the box is around it."""
    told = watch([(60, EMPTY), (100, THERE), (60, EMPTY)])
    assert phases(told) == ["confirmed", "lasting", "ended"]
    (confirmed, stay), (ended, _) = told[0], told[-1]
    assert 85 <= confirmed <= 105
    assert 160 < ended <= 190
    assert iou(stay.box, THING) > 0.6
    assert (stay.label, stay.confidence) == ("unknown", 0.5)


def test_what_stood_there_from_the_beginning_is_no_news() -> None:
    """The first picture is the background: only what is new is told."""
    assert watch([(300, THERE)]) == []


def test_who_passes_is_not_told() -> None:
    """A thing that is somewhere else in each picture stands nowhere."""
    walk = [(1, paint(("person", Box(step / 60, 0.3, step / 60 + 0.1, 0.8)))) for step in range(50)]
    assert watch([(30, EMPTY), *walk * 3, (30, EMPTY)]) == []


def test_a_short_stop_is_not_told() -> None:
    """Twenty seconds are less than the dwell."""
    assert watch([(60, EMPTY), (20, THERE), (60, EMPTY)]) == []


def test_light_that_changes_everywhere_is_no_thing() -> None:
    """A cloud darkens the whole zone for two minutes."""
    assert watch([(60, EMPTY), (120, paint(light=90)), (60, EMPTY)]) == []


def test_noise_changes_nothing() -> None:
    """A grainy camera tells the same, and nothing of an empty street."""
    assert phases(watch([(60, EMPTY), (100, THERE), (60, EMPTY)], noise=8.0)) == ["confirmed", "lasting", "ended"]
    assert watch([(200, EMPTY)], noise=8.0) == []


def test_beside_the_zone_is_not_in_it() -> None:
    """Only cells with their middle in the polygon count."""
    right = Zone(id="yard", scene="unknown_static_object", polygon=((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0)), dwell=30 * SECOND)
    crop = THERE[:, 120:]
    assert watch([(60, EMPTY[:, 120:]), (120, crop)], right) == []


def test_a_dark_spell_ends_no_stay() -> None:
    """The camera is blind for a while; the time counts for nobody, and the thing is still there."""
    watcher = Static(YARD)
    told: list[Stay] = []
    for second in [*range(120), *range(400, 420)]:
        if second == 400:
            watcher.blind()
        told += watcher.look(Look(at=second * SECOND, crop=THERE if second >= 60 else EMPTY))
    assert [stay.phase.value for stay in told if stay.phase.value == "ended"] == []
    assert len(watcher.standing) == 1


@pytest.mark.parametrize("size", [(8, 6), (33, 25), (640, 480)])
def test_any_size_of_crop_will_do(size: tuple[int, int]) -> None:
    """A crop smaller than the grid of cells is looked at all the same."""
    empty, there = paint(size=size), paint(("car", Box(0.25, 0.25, 0.75, 0.75)), size=size)
    assert phases(watch([(60, empty), (50, there)])) == ["confirmed"]


def test_it_needs_pixels_and_no_teaching() -> None:
    """Without a crop there is nothing to say; it can always judge."""
    watcher = Static(YARD)
    assert (watcher.needs, watcher.sight, watcher.standing, watcher.look(Look(at=0))) == (Need.CROP, Sight.CLEAR, (), ())
