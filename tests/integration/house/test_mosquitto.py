"""The devices' broker as compose configures it, run for real on loopback."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from streams.leash import leash
from tests.house.tree import ROOT

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not on this machine")


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of the inner and the outer listener of a running broker, with one device that may sign in."""
    source = ROOT / "docker" / "mosquitto"
    inner, outer = free_port(), free_port()
    shutil.copy(source / "acl", tmp_path / "acl")
    (tmp_path / "acl").chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(tmp_path / "passwords"), "door-7", "secret"], check=True, capture_output=True)
    text = (source / "mosquitto.conf").read_text(encoding="utf-8")
    text = text.replace("/mosquitto/config", str(tmp_path)).replace("/mosquitto/data/", f"{tmp_path}/")
    text = text.replace("listener 1883", f"listener {inner} 127.0.0.1").replace("listener 1884", f"listener {outer} 127.0.0.1")
    # Started by root, mosquitto drops to a user of its own, who may not read a test's folder.
    (tmp_path / "mosquitto.conf").write_text(f"user root\n{text}", encoding="utf-8")
    broker = subprocess.Popen(
        [str(MOSQUITTO), "-c", str(tmp_path / "mosquitto.conf")],
        stderr=subprocess.PIPE,
        preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
    )
    try:
        _wait_for(inner)
        _wait_for(outer)
        yield inner, outer
    finally:
        broker.terminate()
        broker.communicate(timeout=10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


class Device:
    """An MQTT client that remembers whether it was let in and what it was sent."""

    def __init__(self, port: int, user: str | None = None, password: str | None = None) -> None:
        self.connected, self.answered, self.received = False, Event(), Event()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        if user is not None:
            self.client.username_pw_set(user, password)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda *_: self.received.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert self.answered.wait(10)

    def _on_connect(self, _client: mqtt.Client, _data: object, _flags: object, code: ReasonCode, _properties: Properties | None) -> None:
        self.connected = not code.is_failure
        self.answered.set()

    def stop(self) -> None:
        """Leave the broker."""
        self.client.disconnect()
        self.client.loop_stop()


def test_the_gateway_hears_what_a_device_writes(doors: tuple[int, int]) -> None:
    """A device that signs in outside is heard inside, below its own name."""
    inside, device = Device(doors[0]), Device(doors[1], "door-7", "secret")
    subscribed = Event()
    inside.client.on_subscribe = lambda *_: subscribed.set()
    inside.client.subscribe("cityloop/#", qos=1)
    assert subscribed.wait(10)
    device.client.publish("cityloop/door-7/door", "true", qos=1).wait_for_publish(10)
    assert inside.received.wait(10)
    inside.stop()
    device.stop()


def test_a_device_cannot_write_in_anothers_name(doors: tuple[int, int]) -> None:
    """What a device writes below another's name reaches nobody."""
    inside, device = Device(doors[0]), Device(doors[1], "door-7", "secret")
    subscribed = Event()
    inside.client.on_subscribe = lambda *_: subscribed.set()
    inside.client.subscribe("cityloop/door-8/#", qos=1)
    assert subscribed.wait(10)
    device.client.publish("cityloop/door-8/door", "true", qos=1).wait_for_publish(10)
    assert not inside.received.wait(0.5)
    inside.stop()
    device.stop()


def test_an_absent_gateway_misses_nothing(doors: tuple[int, int]) -> None:
    """More messages than mosquitto keeps by default (1000) wait for a session that is away, and all come when it is back."""
    sent = {f"reading {number}".encode() for number in range(1500)}
    _session(doors[0], set())
    device = Device(doors[1], "door-7", "secret")
    for payload in sent:
        device.client.publish("cityloop/door-7/door", payload, qos=1)
    device.client.publish("cityloop/door-7/door", b"last", qos=1).wait_for_publish(30)
    device.stop()
    assert _session(doors[0], sent | {b"last"}) == sent | {b"last"}


def _session(port: int, awaited: set[bytes]) -> set[bytes]:
    """Take up the session ``gateway``, stay until what is awaited has come (30 s at most), and leave it in its place."""
    found: set[bytes] = set()
    subscribed, complete = Event(), Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="gateway", clean_session=False, protocol=mqtt.MQTTv311)

    def take(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        found.add(bytes(message.payload))
        if found >= awaited:
            complete.set()

    def join(*_: object) -> None:
        client.subscribe("cityloop/#", qos=1)

    client.on_message = take
    client.on_connect = join
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert subscribed.wait(10)
    if awaited:
        complete.wait(30)
    client.disconnect()
    client.loop_stop()
    return found


@pytest.mark.parametrize(("user", "password"), [(None, None), ("door-7", "wrong"), ("door-9", "secret")])
def test_a_stranger_stays_outside(doors: tuple[int, int], user: str | None, password: str | None) -> None:
    """The outer door refuses who does not say a name, says a wrong password or is not known."""
    device = Device(doors[1], user, password)
    assert not device.connected
    device.stop()
