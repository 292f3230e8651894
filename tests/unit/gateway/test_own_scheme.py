import msgspec
import pytest

from config.moment import parse
from config.sources import Device
from streams.gateway.adapters.reading import City, Message, Reading, Reason, devices_by_address
from streams.gateway.adapters.table import read_message
from streams.observation import Position
from tests.fakes.observations import KINDS, NOON

LAB = Device(id="sensor/lab-door", adapter="cityloop", address="sensor/lab-door", kinds=("door",), name="lab", lon=121.5, lat=31.25)
CITY = City(devices=devices_by_address({LAB.id: LAB}), kinds=KINDS)


def read(topic: str, payload: bytes, *, retained: bool = False) -> Reading:
    return read_message(Message(topic=topic, payload=payload, retained=retained), CITY, NOON)


def test_a_bare_value() -> None:
    """A bare JSON value on the topic of a source and kind is an observation at the time of receipt."""
    (door,) = read("cityloop/sensor/lab-door/door", b"true").observations
    assert (door.source, door.kind, door.value, door.at, door.position) == ("sensor/lab-door", "door", True, NOON, Position(121.5, 31.25))


def test_an_object_says_more() -> None:
    """An object gives the instant, its own identity and attributes; source and kind are the topic's, whatever it says."""
    payload = {"id": "e-1", "value": True, "at": "2026-03-02T08:00:00+08:00", "source": "sensor/other", "kind": "smoke", "test": True}
    (door,) = read("cityloop/sensor/lab-door/door", msgspec.json.encode(payload)).observations
    assert (door.id, door.source, door.kind, door.at) == ("e-1", "sensor/lab-door", "door", parse("2026-03-02T00:00:00Z"))
    assert door.attributes == {"test": True}


def test_a_last_will_needs_no_quotes() -> None:
    """A kind of texts takes plain text, as a broker publishes it for a device that has gone."""
    (gone,) = read("cityloop/sensor/lab-door/camera_health", b"offline").observations
    assert gone.value == "offline"


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        (
            "cityloop/sensor/lab-door/door",
            b"open",
            "cityloop/sensor/lab-door/door:1:1: not JSON: invalid character. Send one JSON object or array, in UTF-8.",
        ),
        ("cityloop/sensor/lab-door/door", b"1", "cityloop/sensor/lab-door/door: value: 1 is a number. 'door' takes true or false."),
        (
            "cityloop/sensor/lab-door/dor",
            b"true",
            "cityloop/sensor/lab-door/dor: kind: 'dor' is not in the kinds table. Did you mean 'door'?",
        ),
        (
            "cityloop/sensor/lab-door/door",
            b'{"value": true, "at": "2026-03-02T08:00:00"}',
            (
                'cityloop/sensor/lab-door/door: at: "2026-03-02T08:00:00" has no offset from UTC. '
                "Write 2026-03-02T08:00:00+08:00 for China's time, or 2026-03-02T08:00:00Z for UTC."
            ),
        ),
        (
            "cityloop/sensor/nobody/door",
            b"true",
            (
                "cityloop/sensor/nobody/door: 'sensor/nobody' is not a device of this city. "
                "Add a device with adapter cityloop and address sensor/nobody."
            ),
        ),
        ("cityloop/door", b"true", "cityloop/door: The topic is not of our scheme. Publish to cityloop/sensor/<id>/<kind>."),
    ],
)
def test_what_cannot_be_read_is_told(topic: str, payload: bytes, said: str) -> None:
    """Each way in which a message can be wrong is a problem with its topic and its remedy."""
    reading = read(topic, payload)
    assert ([str(problem) for problem in reading.problems], reading.observations) == ([said], ())


def test_retained_and_empty_messages_are_ignored() -> None:
    """A retained copy opens nothing, and an empty payload clears one."""
    assert read("cityloop/sensor/lab-door/door", b"true", retained=True) == Reading(ignored=Reason.RETAINED)
    assert read("cityloop/sensor/lab-door/door", b"") == Reading(ignored=Reason.EMPTY)
