"""What the simulator publishes, read back by the gateway's own adapter."""

import json

import pytest

from cityloop.demo.street.lives import Report
from cityloop.demo.street.zigbee import RETAINED_ADDRESS, expected_ids, payload_of, retained_payload, topic_of
from config.kindfile import shipped_kinds
from config.loader import DEMO_CITY, load_city
from config.moment import SECOND
from config.sources import Device
from streams.gateway.adapters.reading import City, Message, Reason, devices_by_address
from streams.gateway.adapters.table import read_message

AT = 1_760_000_000 * SECOND + 123_000
SMOKE = Device(id="sensor/smoke-1", adapter="zigbee2mqtt", address="smoke-1", kinds=("smoke", "battery"), name="", lon=113, lat=29)
DOOR = Device(id="sensor/door-1", adapter="zigbee2mqtt", address="door-1", kinds=("door", "battery"), name="", lon=113, lat=29)
CITY = City(devices=devices_by_address({SMOKE.id: SMOKE, DOOR.id: DOOR}), kinds=shipped_kinds())


@pytest.mark.parametrize("device", [SMOKE, DOOR])
@pytest.mark.parametrize("value", [True, False])
def test_the_gateway_makes_the_expected_observations(device: Device, value: bool) -> None:
    """The ids that the simulator expects are those that the gateway gives."""
    report = Report(device, device.kinds[0], AT, value, drill=False, battery=88)
    reading = read_message(Message(topic=topic_of(device.address), payload=payload_of(report)), CITY, AT + SECOND)
    assert reading.problems == ()
    assert {observation.id for observation in reading.observations} == set(expected_ids(report))
    (watched,) = [observation for observation in reading.observations if observation.kind == device.kinds[0]]
    assert (watched.value, watched.at) == (value, AT)


def test_an_open_door_has_no_contact() -> None:
    """The payload says contact: false when the door is open."""
    assert json.loads(payload_of(Report(DOOR, "door", AT, value=True, drill=False, battery=88)))["contact"] is False


def test_a_drill_is_marked_for_the_rules() -> None:
    """A report within a drill becomes an observation that no rule looks at."""
    report = Report(SMOKE, "smoke", AT, value=True, drill=True, battery=88)
    reading = read_message(Message(topic=topic_of(SMOKE.address), payload=payload_of(report)), CITY, AT)
    assert all(observation.attributes["test"] is True for observation in reading.observations)


def test_the_retained_copy_is_a_known_device_and_is_ignored() -> None:
    """What the broker kept from last year comes from a device of the city, and only its age keeps it from being an alarm."""
    city = City(devices=devices_by_address(load_city(DEMO_CITY).devices), kinds=shipped_kinds())
    topic = topic_of(RETAINED_ADDRESS)
    assert read_message(Message(topic=topic, payload=retained_payload(), retained=True), city, AT).ignored is Reason.RETAINED
    assert any(
        observation.value is True for observation in read_message(Message(topic=topic, payload=retained_payload()), city, AT).observations
    )
