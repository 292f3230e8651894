"""Zigbee2MQTT: ``zigbee2mqtt/<friendly name>`` with one JSON object of everything that the device exposes.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html and the ``exposes`` pages. ``contact`` is
true while the contact is **closed**; ``smoke`` stays true as long as there is smoke; ``test`` marks a drill.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from config.kinds import Kind
from config.moment import Micros
from config.problem import Problem
from config.sources import Device
from streams.gateway.adapters.reading import City, Message, Reading, Reason, refused, unknown_device
from streams.gateway.adapters.seen import last_seen
from streams.gateway.jsontext import BadJsonError, read_json
from streams.ids import observation_id
from streams.observation import Observation, Position, Value

NAME = "zigbee2mqtt"
TOPICS = ("zigbee2mqtt/#",)
"""What the gateway subscribes to."""

_VERBS: Mapping[str, Reason] = {"set": Reason.COMMAND, "get": Reason.COMMAND, "availability": Reason.AVAILABILITY}
_BOOKKEEPING = frozenset({"last_seen", "test"})


class Property(NamedTuple):
    """How one property of a payload becomes an observation."""

    kind: str
    read: Callable[[object], Value | None]
    expected: str


def _negated(given: object) -> bool | None:
    return not given if isinstance(given, bool) else None


def _truth(given: object) -> bool | None:
    return given if isinstance(given, bool) else None


def _percent(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 100 else None


PROPERTIES: Mapping[str, Property] = {
    "contact": Property("door", _negated, "true (closed) or false (open)"),
    "smoke": Property("smoke", _truth, "true or false"),
    "battery": Property("battery", _percent, "a number from 0 to 100"),
}
"""What we read of a payload; a row for each property."""


def read(message: Message, city: City, now: Micros) -> Reading:
    """Read one message."""
    name = message.topic.partition("/")[2]
    ignored = _no_report(message, name)
    if ignored is not None:
        return Reading(ignored=ignored)
    device = city.devices.get((NAME, name))
    if device is None:
        return unknown_device(message.topic, NAME, name)
    try:
        payload = read_json(message.payload, file=message.topic)
    except BadJsonError as error:
        return Reading(problems=(error.problem,))
    if not isinstance(payload, dict):
        return refused(message.topic, "The payload is not a JSON object.", "Set Zigbee2MQTT's output to json.")
    return _observations(message.topic, payload, device, city.kinds, now)


def _no_report(message: Message, name: str) -> Reason | None:
    if message.retained:
        return Reason.RETAINED
    if not message.payload:
        return Reason.EMPTY
    if name == "bridge" or name.startswith("bridge/"):
        return Reason.BRIDGE
    verbs = name.split("/")[1:]
    return next((_VERBS[verb] for verb in verbs if verb in _VERBS), None)


def _observations(topic: str, payload: dict[str, Any], device: Device, kinds: Mapping[str, Kind], now: Micros) -> Reading:
    moment = last_seen(payload.get("last_seen"))
    at = now if moment is None else moment
    attributes = _attributes(payload, seen=moment is not None)
    observations: list[Observation] = []
    problems: list[Problem] = []
    for name, row in PROPERTIES.items():
        if payload.get(name) is None or row.kind not in kinds:
            continue
        value = row.read(payload[name])
        if value is None:
            problems.append(Problem(file=topic, what=f"{name}: {payload[name]!r:.60} does not fit.", fix=f"It must be {row.expected}."))
            continue
        observation = Observation(
            id=observation_id(device.id, row.kind, at, value),
            source=device.id,
            kind=row.kind,
            at=at,
            value=value,
            position=Position(device.lon, device.lat),
            attributes=attributes,
            received_at=now,
        )
        observations.append(observation)
    if not observations and not problems:
        return Reading(ignored=Reason.NOTHING_KNOWN)
    return Reading(observations=tuple(observations), problems=tuple(problems))


def _attributes(payload: Mapping[str, Any], *, seen: bool) -> dict[str, Any]:
    """What else the payload says. ``test`` only when it is true: then no rule looks at the observation."""
    others = {name: value for name, value in payload.items() if name not in PROPERTIES and name not in _BOOKKEEPING}
    if payload.get("test") is True:
        others["test"] = True
    if not seen and payload.get("last_seen") is not None:
        others["last_seen"] = payload["last_seen"]
    return others
