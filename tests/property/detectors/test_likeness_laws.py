"""Laws of places' looks that hold for any picture and place."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detectors.boxes import Box
from detectors.scenes.likeness import ALIKE, compare, looks_of

EXAMPLES = 40
sides = st.integers(0, 20).map(lambda step: step / 20)
seeds = st.integers(0, 2**16)


@st.composite
def places(draw: st.DrawFn) -> Box:
    """A rectangle in the picture, perhaps an empty one."""
    left, right = sorted((draw(sides), draw(sides)))
    top, bottom = sorted((draw(sides), draw(sides)))
    return Box(left, top, right, bottom)


def noise(seed: int) -> NDArray[np.uint8]:
    """A picture of 192 by 144 pixels full of structure."""
    return np.random.default_rng(seed).integers(20, 120, (12, 16, 3)).repeat(12, 0).repeat(12, 1).astype(np.uint8)


@settings(max_examples=EXAMPLES, deadline=None)
@given(place=places(), seed=seeds, gain=st.sampled_from((0.5, 0.8, 1.0, 1.2, 2.0)))
def test_a_place_is_like_itself_in_any_light(place: Box, seed: int, gain: float) -> None:
    """Wherever it lies and however large it is; the same question has the same answer."""
    picture = noise(seed)
    looks = looks_of(picture, place)
    if looks is None:
        return
    lit = np.clip(picture * gain, 0, 255).astype(np.uint8)
    found = compare(lit, place, looks)
    assert found == compare(lit, place, looks)
    assert found is None or found.alike >= ALIKE


@settings(max_examples=EXAMPLES, deadline=None)
@given(place=places(), one=seeds, other=seeds, hider=places())
def test_likeness_is_a_correlation_and_what_hides_all_leaves_nothing(place: Box, one: int, other: int, hider: Box) -> None:
    """Between -1 and 1 for any two pictures and whatever stands before the place; behind something that covers it there is none."""
    looks = looks_of(noise(one), place)
    if looks is None:
        return
    found = compare(noise(other), place, looks, (hider,))
    assert found is None or -1.001 <= found.alike <= 1.001
    assert compare(noise(other), place, looks, (Box(-1.0, -1.0, 2.0, 2.0),)) is None
