"""The motion gate and the camera's health."""

import numpy as np
import pytest

from config.moment import SECOND
from detectors.boxes import Box
from detectors.gate import STEP, changed
from detectors.health import Condition, Health, Limits, look, sees, silence
from detectors.thumbnail import HEIGHT, WIDTH, shrink
from tests.fakes.painting import paint

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


def watch(pictures: list[tuple[int, np.ndarray, int]], limits: Limits | None = None) -> list[tuple[int, Condition]]:
    """Look at (second, thumbnail, mark); the changes of what is believed."""
    health, changes = Health(), []
    for second, grey, mark in pictures:
        after = look(health, limits or Limits(), grey, mark, second * SECOND)
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
    assert look(silent, Limits(), GREY, 1, 51 * SECOND).condition is Condition.OK


@pytest.mark.parametrize(
    ("condition", "seeming", "expected"),
    [(Condition.OK, Condition.OK, True), (Condition.OK, Condition.BLACK, False), (Condition.BLACK, Condition.OK, False)],
)
def test_nothing_is_concluded_from_doubtful_pictures(condition: Condition, seeming: Condition, expected: bool) -> None:
    """A camera that seems blind, or has only just come back, is not listened to."""
    assert sees(Health(condition=condition, seeming=seeming)) is expected
