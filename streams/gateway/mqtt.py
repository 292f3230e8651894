"""The MQTT door: each message is read by its adapter, handed to the log, and acknowledged when the log has it."""

import asyncio
import random
from typing import NamedTuple

import aiomqtt
import structlog

from config.problem import Problem
from streams.clock import Clock
from streams.gateway.adapters.reading import City, Message, Reading, Reason
from streams.gateway.adapters.table import TOPICS, adapter_of, read_message
from streams.gateway.hearing import Hearing, fits
from streams.gateway.ingest import ACKNOWLEDGE_SECONDS, Door, Ingest, LogSilentError, Receipt
from streams.gateway.metrics import Metrics
from streams.gateway.mqttclient import RECEIVE_MAXIMUM, ManualClient
from streams.gateway.mqttecho import Echo
from streams.gateway.mqttendpoint import Endpoint, Protocol, next_protocol
from streams.rejected import rejected

log = structlog.get_logger(__name__)
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_LISTEN_SECONDS = 0.5


class _Taken(NamedTuple):
    """A message that was handed to the log; an echo has no receipt, and waits for those before it."""

    message: aiomqtt.Message
    receipt: Receipt | None


class MqttDoor:
    """Listens to an MQTT broker until it is stopped, whatever happens to the broker or to the log.

    When the log stays silent nothing is acknowledged: the connection is dropped, and the broker sends everything that
    was not acknowledged again. Acknowledgements go out in the order of arrival (MQTT 5, 4.6).

    Args:
        endpoint: the broker.
        ingest: the core.
        city: devices and kinds.
        metrics: the gateway's metrics.
        clock: the present.
        hearing: is told up to when the broker, and whoever speaks through it, was heard.
        seconds: how long the log may take.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        ingest: Ingest,
        city: City,
        metrics: Metrics,
        clock: Clock,
        *,
        hearing: Hearing,
        seconds: float = ACKNOWLEDGE_SECONDS,
    ) -> None:
        self._endpoint = endpoint
        self._hearing = hearing
        self._echo = Echo(endpoint.client)
        self._renewed = asyncio.Event()
        self._ingest = ingest
        self._city = city
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds
        self._protocol = Protocol.V5
        self._ever_open = False
        self._stopping = asyncio.Event()
        self._trouble: str | None = "not yet connected"

    def trouble(self) -> str | None:
        """Why the door is not open; ``None`` when it is."""
        return None if self._trouble is None else f"MQTT {self._endpoint.host}:{self._endpoint.port}: {self._trouble}"

    def attend(self, city: City) -> None:
        """Read messages by the devices and kinds of this city from now on, and listen to the topics that its feeds have now."""
        self._city = city
        self._renewed.set()

    @property
    def _topics(self) -> tuple[str, ...]:
        """What the broker is asked for."""
        others = [topic for topic in self._hearing.topics if not _covered(topic)]
        return (*TOPICS, *others, self._echo.topic)

    def stop(self) -> None:
        """Take no more messages; :meth:`run` returns when those that were taken are kept and acknowledged."""
        self._stopping.set()

    async def run(self) -> None:
        """Keep a session with the broker until :meth:`stop` is called."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = self._clock()
            try:
                await self._session()
            except* (aiomqtt.MqttError, LogSilentError) as group:
                self._note(group.exceptions[0])
            finally:
                self._metrics.mqtt_connected.set(0)
            if self._stopping.is_set():
                return
            pause = _FIRST_PAUSE if self._clock() - began > 30_000_000 else min(pause * 2, _LONGEST_PAUSE)
            await self._rest(pause * random.uniform(0.5, 1.0))  # noqa: S311  # Spreads reconnections; nothing secret.

    def _note(self, error: BaseException) -> None:
        self._trouble = f"{error}"
        if not self._ever_open:
            self._protocol = next_protocol(self._protocol, error)
        log.warning("MQTT session ended; trying again", reason=self._trouble, next=self._protocol.name)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _session(self) -> None:
        """One connection, from CONNECT to its end."""
        async with ManualClient(self._endpoint, self._protocol) as client:
            taken: asyncio.Queue[_Taken | None] = asyncio.Queue(RECEIVE_MAXIMUM)
            try:
                async with asyncio.TaskGroup() as group:
                    receiver = group.create_task(self._receive(client, taken))
                    group.create_task(self._acknowledge(client, taken))
                    listener = group.create_task(self._listen(client, taken))
                    # What came while we were away arrives at once, ahead of the SUBACK: so receiving goes on meanwhile.
                    self._renewed.clear()
                    subscribed = self._topics
                    await client.subscribe([(topic, 1) for topic in subscribed])
                    follower = group.create_task(self._follow(client, subscribed))
                    self._opened()
                    await self._stopping.wait()
                    receiver.cancel()
                    listener.cancel()
                    follower.cancel()
                    await taken.put(None)
            finally:
                self._metrics.mqtt_in_flight.set(0)

    async def _follow(self, client: ManualClient, subscribed: tuple[str, ...]) -> None:
        """Ask for what the feeds have become; when the broker refuses, the session ends and the next one asks for all of it."""
        while True:
            await self._renewed.wait()
            self._renewed.clear()
            wanted = self._topics
            if more := [topic for topic in wanted if topic not in subscribed]:
                await client.subscribe([(topic, 1) for topic in more])
            if gone := [topic for topic in subscribed if topic not in wanted]:
                await client.unsubscribe(gone)
            if more or gone:
                log.info("MQTT topics renewed", more=more, gone=gone)
            subscribed = wanted

    def _opened(self) -> None:
        self._metrics.mqtt_connections.inc()
        self._metrics.mqtt_connected.set(1)
        self._trouble = None
        self._ever_open = True
        log.info("MQTT session open", protocol=self._protocol.name, topics=TOPICS)

    async def _receive(self, client: ManualClient, taken: "asyncio.Queue[_Taken | None]") -> None:
        async for message in client.messages:
            client.taken()
            receipt = None if message.topic.value == self._echo.topic else await self._hand_over(message)
            await taken.put(_Taken(message, receipt))
            self._metrics.mqtt_in_flight.set(taken.qsize())

    async def _acknowledge(self, client: ManualClient, taken: "asyncio.Queue[_Taken | None]") -> None:
        while (item := await taken.get()) is not None:
            if item.receipt is not None:
                await item.receipt.kept(self._seconds)
            client.acknowledge(item.message)
            self._heard(item)
            self._metrics.mqtt_in_flight.set(taken.qsize())

    def _heard(self, item: _Taken) -> None:
        """Everything that came before this message is in the log."""
        message, payload = item.message, _bytes(item.message.payload)
        if item.receipt is None:
            sent = self._echo.returned(payload, self._clock())
            if sent is not None:
                self._hearing.broker(sent)
        elif not message.retain:
            self._hearing.message(message.topic.value, payload)

    async def _listen(self, client: ManualClient, taken: "asyncio.Queue[_Taken | None]") -> None:
        """Echo now and then; where the broker lets no echo through, its being alive must do."""
        heard, barred = 0, False
        while True:
            now = self._clock()
            if (payload := self._echo.due(now)) is not None:
                client.say(self._echo.topic, payload)
            if self._echo.barred(now):
                if not barred:
                    log.warning("the MQTT broker lets no echo through; allow it", topic=self._echo.topic, client=self._endpoint.client)
                if taken.empty() and client.heard > heard:
                    self._hearing.broker(now)
            heard, barred = client.heard, self._echo.barred(now)
            await asyncio.sleep(_LISTEN_SECONDS)

    async def _hand_over(self, arrived: aiomqtt.Message) -> Receipt:
        """Read a message and give what it says to the log, what is wrong with it to the dead letters."""
        message = Message(topic=arrived.topic.value, payload=_bytes(arrived.payload), retained=arrived.retain)
        now = self._clock()
        reading = _read(message, self._city, now)
        if reading.ignored is not None:
            self._metrics.ignored.labels(adapter_of(message.topic) or "none", reading.ignored).inc()
        origin = f"mqtt:{message.topic}"
        refused = [rejected(message.payload, reading.problems, origin, now)] if reading.problems else []
        return await self._ingest.hand_over(Door.MQTT, reading.observations, refused, self._seconds)


def _covered(topic: str) -> bool:
    """Whether the adapters listen to a topic, or to all topics of a filter, already."""
    return any(fits(tuple(known.split("/")), topic.split("/")) for known in TOPICS)


def _read(message: Message, city: City, now: int) -> Reading:
    if not _covered(message.topic):
        return Reading(ignored=Reason.HEARTBEAT)
    try:
        return read_message(message, city, now)
    except Exception as error:  # A message that breaks an adapter would come again for ever: it is kept aside, and told.
        log.exception("an adapter failed", topic=message.topic)
        problem = Problem(
            file=message.topic, what=f"The adapter failed: {type(error).__name__}.", fix="Please report it with this message."
        )
        return Reading(problems=(problem,))


def _bytes(payload: object) -> bytes:
    return bytes(payload) if isinstance(payload, bytes | bytearray) else str(payload).encode()
