"""Publishes what happens in the street over MQTT, and remembers what the broker has taken."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiomqtt
import structlog

from cityloop.demo.street.lives import Life, due
from cityloop.demo.street.zigbee import RETAINED_ADDRESS, expected_ids, payload_of, retained_payload, topic_of
from config.moment import Micros
from streams.clock import Clock, system_clock

STEP_SECONDS = 0.1
PAUSE_SECONDS = 1.0
log = structlog.get_logger(__name__)


class Publisher:
    """The devices' bridge.

    Args:
        url: ``mqtt://host:port`` of the broker.
        street: the devices' lives.
        clock: the present.

    Attributes:
        began: when the first cycle began: the first moment of :meth:`run`.
        sent: ids of the observations that follow from what the broker has acknowledged.
    """

    def __init__(self, url: str, street: Sequence[Life], clock: Clock = system_clock) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 1883
        self._street, self._clock = street, clock
        self.began: Micros | None = None
        self._told: Micros = 0
        self.sent: set[str] = set()

    async def leave_retained(self) -> None:
        """Leave an old message with the broker, as a bridge that was set to retain has done.

        Raises:
            aiomqtt.MqttError: the broker does not answer.
        """
        async with aiomqtt.Client(self._host, self._port, identifier="cityloop-demo-old") as client:
            await client.publish(topic_of(RETAINED_ADDRESS), retained_payload(), qos=1, retain=True)

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop; when the broker is away, what was not acknowledged is said again."""
        self.began = self.began or self._clock()
        self._told = max(self._told, self.began - 1)
        while not stop.is_set():
            try:
                await self._session(stop, self.began)
            except aiomqtt.MqttError as error:
                log.warning("the devices have lost their broker; trying again", reason=str(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _session(self, stop: asyncio.Event, began: Micros) -> None:
        async with aiomqtt.Client(self._host, self._port, identifier="cityloop-demo-devices") as client:
            while not stop.is_set():
                now = self._clock()
                for report in due(self._street, began, self._told, now):
                    await client.publish(topic_of(report.device.address), payload_of(report), qos=1)
                    self.sent.update(expected_ids(report))
                    self._told = report.at - 1  # Another device may have a report at this very instant.
                self._told = now
                await asyncio.sleep(STEP_SECONDS)
