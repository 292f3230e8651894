from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.moment import parse
from config.sources import Device
from streams.gateway.adapters.reading import City, Message, Reading, Reason, devices_by_address
from streams.gateway.adapters.seen import last_seen
from streams.gateway.adapters.table import read_message
from streams.observation import Position
from tests.fakes.observations import KINDS, NOON

PAYLOADS = Path(__file__).parents[2] / "data" / "gateway"
DEVICES = [
    Device(id="sensor/door-402", adapter="zigbee2mqtt", address="Door 3-1-402", kinds=("door",), name="door", lon=121.5, lat=31.25),
    Device(id="sensor/smoke-7", adapter="zigbee2mqtt", address="hall/smoke 7", kinds=("smoke",), name="smoke", lon=121.6, lat=31.26),
]
CITY = City(devices=devices_by_address({device.id: device for device in DEVICES}), kinds=KINDS)


def read(name: str, payload: bytes | dict[str, Any], *, retained: bool = False) -> Reading:
    raw = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return read_message(Message(topic=f"zigbee2mqtt/{name}", payload=raw, retained=retained), CITY, NOON)


def test_an_open_door() -> None:
    """The recorded payload of a door with contact false is an open door, seen at the time of receipt, at the device's place."""
    reading = read("Door 3-1-402", (PAYLOADS / "zigbee2mqtt_door.json").read_bytes())
    door, battery = reading.observations
    assert (door.source, door.kind, door.value, door.at, door.received_at) == ("sensor/door-402", "door", True, NOON, NOON)
    assert door.position == Position(121.5, 31.25)
    assert door.attributes == {"temperature": 24, "voltage": 3025, "linkquality": 120}
    assert (battery.kind, battery.value) == ("battery", 100.0)
    assert (reading.problems, reading.ignored) == ((), None)


def test_a_closed_door() -> None:
    """Zigbee2MQTT's contact is true while the contact is closed, so the door is not open."""
    (door,) = read("Door 3-1-402", {"contact": True}).observations
    assert door.value is False


def test_a_smoke_alarm() -> None:
    """The recorded payload of a smoke alarm is smoke at the instant at which it was last seen, and no drill."""
    smoke, battery = read("hall/smoke 7", (PAYLOADS / "zigbee2mqtt_smoke.json").read_bytes()).observations
    assert (smoke.kind, smoke.value, smoke.at) == ("smoke", True, parse("2026-11-21T22:36:00+08:00"))
    assert (battery.kind, battery.value) == ("battery", 99.0)
    assert "test" not in smoke.attributes
    assert smoke.attributes["smoke_density"] == 0


def test_a_drill_is_marked() -> None:
    """A message with test true is marked in every observation, so that no rule looks at it."""
    reading = read("hall/smoke 7", {"smoke": True, "battery": 99, "test": True})
    assert [observation.attributes["test"] for observation in reading.observations] == [True, True]


@pytest.mark.parametrize("given", [False, None, 1, "true"])
def test_only_true_is_a_drill(given: object) -> None:
    """Anything but the truth value true leaves the alarm real: a strange drill flag must not silence a fire."""
    (smoke,) = read("hall/smoke 7", {"smoke": True, "test": given}).observations
    assert "test" not in smoke.attributes


def test_a_second_report_of_the_same_smoke_is_passed_on() -> None:
    """Each report of smoke that stays is an observation of its own, so that a rule can re-arm by time."""
    first = read("hall/smoke 7", {"smoke": True, "last_seen": "2026-11-21T14:36:00Z"}).observations[0]
    second = read("hall/smoke 7", {"smoke": True, "last_seen": "2026-11-21T14:37:00Z"}).observations[0]
    assert first.id != second.id


def test_a_redelivered_report_has_the_same_identity() -> None:
    """The same message delivered again later is the same observation when the device says when it was seen."""
    payload = {"smoke": True, "last_seen": "2026-11-21T14:36:00Z"}
    message = Message(topic="zigbee2mqtt/hall/smoke 7", payload=msgspec.json.encode(payload))
    first, again = (read_message(message, CITY, now).observations[0] for now in (NOON, NOON + 60_000_000))
    assert first.id == again.id


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-11-21T14:36:00.000Z", "2026-11-21T14:36:00Z"),
        ("2026-11-21T22:36:00+08:00", "2026-11-21T14:36:00Z"),
        (1795271760000, "2026-11-21T14:36:00Z"),
        (1795271760000.25, "2026-11-21T14:36:00.000250Z"),
    ],
    ids=["ISO_8601", "ISO_8601_local", "epoch", "epoch with a fraction"],
)
def test_last_seen_in_its_formats(given: object, moment: str) -> None:
    """Each of Zigbee2MQTT's formats of last_seen is the instant that it means."""
    assert last_seen(given) == parse(moment)


@pytest.mark.parametrize("given", [None, "N/A", "2026-11-21T14:36:00", 0, 1795271760, True, -5, float("inf"), [], "1000-01-01T00:00:00Z"])
def test_last_seen_that_says_nothing(given: object) -> None:
    """What is no instant, or has no offset, or is an epoch in another unit, is none: the time of receipt stands in."""
    assert last_seen(given) is None


def test_an_unreadable_last_seen_loses_no_alarm() -> None:
    """Smoke with a broken clock is smoke now, and what the device said is kept beside it."""
    (smoke,) = read("hall/smoke 7", {"smoke": True, "last_seen": "2026-11-21T14:36:00"}).observations
    assert (smoke.at, smoke.attributes) == (NOON, {"last_seen": "2026-11-21T14:36:00"})


@pytest.mark.parametrize(
    ("name", "payload", "retained", "reason"),
    [
        ("Door 3-1-402", b'{"contact": false}', True, Reason.RETAINED),
        ("hall/smoke 7", b'{"smoke": true}', True, Reason.RETAINED),
        ("Door 3-1-402", b"", False, Reason.EMPTY),
        ("bridge/state", b'{"state": "online"}', False, Reason.BRIDGE),
        ("bridge", b"{}", False, Reason.BRIDGE),
        ("Door 3-1-402/availability", b'{"state": "online"}', False, Reason.AVAILABILITY),
        ("Door 3-1-402/set", b'{"led": "on"}', False, Reason.COMMAND),
        ("hall/smoke 7/get", b'{"smoke": ""}', False, Reason.COMMAND),
        ("Door 3-1-402", b'{"linkquality": 120}', False, Reason.NOTHING_KNOWN),
        ("Door 3-1-402", b'{"contact": null}', False, Reason.NOTHING_KNOWN),
    ],
)
def test_what_is_no_report_is_ignored_with_its_reason(name: str, payload: bytes, retained: bool, reason: Reason) -> None:
    """Retained copies, the bridge's own topics, commands and empty messages open nothing and say why."""
    assert read(name, payload, retained=retained) == Reading(ignored=reason)


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        (
            "Door 9",
            b'{"contact": false}',
            "zigbee2mqtt/Door 9: 'Door 9' is not a device of this city. Add a device with adapter zigbee2mqtt and address Door 9.",
        ),
        (
            "Door 3-1-402",
            b'{"contact": fals',
            "zigbee2mqtt/Door 3-1-402:1:17: not JSON: input data was truncated. The text ends too early: send it whole.",
        ),
        ("Door 3-1-402", b"ON", "zigbee2mqtt/Door 3-1-402:1:1: not JSON: invalid character. Send one JSON object or array, in UTF-8."),
        ("Door 3-1-402", b"[1]", "zigbee2mqtt/Door 3-1-402: The payload is not a JSON object. Set Zigbee2MQTT's output to json."),
        (
            "Door 3-1-402",
            b'{"contact": "open"}',
            "zigbee2mqtt/Door 3-1-402: contact: 'open' does not fit. It must be true (closed) or false (open).",
        ),
        ("Door 3-1-402", b'{"a": "' + b"x" * 65_536 + b'"}', "zigbee2mqtt/Door 3-1-402: The payload has 65545 bytes. Send at most 65536."),
    ],
    ids=["unknown device", "cut off", "plain text", "array", "wrong type", "too long"],
)
def test_what_cannot_be_read_is_told(name: str, payload: bytes, said: str) -> None:
    """Each way in which a message can be wrong is a problem with its topic and its remedy, and no observation."""
    reading = read(name, payload)
    assert ([str(problem) for problem in reading.problems], reading.observations, reading.ignored) == ([said], (), None)


def test_a_bad_battery_does_not_hide_smoke() -> None:
    """When one property cannot be read the others are still taken, and the bad one is told."""
    reading = read("hall/smoke 7", {"smoke": True, "battery": 300})
    assert [observation.kind for observation in reading.observations] == ["smoke"]
    assert [problem.what for problem in reading.problems] == ["battery: 300 does not fit."]


def test_a_kind_that_the_city_does_not_have_is_left_out() -> None:
    """A property whose kind is not in the kinds table gives no observation."""
    city = City(devices=CITY.devices, kinds={"door": KINDS["door"]})
    reading = read_message(Message(topic="zigbee2mqtt/Door 3-1-402", payload=b'{"contact": true, "battery": 5}'), city, NOON)
    assert [observation.kind for observation in reading.observations] == ["door"]


def test_a_topic_without_an_adapter_is_told() -> None:
    """A message on a topic that no adapter reads is a problem that lists those that are read."""
    reading = read_message(Message(topic="tele/door/SENSOR", payload=b"{}"), CITY, NOON)
    assert str(reading.problems[0]) == "tele/door/SENSOR: No adapter reads this topic. Publish below one of: zigbee2mqtt, cityloop."
