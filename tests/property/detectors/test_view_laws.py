"""What a camera may say of its own view, on street views by chance."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from detectors.health import Condition, Health, Limits, look
from detectors.inference.port import Picture
from detectors.reference import Light
from detectors.thumbnail import shrink
from tests.fakes.scenery import HEIGHT, WIDTH, defocused, infrared, jpeg, lit, panorama, passers, seen

seeds = st.integers(0, 10_000)
few = settings(max_examples=6, deadline=None)


def after(pictures: list[Picture], health: Health | None = None, limits: Limits | None = None, start: int = 0) -> Health:
    """Look at one picture a second."""
    state = health or Health()
    for second, picture in enumerate(pictures, start):
        state = look(state, limits or Limits(), shrink(picture), second * SECOND)
    return state


def settled(scene: Picture, seconds: int = 5) -> Health:
    """A camera that has got to know its view."""
    return after([lit(seen(scene), 1.0, seed=second) for second in range(seconds)])


def conditions(scene: Picture, pictures: list[Picture]) -> set[Condition]:
    """What a settled camera believes and seems to be in while it is shown pictures."""
    state, found = settled(scene, 5), set()
    for second, picture in enumerate(pictures, 5):
        state = look(state, Limits(), shrink(picture), second * SECOND)
        found |= {state.condition, state.seeming}
    return found


@few
@given(seeds, st.floats(0.8, 1.2), st.integers(-3, 3), st.integers(-3, 3), st.sampled_from([40, 95]))
def test_light_shake_and_compression_are_no_fault(seed: int, gain: float, right: int, down: int, quality: int) -> None:
    """Brightness by a fifth, a shake of three pixels, passers-by and JPEG 40 are neither moved nor blurred, alone or together."""
    scene = panorama(seed)
    shaken = seen(scene, right / WIDTH, down / HEIGHT)
    assert conditions(scene, [jpeg(passers(lit(shaken, gain, seed=n), seed + n), quality) for n in range(4)]) == {Condition.OK}


@few
@given(seeds, st.booleans())
def test_dusk_is_no_fault(seed: int, sudden: bool) -> None:
    """A third of the light and more noise, falling within seconds or at once, leave a camera with its sight."""
    scene = panorama(seed)
    gains = [0.33] * 8 if sudden else np.linspace(1, 0.33, 12).tolist()
    assert conditions(scene, [lit(seen(scene), gain, 3.0, seed=n) for n, gain in enumerate(gains)]) == {Condition.OK}


@few
@given(seeds)
def test_infrared_at_night_is_light_and_no_fault(seed: int) -> None:
    """Colours that go and come again are told as another light; the camera has its sight all the time."""
    scene = panorama(seed)
    state = settled(scene)
    assert state.light is Light.COLOUR
    night = after([infrared(seen(scene), n) for n in range(10)], state, start=5)
    day = after([lit(seen(scene), 1.0, seed=n) for n in range(10)], night, start=15)
    assert (night.light, night.condition, day.light, day.condition) == (Light.INFRARED, Condition.OK, Light.COLOUR, Condition.OK)


@few
@given(seeds, st.sampled_from([(0.15, 0.0), (-0.15, 0.0), (0.0, 0.15), (0.3, 0.0), (-0.2, 0.2)]), st.booleans())
def test_a_turned_camera_is_moved(seed: int, turn: tuple[float, float], night: bool) -> None:
    """A turn by a seventh of the picture is believed after its time, by day and at nightfall, and over when it is turned back."""
    scene = panorama(seed)
    aside = seen(scene, *turn)
    state = after([infrared(aside, n) if night else lit(aside, 1.0, seed=n) for n in range(12)], settled(scene), start=5)
    assert state.condition is Condition.MOVED
    assert after([lit(seen(scene), 1.0, seed=n) for n in range(12)], state, start=17).condition is Condition.OK


@few
@given(seeds, st.floats(2.5, 12.0))
def test_a_lens_out_of_focus_is_blurred(seed: int, pixels: float) -> None:
    """Defocus is believed after its time, and over when the picture is sharp again."""
    scene = panorama(seed)
    state = after([lit(defocused(seen(scene), pixels), 1.0, seed=n) for n in range(22)], settled(scene), start=5)
    assert state.condition is Condition.BLURRED
    assert after([lit(seen(scene), 1.0, seed=n) for n in range(12)], state, start=27).condition is Condition.OK


@few
@given(seeds, st.integers(20, 250))
def test_a_covered_lens_is_blind(seed: int, level: int) -> None:
    """A cloth before the lens, dark or bright, is no other light: after its time nothing is seen."""
    cloth = [lit(np.full((HEIGHT, WIDTH, 3), level, np.uint8), 1.0, seed=n) for n in range(24)]
    assert after(cloth, settled(panorama(seed)), start=5).condition in {Condition.BLURRED, Condition.BLACK}
