"""The motion gate and the camera's health."""

import numpy as np
import pytest

from config.moment import SECOND
from detectors.boxes import Box
from detectors.gate import STEP, changed
from detectors.glance import HEIGHT, TILE_COLUMNS, TILE_ROWS, WIDTH, Glance
from detectors.health import FILE_LIMITS, Condition, Health, Limits, look, sees, silence, worth_telling
from detectors.reference import Light
from detectors.sharpness import blurred, covered
from detectors.thumbnail import shrink
from detectors.view import Place, place_of, shift_of, structured
from tests.fakes.painting import paint
from tests.fakes.scenery import defocused, infrared, lit, panorama, seen

ZONE = Box(0.5, 0.5, 1.0, 1.0)
GREY = np.full((HEIGHT, WIDTH), 120, np.uint8)
DARK = np.full((HEIGHT, WIDTH), 4, np.uint8)


def test_nothing_moved() -> None:
    """The same picture, and noise below the step, is no change."""
    noise = np.random.default_rng(1).integers(-2, 3, GREY.shape).astype(np.int16)
    assert not changed(GREY, GREY, [ZONE])
    assert not changed((GREY + noise).astype(np.uint8), GREY, [ZONE])


def test_one_cell_of_the_zone_is_enough() -> None:
    """A change of one cell inside the zone is a change, however small the cell."""
    now = GREY.copy()
    now[40, 80] += STEP + 1
    assert changed(now, GREY, [ZONE])


def test_changes_outside_of_every_zone_do_not_count() -> None:
    """Who walks past beside the zones costs no inference."""
    now = GREY.copy()
    now[10, 10] = 0
    assert not changed(now, GREY, [ZONE])
    assert changed(now, GREY, [ZONE, Box(0.0, 0.0, 0.3, 0.3)])


def test_darker_counts_like_brighter() -> None:
    """The difference is taken without overflow: 5 to 250 is a change in both directions."""
    low, high = np.full_like(GREY, 5), np.full_like(GREY, 250)
    assert changed(low, high, [ZONE])
    assert changed(high, low, [ZONE])


def test_a_zone_at_the_edge_has_a_cell() -> None:
    """A zone smaller than a cell, in the last corner, is still looked at."""
    now = GREY.copy()
    now[-1, -1] = 0
    assert changed(now, GREY, [Box(1.0, 1.0, 1.0, 1.0)])


def test_thumbnails_tell_pictures_apart() -> None:
    """One pixel changes the mark and not the grey cells by a step; equal pictures have equal marks."""
    one, other = paint(size=(960, 540)), paint(size=(960, 540))
    other[0, 0] = 0
    assert shrink(one).mark == shrink(paint(size=(960, 540))).mark
    assert shrink(one).mark != shrink(other).mark
    assert shrink(one).grey.shape == (HEIGHT, WIDTH)
    assert not changed(shrink(other).grey, shrink(one).grey, [Box(0, 0, 1, 1)])


def flat(grey: np.ndarray, mark: int) -> Glance:
    """A thumbnail in which nothing has structure."""
    return Glance(grey, mark, np.zeros((HEIGHT, WIDTH), np.float32), np.zeros((TILE_ROWS, TILE_COLUMNS), np.float32), 0.3)


def watch(pictures: list[tuple[int, np.ndarray, int]], limits: Limits | None = None) -> list[tuple[int, Condition]]:
    """Look at (second, thumbnail, mark); the changes of what is believed."""
    health, changes = Health(), []
    for second, grey, mark in pictures:
        after = look(health, limits or Limits(), flat(grey, mark), second * SECOND)
        if after.condition is not health.condition:
            changes.append((second, after.condition))
        health = after
    return changes


def test_a_black_picture_is_believed_after_a_moment() -> None:
    """Some seconds of darkness make a camera blind; light makes it see again after as long."""
    pictures = [(second, DARK if 5 <= second < 20 else GREY, second) for second in range(40)]
    assert watch(pictures) == [(8, Condition.BLACK), (23, Condition.OK)]


def test_one_black_frame_is_nothing() -> None:
    """A single dark frame (a bird, a glitch) changes nothing."""
    assert watch([(second, DARK if second == 5 else GREY, second) for second in range(20)]) == []


def test_night_with_lamps_is_not_black() -> None:
    """A dark street with a few lamps is dark, not blind."""
    night = DARK.copy()
    night[:4, :40] = 200
    assert watch([(second, night, second) for second in range(20)]) == []


def test_the_very_same_picture_is_frozen() -> None:
    """The same pixels for half a minute: the picture has stopped, the camera is not watching; a new one ends it."""
    pictures = [(second, GREY, 7 if 10 <= second < 60 else 1000 + second) for second in range(80)]
    assert watch(pictures) == [(40, Condition.FROZEN), (63, Condition.OK)]


def test_files_may_hold_a_frame() -> None:
    """With no limit for frozen pictures, a held frame is none."""
    assert watch([(second, GREY, 7) for second in range(200)], Limits(frozen_after=None)) == []


def test_silence_is_believed_at_once_and_ends_with_a_picture() -> None:
    """The source's time-out has waited already; the first good picture is sight again."""
    silent = silence(Health(), 50 * SECOND)
    assert silent.condition is Condition.NO_FRAMES
    assert look(silent, Limits(), flat(GREY, 1), 51 * SECOND).condition is Condition.OK


@pytest.mark.parametrize(
    ("condition", "seeming", "expected"),
    [(Condition.OK, Condition.OK, True), (Condition.OK, Condition.BLACK, False), (Condition.BLACK, Condition.OK, False)],
)
def test_nothing_is_concluded_from_doubtful_pictures(condition: Condition, seeming: Condition, expected: bool) -> None:
    """A camera that seems blind, or has only just come back, is not listened to."""
    assert sees(Health(condition=condition, seeming=seeming)) is expected


TURNED = Limits(settle=0, settle_moved=2 * SECOND, relearn=10 * SECOND)


def test_a_new_view_is_the_usual_one_after_a_time_in_which_people_could_see_it() -> None:
    """A turned camera is moved until the time is over; then its new view is the reference, and that is told apart from a return."""
    scene, state, told = panorama(3), Health(), []
    for second in range(30):
        after = look(state, TURNED, shrink(lit(seen(scene, 0.2 if second >= 5 else 0.0), 1.0, seed=second)), second * SECOND)
        if worth_telling(state, after):
            told.append((second, after.condition, after.relearned))
        state = after
    assert told == [(7, Condition.MOVED, None), (17, Condition.OK, 17 * SECOND)]


def test_a_view_that_is_found_nowhere_is_moved_in_the_end() -> None:
    """A camera that shows another street in the same light is doubted, and after its longer time believed to be moved."""
    limits = Limits(settle=0, settle_moved=0, settle_unsure=8 * SECOND, settle_blurred=60 * SECOND)
    streets, state, believed = [panorama(1), panorama(2)], Health(), []
    for second in range(20):
        state = look(state, limits, shrink(lit(seen(streets[second >= 5]), 1.0, seed=second)), second * SECOND)
        believed.append(state.condition)
    assert believed.index(Condition.MOVED) == 13


def test_files_are_not_compared_with_themselves() -> None:
    """A film that is cut from one street to another is not a camera that was turned."""
    state = Health()
    for second in range(200):
        state = look(state, FILE_LIMITS, shrink(seen(panorama(second // 100))), second * SECOND)
        assert sees(state)


def test_an_empty_wall_has_no_place() -> None:
    """Without structure nobody can say where a camera looks, so nobody says that it moved."""
    assert not structured(shrink(paint(size=(320, 180))).relief)
    assert structured(shrink(seen(panorama(4))).relief)


def test_a_shift_is_measured_in_cells() -> None:
    """A view turned by a tenth of its width lies a tenth of the cells away; two of nothing lie nowhere."""
    one, other = shrink(seen(panorama(5))).relief, shrink(seen(panorama(5), 0.1)).relief
    found = shift_of(other, one)
    assert (round(found.columns / 9.6), found.rows) == (-1, 0)
    assert place_of(found) is Place.ELSEWHERE
    nothing = np.zeros_like(one)
    assert place_of(shift_of(nothing, nothing)) is Place.UNSURE


def test_a_lorry_before_half_of_the_picture_is_no_blur() -> None:
    """What covers some tiles leaves the others sharp."""
    usual = shrink(seen(panorama(6)))
    lorry = seen(panorama(6))
    lorry[:, :160] = 200
    assert not blurred(shrink(lorry).detail, usual.detail)
    assert not covered(shrink(lorry).detail, usual.detail)
    assert blurred(shrink(defocused(seen(panorama(6)), 4)).detail, usual.detail)


def test_another_light_is_told_once() -> None:
    """Night is told when it is believed, as an observation that leaves the camera ok; the first picture's light is not news."""
    scene, state, told = panorama(7), Health(), []
    for second in range(20):
        picture = infrared(seen(scene), second) if second >= 8 else lit(seen(scene), 1.0, seed=second)
        after = look(state, Limits(), shrink(picture), second * SECOND)
        told += [(second, after.condition, after.light)] if worth_telling(state, after) else []
        state = after
    assert told == [(13, Condition.OK, Light.INFRARED)]
