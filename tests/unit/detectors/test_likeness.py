"""How places look: what changes their likeness, and what does not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.boxes import Box
from detectors.scenes.likeness import ALIKE, UNLIKE, Looks, alike_in, blend, compare, looks_of, picture_of, shrunk
from tests.fakes.streets import PLACE, street


def alike(one: NDArray[np.uint8], other: NDArray[np.uint8], *hiders: Box) -> float | None:
    """How much alike the place is in two pictures."""
    looks = looks_of(one, PLACE)
    assert looks is not None
    found = compare(other, PLACE, looks, hiders)
    return None if found is None else found.alike


@pytest.mark.parametrize(
    "picture", [street(1), street(1, gain=0.5), street(1, gain=1.2), street(1, shift=3), street(1, shift=-3), street(1, seed=9)]
)
def test_the_same_vehicle_is_alike_in_another_light_shaken_and_with_other_noise(picture: NDArray[np.uint8]) -> None:
    """Half the light, a fifth more, three pixels to either side, and a sensor's noise change little."""
    found = alike(street(1), picture)
    assert found is not None
    assert found > 0.85


def test_another_vehicle_and_bare_ground_are_not_alike() -> None:
    """Whichever takes its place, and when nothing does."""
    for other in (None, *range(2, 12)):
        found = alike(street(1), street(other))
        assert found is not None
        assert found < UNLIKE, other


def test_somebody_before_a_third_of_a_vehicle_changes_little() -> None:
    """The median of the blocks is that of the blocks which are still to be seen, whether the model found the person or not."""
    picture = street(1)
    picture[70:120, 84:96] = 30
    found = alike(street(1), picture)
    assert found is not None
    assert found > ALIKE


def test_blocks_behind_people_are_left_out() -> None:
    """A person before two thirds of a vehicle hides them; the rest says what stands there."""
    picture = street(1)
    picture[70:130, 80:107] = 30
    person = Box(0.39, 0.3, 0.535, 0.7)
    hidden, known = alike(street(1), picture), alike(street(1), picture, person)
    assert hidden is not None
    assert hidden < UNLIKE
    assert known is not None
    assert known > ALIKE
    assert alike(street(1), picture, Box(0.3, 0.3, 0.7, 0.7)) is None


def test_a_flat_place_has_no_looks_of_its_own() -> None:
    """Bare ground and night are compared with nothing."""
    assert alike(street(), street(1)) is None


def test_a_place_too_small_has_no_looks() -> None:
    """Fewer than ten pixels say nothing."""
    assert looks_of(street(1), Box(0.5, 0.5, 0.54, 0.6)) is None
    assert looks_of(street(1), Box(0.5, 0.5, 0.6, 0.54)) is None
    assert looks_of(street(1), Box(0.5, 0.5, 0.5, 0.5)) is None


def test_looks_keep_the_proportions_of_their_place() -> None:
    """Forty-eight cells along the longer side, whole blocks along the other, two at the least."""
    shapes = [Box(0.2, 0.2, 0.8, 0.8), Box(0.2, 0.4, 0.8, 0.6), Box(0.4, 0.1, 0.46, 0.9)]
    found = [looks_of(street(1), shape) for shape in shapes]
    assert [(looks.rows, looks.columns) for looks in found if looks is not None] == [(48, 48), (16, 48), (48, 16)]


def test_a_place_at_the_pictures_edge_can_be_compared() -> None:
    """Beyond the edge the picture goes on as it ends."""
    corner = Box(0.0, 0.0, 0.55, 0.55)
    looks = looks_of(street(1), corner)
    assert looks is not None
    found = compare(street(1, shift=2), corner, looks)
    assert found is not None
    assert found.alike > 0.8


def test_looks_hold_over_a_change_of_resolution() -> None:
    """A camera's second stream, of half the size, shows the same vehicle."""
    looks = looks_of(street(1), PLACE)
    assert looks is not None
    found = compare(np.ascontiguousarray(street(1)[::2, ::2]), PLACE, looks)
    assert found is not None
    assert found.alike > ALIKE


def test_blending_goes_a_quarter_of_the_way() -> None:
    """Wandering shadows are followed."""
    assert blend(Looks(8, 8, bytes(192)), Looks(8, 8, bytes([100]) * 192)) == Looks(8, 8, bytes([25]) * 192)


def test_a_kept_picture_is_small_and_grey() -> None:
    """At most 320 pixels wide, one byte each; smaller pictures keep their size."""
    assert picture_of(shrunk(np.zeros((1080, 1920, 3), np.uint8))).shape == (180, 320, 1)
    assert picture_of(shrunk(street(1))).shape == (200, 200, 1)


def test_kept_pictures_tell_whether_something_came() -> None:
    """The same vehicle is alike, another one and an empty place are not; nobody can say what came where all is flat."""
    now = shrunk(street(1))
    assert (alike_in(PLACE, now, shrunk(street(1, shift=2))) or 0) > ALIKE
    assert (alike_in(PLACE, now, shrunk(street(2))) or 0) < UNLIKE
    assert (alike_in(PLACE, now, shrunk(street())) or 0) < UNLIKE
    assert alike_in(PLACE, shrunk(street()), now) is None
    assert alike_in(Box(0.5, 0.5, 0.52, 0.52), now, now) is None
