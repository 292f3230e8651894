"""The demo city's twelve cameras, judged by the real model over more than one turn of what they play."""

import msgspec
import pytest

from config.camerafile import load_camera
from config.loader import DEMO_CITY
from config.moment import SECOND
from config.sources import Camera
from detectors.health import FILE_LIMITS
from detectors.inference.detector import NanoDet
from detectors.judge import Judge
from detectors.scenes.stay import Phase
from detectors.sources.opening import open_playback
from detectors.sources.playback import Shelf
from detectors.watching import frames_of
from tests.fakes.footage import bikes, real_model

MINUTES = 2
CAMERAS = [load_camera(path) for path in sorted((DEMO_CITY / "cameras").glob("*.yaml"))]
WITH_STAYS = {"camera/gate-3": 20, "camera/gate-7": 25}
"""The dwell of the two in which a car stands, seconds."""
ALERT_LASTS = 30
"""Seconds for which the city's rule keeps firing after the last word of a stay."""


class Told(msgspec.Struct, frozen=True):
    """When a stay was told, and in which phase."""

    seconds: float
    phase: str


@pytest.fixture(scope="module")
def detector() -> NanoDet:
    """The default model."""
    return NanoDet(real_model())


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """Where all cameras find the one clip."""
    return Shelf()


def watch(camera: Camera, detector: NanoDet, shelf: Shelf) -> list[Told]:
    """Judge a camera for two minutes of what it plays."""
    bikes()
    judge, playback = Judge(camera, detector, None, FILE_LIMITS), open_playback(camera, shelf)
    frames = frames_of(playback, camera.rate, 0, MINUTES * 60)
    return [Told(one.at / SECOND, str(one.attributes.get("phase"))) for frame in frames for one in judge.look(frame)]


@pytest.mark.parametrize("camera", [one for one in CAMERAS if one.id not in WITH_STAYS], ids=lambda camera: camera.id)
def test_quiet_cameras_tell_nothing(camera: Camera, detector: NanoDet, shelf: Shelf) -> None:
    """In ten of the twelve no vehicle stands for its dwell, and nothing is told."""
    assert watch(camera, detector, shelf) == []


@pytest.mark.parametrize("camera", [one for one in CAMERAS if one.id in WITH_STAYS], ids=lambda camera: camera.id)
def test_a_car_stands_leaves_and_comes_again(camera: Camera, detector: NanoDet, shelf: Shelf) -> None:
    """In two a car stays as soon as its dwell allows, leaves, and comes back only after its alert has ended."""
    told = watch(camera, detector, shelf)
    assert [one.phase for one in told] == [Phase.CONFIRMED, Phase.ENDED, Phase.CONFIRMED]
    assert 0 <= told[0].seconds - WITH_STAYS[camera.id] <= 3
    assert told[2].seconds - told[1].seconds > ALERT_LASTS
