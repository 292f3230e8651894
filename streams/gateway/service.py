"""The gateway as one process: two doors, one log, the ticks; started in order and stopped in order."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError as AioKafkaError
from kafka.errors import KafkaError

from config.feeds import FeedTable
from config.kinds import Kind
from config.settings import Settings
from config.sources import Device
from streams.batcher import Batcher
from streams.clock import Clock, system_clock
from streams.gateway.adapters.reading import City, devices_by_address
from streams.gateway.deadletters import KafkaDeadLetters
from streams.gateway.frames import Frames
from streams.gateway.hearing import Hearing
from streams.gateway.http import create_app
from streams.gateway.ingest import Ingest
from streams.gateway.intake import Intake
from streams.gateway.keys import KeyRing
from streams.gateway.metrics import Metrics
from streams.gateway.mqtt import MqttDoor
from streams.gateway.mqttendpoint import Endpoint, read_endpoint
from streams.gateway.server import listen, server_for
from streams.producer import open_producer
from streams.provision import provision
from streams.spool import Spool
from streams.telemetry import Health
from streams.ticker import Ticker

WRITER = "gateway-1"
"""The name of this process in envelopes."""
_RETRY_SECONDS = 2.0
_FLUSH_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Gateway:
    """The gateway of one installation.

    Args:
        settings: where brokers are and where to listen.
        kinds: the kinds table.
        devices: the catalogue's devices, by id.
        ring: where API keys are looked up.
        metrics: the gateway's metrics.
        health: gets the checks ``kafka`` and ``mqtt``.
        clock: the present.
        feeds: the city's feeds; default is one a door.
        pushed: ids of the cameras whose frames are pushed.

    Raises:
        ProblemsError: the address of the MQTT broker cannot be read.
    """

    def __init__(
        self,
        settings: Settings,
        kinds: Mapping[str, Kind],
        devices: Mapping[str, Device],
        ring: KeyRing,
        *,
        metrics: Metrics,
        health: Health,
        clock: Clock = system_clock,
        feeds: FeedTable | None = None,
        pushed: Collection[str] = (),
    ) -> None:
        self._settings, self._ring, self._metrics, self._health, self._clock = settings, ring, metrics, health, clock
        self._city = City(devices=devices_by_address(devices), kinds=kinds)
        self._endpoint = _endpoint(settings)
        self._feeds = feeds or FeedTable((), devices.keys())
        self._hearing = Hearing(self._feeds, clock, mqtt=self._endpoint is not None)
        self._batcher: Batcher | None = None
        self._intake: Intake | None = None
        self._mqtt: MqttDoor | None = None
        self._frames = Frames(pushed, Spool(settings.frames_folder), clock)
        self._kafka_trouble: str | None = "not yet connected"
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Done when the HTTP door is open: the port that it listens on."""
        health.add("kafka", lambda: self._kafka_trouble)

    def attend(self, feeds: FeedTable, devices: Mapping[str, Device], kinds: Mapping[str, Kind]) -> bool:
        """Mind these feeds, devices and kinds from now on; tells whether they are others than before.

        All of it changes between two turns of the event loop. A request that is being judged is judged by the kinds that it
        began with; which topic an observation goes to is decided when it is handed over.
        """
        city = City(devices=devices_by_address(devices), kinds=kinds)
        if feeds.agrees_with(self._feeds) and city == self._city:
            return False
        self._feeds, self._city = feeds, city
        self._hearing.attend(feeds)
        if self._batcher is not None:
            self._batcher.attend(kinds)
        if self._intake is not None:
            self._intake.attend(kinds)
        if self._mqtt is not None:
            self._mqtt.attend(city)
        return True

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then take nothing more, keep and acknowledge what was taken, and return.

        Raises:
            ProblemsError: the topics on the broker do not fit the settings, or the HTTP address is taken.
            ExceptionGroup: a part failed in a way that it cannot get over; the supervisor starts the process again.
        """
        producer = await self._log_opened(stop)
        if producer is None:
            return
        try:
            await self._work(producer, stop)
        finally:
            await _within(producer.stop())

    async def _log_opened(self, stop: asyncio.Event) -> AIOKafkaProducer | None:
        """Wait for Kafka, however long it takes; ``None`` when it is time to stop before it answers."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(provision, self._settings)
                return await open_producer(self._settings, client_id=f"cityloop-{WRITER}")
            except (KafkaError, AioKafkaError, OSError) as error:
                self._kafka_trouble = f"Kafka at {self._settings.bootstrap_servers} does not answer: {error or type(error).__name__}"
                log.warning("waiting for Kafka", reason=self._kafka_trouble)
            try:
                await asyncio.wait_for(stop.wait(), _RETRY_SECONDS)
            except TimeoutError:
                continue
        return None

    async def _work(self, producer: AIOKafkaProducer, stop: asyncio.Event) -> None:
        settings, suffix = self._settings, self._settings.topic_suffix
        partitions = settings.partitions
        kinds = self._city.kinds
        batcher = self._batcher = Batcher(producer, partitions=partitions, writer=WRITER, kinds=kinds, suffix=suffix, clock=self._clock)
        heard = self._hearing.states
        ticker = Ticker(producer, partitions=partitions, writer=WRITER, suffix=suffix, clock=self._clock, feeds=heard, ahead=batcher.hasten)
        self._health.add("kafka", ticker.not_ready)
        ingest = Ingest(batcher, KafkaDeadLetters(producer, suffix=suffix), self._metrics, self._clock)
        listening = listen(settings.host, settings.gateway_port)
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(ticker.run(), name="ticks")
            async with self._doors(ingest, listening, group):
                await stop.wait()
                log.info("stopping: taking nothing more")
            await _within(batcher.close())
            ticking.cancel()

    @asynccontextmanager
    async def _doors(self, ingest: Ingest, listening: socket.socket, group: asyncio.TaskGroup) -> AsyncIterator[None]:
        """Both doors open inside, and both empty afterwards."""
        intake = self._intake = Intake(ingest, self._city.kinds, self._clock)
        server = server_for(create_app(intake, self._ring, self._metrics, self._health, self._hearing, frames=self._frames))
        serving = group.create_task(server.serve([listening]), name="http")
        port = listening.getsockname()[1]
        log.info("HTTP door open", host=self._settings.host, port=port)
        mqtt = self._mqtt_door(ingest)
        hearing = None if mqtt is None else group.create_task(mqtt.run(), name="mqtt")
        self.port.set_result(port)
        yield
        server.stop()
        await serving
        if mqtt is not None and hearing is not None:
            mqtt.stop()
            await hearing

    def _mqtt_door(self, ingest: Ingest) -> MqttDoor | None:
        if self._endpoint is None:
            return None
        door = self._mqtt = MqttDoor(self._endpoint, ingest, self._city, self._metrics, self._clock, hearing=self._hearing)
        self._health.add("mqtt", door.trouble)
        return door


def _endpoint(settings: Settings) -> Endpoint | None:
    """Where the MQTT broker is; ``None`` when the door stays shut."""
    if not settings.mqtt:
        return None
    client = f"cityloop-gateway{settings.topic_suffix}"
    return read_endpoint(settings.mqtt, client=client, user=settings.mqtt_user, password=settings.mqtt_password)


async def _within(ending: Awaitable[object]) -> None:
    """Wait for an end, but not for ever: behind doors that are empty nothing is left that anybody was promised."""
    try:
        await asyncio.wait_for(ending, _FLUSH_SECONDS)
    except TimeoutError:
        log.warning("the log does not answer; stopping without it", seconds=_FLUSH_SECONDS)
