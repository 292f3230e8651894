"""From what a scene or a camera's health says to observations."""

import hashlib
from typing import Any

import msgspec

from config import moment
from config.moment import Micros
from config.sources import SCENES, Camera, Zone
from detectors.health import Condition, Health
from detectors.reference import Light
from detectors.scenes.port import Sight
from detectors.scenes.stay import Phase, Stay
from streams.ids import canonical, foreign_id, observation_id
from streams.observation import Observation, Position

HEALTH_KIND = "camera_health"
SIGHT_KIND = "zone_sight"


def stay_id(camera: Camera, zone: Zone, stay: Stay) -> str:
    """What two vehicles in one zone are told apart by: 16 hexadecimal digits, the same in every observation of a stay."""
    corners = [round(side, 3) for side in msgspec.structs.astuple(stay.first)]
    return hashlib.blake2b(canonical((camera.id, zone.id, stay.since, corners)).encode(), digest_size=8).hexdigest()


def stay_observation(camera: Camera, zone: Zone, stay: Stay, at: Micros, shift: Micros = 0) -> Observation:
    """One observation of a stay: ``value`` is true while it lasts and false at its end.

    Its ``at`` is the picture's, so that a camera's observations are in order; ``attributes`` say since when (and until when)
    the thing was there.

    Args:
        camera: the camera.
        zone: the zone.
        stay: its times are the camera's own.
        at: event time of the picture.
        shift: event time less own time (:mod:`detectors.timeline`). A stay's name hangs on its own time: it lasts when the clock is set.
    """
    name, lasts = stay_id(camera, zone, stay), stay.phase is not Phase.ENDED
    kind = zone.kind or SCENES[zone.scene]
    attributes = {
        "since": moment.render(stay.since + shift),
        "stay": name,
        "phase": stay.phase.value,
        "label": stay.label,
        "box": [round(side, 4) for side in msgspec.structs.astuple(stay.box)],
    }
    if not lasts:
        attributes["until"] = moment.render(stay.seen + shift)
    return Observation(
        # Two vehicles may be confirmed by one picture: source, kind, at and value alone would make them one observation.
        id=foreign_id(camera.id, canonical((kind, zone.id, name, at, lasts))),
        source=camera.id,
        kind=kind,
        at=at,
        value=lasts,
        position=position_of(camera),
        zone=zone.id,
        confidence=stay.confidence,
        attributes=attributes,
    )


def health_observation(camera: Camera, health: Health, at: Micros, shift: Micros = 0) -> Observation:
    """A camera's condition, or the light that it sees by, has changed; its zones are unknown while it is anything but ``ok``.

    Args:
        camera: the camera.
        health: its times are the camera's own.
        at: event time.
        shift: event time less own time (:mod:`detectors.timeline`).
    """
    attributes: dict[str, Any] = {}
    if health.condition is not Condition.OK:
        attributes["zones"] = {zone.id: "unknown" for zone in camera.zones}
    if health.light is not Light.COLOUR:
        attributes["light"] = health.light.value
    if health.relearned == at - shift:
        attributes["view"] = "relearned"
    return Observation(
        id=observation_id(camera.id, HEALTH_KIND, at, health.condition.value),
        source=camera.id,
        kind=HEALTH_KIND,
        at=at,
        value=health.condition.value,
        position=position_of(camera),
        attributes=attributes,
    )


def sight_observation(camera: Camera, zone: Zone, sight: Sight, at: Micros) -> Observation:
    """Whether a zone can be judged has changed: an untaught or unsure one says so and does not guess."""
    return Observation(
        id=foreign_id(camera.id, canonical((SIGHT_KIND, zone.id, at, sight.value))),
        source=camera.id,
        kind=SIGHT_KIND,
        at=at,
        value=sight.value,
        position=position_of(camera),
        zone=zone.id,
        attributes={"scene": zone.scene},
    )


def position_of(camera: Camera) -> Position | None:
    """Where a camera stands, when the catalogue knows it."""
    return None if camera.lon is None or camera.lat is None else Position(camera.lon, camera.lat)
