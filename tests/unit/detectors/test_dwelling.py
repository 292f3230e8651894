"""Which things each dwelling scene is about."""

import pytest

from config.moment import SECOND
from config.sources import SCENES, Zone
from detectors.boxes import Box, Detection
from detectors.scenes.port import Look, Need, Sight
from detectors.scenes.table import WATCHERS, watcher_of
from tests.fakes.painting import SQUARE

PLACE = Box(0.4, 0.4, 0.6, 0.6)


def stands(scene: str, label: str) -> list[str]:
    """The phases that are told while a thing stands in the zone for 20 s."""
    watcher = watcher_of(Zone(id="bay", scene=scene, polygon=SQUARE, dwell=10 * SECOND))
    looks = [Look(at=second * SECOND, seen=(Detection(label, 0.8, PLACE),)) for second in range(20)]
    return [stay.phase.value for look in looks for stay in watcher.look(look)]


@pytest.mark.parametrize(
    ("scene", "label", "told"),
    [
        ("illegal_parking", "truck", ["confirmed"]),
        ("illegal_parking", "bicycle", []),
        ("non_motor_parking", "motorcycle", ["confirmed"]),
        ("non_motor_parking", "car", []),
        ("fire_lane", "car", ["confirmed"]),
        ("fire_lane", "bicycle", ["confirmed"]),
        ("fire_lane", "person", []),
    ],
)
def test_what_may_not_stand(scene: str, label: str, told: list[str]) -> None:
    """A motor vehicle, two wheels, or either, as the scene says; people never."""
    assert stands(scene, label) == told


def test_every_scene_of_the_catalogue_has_a_watcher() -> None:
    """What a camera file may name can be watched, and nothing else is in the table."""
    assert set(WATCHERS) == set(SCENES)


def test_a_dwelling_scene_is_shown_detections_and_can_always_judge() -> None:
    """It needs what the model found and how the places look, nothing else, and no teaching."""
    watcher = watcher_of(Zone(id="bay", scene="fire_lane", polygon=SQUARE))
    assert (watcher.needs, watcher.sight, watcher.standing) == (Need.DETECTIONS | Need.PICTURE, Sight.CLEAR, ())
