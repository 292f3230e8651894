"""Devices that publish over MQTT as Zigbee2MQTT would, and wait until the MQTT broker has what they said."""

import threading
from collections.abc import Iterable

import msgspec
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from config.moment import SECOND, Micros, render
from streams.ids import observation_id


class Devices:
    """A publisher at quality of service 1.

    Args:
        port: of the MQTT broker on loopback.
    """

    def __init__(self, port: int) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(500)
        connected = threading.Event()
        self._client.on_connect = lambda *_: connected.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert connected.wait(10), "the MQTT broker does not answer"

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish and wait until the MQTT broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def stream(self, topic: str, payloads: Iterable[bytes]) -> None:
        """Publish many, and wait until the MQTT broker has them all."""
        for info in [self._client.publish(topic, payload, qos=1) for payload in payloads]:
            info.wait_for_publish(30)

    def burst(self, moments: Iterable[tuple[int, Micros]]) -> set[str]:
        """Report open doors: door ``1 + n % 20`` at each instant.

        Returns:
            The identities of the observations that must come of it.
        """
        expected, infos = set(), []
        for n, at in moments:
            door = 1 + n % 20
            payload = msgspec.json.encode({"contact": False, "last_seen": render(at)})
            infos.append(self._client.publish(f"zigbee2mqtt/door-{door}", payload, qos=1))
            expected.add(observation_id(f"sensor/door-{door}", "door", at, True))
        for info in infos:
            info.wait_for_publish(30)
        return expected

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def instants(count: int, start: Micros) -> list[tuple[int, Micros]]:
    """Instants a millisecond apart, numbered."""
    return [(n, start + n * SECOND // 1000) for n in range(count)]
