"""What observations say about stays and about a camera's health."""

import msgspec
import pytest

from config.kindfile import shipped_kinds
from config.kinds import ValueType
from config.moment import SECOND
from config.sources import SCENES, Camera, Zone
from detectors.boxes import Box
from detectors.health import Condition, Health
from detectors.reference import Reference
from detectors.scenes.stay import Phase, Stay
from detectors.telling import health_observation, stay_id, stay_observation
from detectors.thumbnail import shrink
from streams.observation import Position
from streams.publicform import read_observation, write_observation
from tests.fakes.painting import SQUARE
from tests.fakes.scenery import infrared, panorama, seen

ZONE = Zone(id="bay", scene="illegal_parking", polygon=SQUARE)
CAMERA = Camera(id="camera/gate-3", zones=(ZONE,), lon=113.2, lat=29.4)
STAY = Stay(
    phase=Phase.CONFIRMED,
    since=5 * SECOND,
    seen=35 * SECOND,
    first=Box(0.1, 0.2, 0.3, 0.4),
    box=Box(0.1, 0.2, 0.3, 0.40004),
    label="car",
    confidence=0.61,
)


def test_a_confirmed_stay() -> None:
    """A stay says what, where, since when and how sure, in the fields that every observation has."""
    told = stay_observation(CAMERA, ZONE, STAY, 35 * SECOND)
    assert (told.source, told.kind, told.zone, told.at, told.value) == ("camera/gate-3", "illegal_parking", "bay", 35 * SECOND, True)
    assert told.position == Position(113.2, 29.4)
    assert told.confidence == 0.61
    assert told.attributes["since"] == "1970-01-01T00:00:05Z"
    assert told.attributes["box"] == [0.1, 0.2, 0.3, 0.4]
    assert "until" not in told.attributes


def test_an_ended_stay() -> None:
    """The end is false and tells the last sight."""
    ended = stay_observation(CAMERA, ZONE, msgspec.structs.replace(STAY, phase=Phase.ENDED), 47 * SECOND)
    assert ended.value is False
    assert ended.attributes["until"] == "1970-01-01T00:00:35Z"


def test_a_zones_own_kind() -> None:
    """A zone may report under another kind than its scene's name."""
    own = msgspec.structs.replace(ZONE, kind="fire_lane_blocked")
    assert stay_observation(CAMERA, own, STAY, 0).kind == "fire_lane_blocked"


def test_two_vehicles_of_one_picture_are_two_observations() -> None:
    """Source, kind, at and value are the same for two vehicles confirmed at once; their ids are not."""
    other = msgspec.structs.replace(STAY, first=Box(0.5, 0.2, 0.7, 0.4))
    one, two = (stay_observation(CAMERA, ZONE, stay, 35 * SECOND) for stay in (STAY, other))
    assert one.id != two.id
    assert one.attributes["stay"] != two.attributes["stay"]


def test_a_stay_keeps_its_name() -> None:
    """All observations of one stay carry one name, however its box trembles; each observation has its own id."""
    later = msgspec.structs.replace(STAY, phase=Phase.LASTING, seen=95 * SECOND, box=Box(0.11, 0.2, 0.31, 0.4))
    one, two = stay_observation(CAMERA, ZONE, STAY, 35 * SECOND), stay_observation(CAMERA, ZONE, later, 95 * SECOND)
    assert one.attributes["stay"] == two.attributes["stay"] == stay_id(CAMERA, ZONE, STAY)
    assert one.id != two.id


def test_the_same_run_gives_the_same_ids() -> None:
    """Ids are computed, so that a second run over the same file repeats observations and adds none."""
    assert stay_observation(CAMERA, ZONE, STAY, 0) == stay_observation(CAMERA, ZONE, STAY, 0)


def test_a_blind_camera_says_that_its_zones_are_unknown() -> None:
    """Blindness is told with the zones that nobody can see; sight without."""
    blind = health_observation(CAMERA, Health(condition=Condition.BLACK), 9 * SECOND)
    assert (blind.kind, blind.value, blind.attributes) == ("camera_health", "black", {"zones": {"bay": "unknown"}})
    assert health_observation(CAMERA, Health(), 9 * SECOND).attributes == {}


def test_light_and_a_new_view_are_told_with_the_condition() -> None:
    """A camera that sees by infra-red says so; one that takes a new view for the usual one says so once."""
    glance = shrink(infrared(seen(panorama(1))))
    night = Health(reference=Reference.of(glance, 0), relearned=9 * SECOND)
    assert health_observation(CAMERA, night, 9 * SECOND).attributes == {"light": "infrared", "view": "relearned"}
    assert health_observation(CAMERA, night, 10 * SECOND).attributes == {"light": "infrared"}


def test_a_camera_of_unknown_place_has_no_position() -> None:
    """Without coordinates in the catalogue there is none in the observation."""
    assert stay_observation(msgspec.structs.replace(CAMERA, lon=None, lat=None), ZONE, STAY, 0).position is None


@pytest.mark.parametrize("condition", list(Condition))
def test_what_is_told_can_be_read_again(condition: Condition) -> None:
    """The public form of every observation is accepted by the product's own door, with the shipped kinds."""
    for told in (stay_observation(CAMERA, ZONE, STAY, 35 * SECOND), health_observation(CAMERA, Health(condition=condition), SECOND)):
        public = write_observation(told)
        assert read_observation(public, now=told.at, kinds=shipped_kinds()).id == told.id


def test_every_scene_of_the_catalogue_has_its_kind() -> None:
    """The kind that a scene reports under is in the shipped table, with the type that is told."""
    assert {shipped_kinds()[kind].value for kind in SCENES.values()} == {ValueType.BOOL}


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_reports_under_its_kind(scene: str) -> None:
    """Without a kind of the zone's own, the scene's is told."""
    assert stay_observation(CAMERA, msgspec.structs.replace(ZONE, scene=scene), STAY, 0).kind == SCENES[scene]
