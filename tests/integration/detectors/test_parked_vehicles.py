"""Two vehicles that are parked at the top right of a real camera's clip, and the people who walk through the rest of it."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest

from bench.detectors.memo import Memo
from bench.detectors.playing import lit
from bench.detectors.script import Light
from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.health import FILE_LIMITS
from detectors.inference.detector import NanoDet
from detectors.inference.port import Picture
from detectors.judge import Judge
from detectors.sources.clip import Clip
from detectors.sources.frame import Frame
from tests.fakes.footage import real_model, vtest

ZONES = {
    "bay": ((0.82, 0.03), (1.0, 0.03), (1.0, 0.25), (0.82, 0.25)),
    "road": ((0.36, 0.36), (0.60, 0.28), (0.99, 0.22), (0.99, 0.80), (0.80, 0.80), (0.36, 0.55)),
    "all": ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
}
"""The vehicles' place, the road where only people are, and the whole picture."""
DWELL = 30 * SECOND
LIGHTS = {
    "plain": Light(),
    "brightness": Light(swing=0.2),
    "jpeg": Light(jpeg=40),
    "shake": Light(shake=3),
    "together": Light(swing=0.2, jpeg=40, shake=3),
}


def scaled(picture: Picture, height: int) -> Picture:
    """The picture in another size, as a camera's second stream has it."""
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def changes() -> dict[str, Callable[[Picture, int], Picture]]:
    """What is done to the picture of each second."""
    lights = {name: partial(_in_light, light) for name, light in LIGHTS.items()}
    return {**lights, "small": lambda picture, _: scaled(picture, 360)}


def _in_light(light: Light, picture: Picture, second: int) -> Picture:
    return lit(picture, light, second, 7)


@pytest.mark.slow
@pytest.mark.parametrize("change", list(changes()))
def test_each_parked_vehicle_is_told_once_and_nobody_who_walks(change: str) -> None:
    """Over the whole clip, at one look a second and one in five: one event for each of the two vehicles, when its dwell is over."""
    memo, clip = Memo(NanoDet(real_model())), Clip(vtest())
    found = [clip.frame(float(second)) for second in range(int(clip.duration()))]
    pictures = [changes()[change](picture, second) for second, picture in enumerate(found) if picture is not None]
    assert len(pictures) == 79
    for every in (1, 5):
        zones = tuple(Zone(id=name, scene="illegal_parking", polygon=polygon, dwell=DWELL) for name, polygon in ZONES.items())
        judge = Judge(Camera(id="camera/gate-3", zones=zones, rate=1 / every), memo, None, FILE_LIMITS)
        told = [one for second in range(0, len(pictures), every) for one in judge.look(Frame(pictures[second], second * SECOND))]
        confirmed = [one for one in told if one.kind == "illegal_parking" and one.value is True and one.attributes["phase"] == "confirmed"]
        assert [(one.at // SECOND, one.zone) for one in confirmed] == [(30, zone) for zone in ("bay", "bay", "all", "all")], every
        assert len({one.attributes["stay"] for one in confirmed}) == 4
        assert all(one.attributes["box"][0] > 0.82 for one in confirmed), "both stand at the top right"
        assert not [one for one in told if one.value is False], "neither ever ends"
