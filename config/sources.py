"""Cameras with their zones, and devices."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from config.moment import Micros
from config.weekly import Active

Point = tuple[float, float]

SCENES: Mapping[str, str] = {
    "illegal_parking": "illegal_parking",
    "non_motor_parking": "illegal_parking_nonmotor",
    "fire_lane": "fire_lane_blocked",
    "bin_overflow": "bin_overflow",
    "street_drying": "street_drying",
    "exposed_rubbish": "exposed_rubbish",
    "unknown_static_object": "unknown_static_object",
}
"""Scenes that a zone can be judged for, each with the kind of its observations; :mod:`detectors.scenes` knows how."""

PUSHED = "push:"
"""The source of a camera whose frames are pushed to the gateway."""


class Zoom(StrEnum):
    """Whether the model is shown a zone larger than the whole picture would show it."""

    AUTO = "auto"
    """Where the zone is small in the picture."""
    NEVER = "never"
    ALWAYS = "always"
    """As large as it can be: what is looked for is small beside its zone."""


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A polygon of a camera's picture in which one scene is judged.

    Attributes:
        id: unique within the camera.
        scene: which scene judges it (``illegal_parking``).
        polygon: at least three corners as parts of width and height, 0 to 1.
        dwell: how long a vehicle must stand before it counts, microseconds.
        every: time between two looks, microseconds; default = the scene's own.
        kind: kind of the observations; default = the scene's (:data:`SCENES`).
        active: hours of the week in which it is judged; ``None`` is always.
        zoom: whether the model is shown it larger.
    """

    id: str
    scene: str
    polygon: tuple[Point, ...]
    dwell: Micros = 30_000_000
    kind: str | None = None
    every: Micros | None = None
    active: Active | None = None
    zoom: Zoom = Zoom.AUTO


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """One camera.

    Attributes:
        id: ``camera/<id>``.
        zones: what is judged in its picture.
        url: where frames come from (``file:``, ``rtsp:``, ``http:``, ``push:``); credentials by reference only.
        rate: frames judged per second.
        started_at: event time of the first frame of a file; ``None`` for live sources.
        name: shown to people.
        lon: position in degrees.
        lat: position in degrees.
        options: what only one kind of source knows (``hold`` and ``loop`` of a file, ``timeout`` of RTSP; see :mod:`config.cameraoptions`).
    """

    id: str
    zones: tuple[Zone, ...]
    url: str | None = None
    rate: float = 1.0
    started_at: Micros | None = None
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    options: Mapping[str, str | float | bool] = {}


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor.

    Attributes:
        id: ``sensor/<id>``.
        adapter: which adapter reads its messages (``zigbee2mqtt``).
        address: what the adapter knows it by (the MQTT friendly name).
        kinds: kinds it reports, for expected sources.
        name: shown to people.
        lon: position in degrees.
        lat: position in degrees.
        tags: words of the city's own, by which rules expect sources (``lives_alone``).
    """

    id: str
    adapter: str
    address: str
    kinds: tuple[str, ...]
    name: str
    lon: float
    lat: float
    tags: tuple[str, ...] = ()


HEALTH = "camera_health"
"""The kind that every camera reports, whatever its zones are judged for."""


class Reporter(msgspec.Struct, frozen=True, kw_only=True):
    """A source of the catalogue as rules expect it.

    Attributes:
        fleet: ``devices`` or ``cameras``.
        kinds: kinds that it reports.
        tags: words of the city's own.
    """

    fleet: str
    kinds: tuple[str, ...]
    tags: tuple[str, ...] = ()


def reporters(cameras: Mapping[str, Camera], devices: Mapping[str, Device]) -> dict[str, Reporter]:
    """Every source of the city, by id."""
    found = {device.id: Reporter(fleet="devices", kinds=device.kinds, tags=device.tags) for device in devices.values()}
    for camera in cameras.values():
        judged = dict.fromkeys(zone.kind or zone.scene for zone in camera.zones)
        found[camera.id] = Reporter(fleet="cameras", kinds=(HEALTH, *judged))
    return found
