"""How long an alarm takes through the engine while it is busy: smoke observation in, alert record out."""

import asyncio
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import count

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.brokers import EMBEDDED, broker_at
from bench.city import City, city_observations
from bench.live import Live
from bench.ruleset import PACK
from bench.workload import START
from config.moment import SECOND, Micros
from config.settings import Settings
from streams.alert import AlertEvent
from streams.clock import system_clock
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.observation import Observation
from streams.partition import partition_of
from streams.producer import open_producer
from streams.provision import provision
from streams.topics import ALERTS, OBSERVATIONS, URGENT, topic_name

RULE = "smoke"
"""The rule of the pack whose alerts are waited for; it fires at once."""
_HEADERS = list(ENVELOPE_HEADERS.items())
_ENVELOPE = 100
_START_SECONDS = 90.0
_LAST_SECONDS = 15.0
_WARM_SECONDS = 5.0
_decode = msgspec.json.Decoder(AlertEvent).decode


class LatencyError(RuntimeError):
    """The engine did not answer, or an alarm was lost; the message says which."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Quantiles in milliseconds."""

    p50: float
    p90: float
    p99: float
    max: float


class LatencyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop bench latency`` prints.

    Attributes:
        alert_ms: from handing a smoke observation to the producer until its alert was read from ``cityloop.alerts``.
        alarms: how many were measured.
        background_per_second: observations of other kinds that were sent meanwhile, in envelopes of 100.
        seconds: how long it was measured.
        rules: rule set of the engine.
        broker: which one.
    """

    alert_ms: Told
    alarms: int
    background_per_second: float
    seconds: float
    rules: str
    broker: str


def measure(
    tell: Callable[[str], None], *, broker: str = EMBEDDED, per_second: int = 10_000, seconds: float = 30.0, alarms_per_second: float = 10.0
) -> LatencyReport:
    """Run an engine with the shipped pack under load, and time alarms through it.

    Raises:
        LatencyError: the engine did not start, or an alarm did not come out.
        BrokerError: the broker did not start.
    """
    with broker_at(broker) as address, tempfile.TemporaryDirectory(prefix="cityloop-latency-") as folder:
        settings = Settings(broker=address, partitions=4, topic_suffix=f".latency-{time.time_ns()}", data=folder, checkpoint_seconds=2.0)
        provision(settings)
        with _engine(settings):
            probe = _Probe(settings, per_second, alarms_per_second, tell)
            found, sent, lasted = asyncio.run(probe.run(seconds))
    return LatencyReport(
        alert_ms=quantiles(found),
        alarms=len(found),
        background_per_second=round(sent / lasted),
        seconds=round(lasted, 1),
        rules=PACK,
        broker=broker,
    )


def quantiles(seconds: Sequence[float]) -> Told:
    """Quantiles by the nearest rank.

    Raises:
        ValueError: there is nothing to tell about.
    """
    if not seconds:
        msg = "no alarm was measured"
        raise ValueError(msg)
    ordered = sorted(seconds)

    def rank(part: float) -> float:
        return round(ordered[max(math.ceil(part * len(ordered)) - 1, 0)] * 1e3, 1)

    return Told(p50=rank(0.5), p90=rank(0.9), p99=rank(0.99), max=rank(1.0))


class _Probe:
    """Sends load and alarms, and reads alerts."""

    def __init__(self, settings: Settings, per_second: int, alarms_per_second: float, tell: Callable[[str], None]) -> None:
        self._settings, self._per_second, self._alarms_per_second, self._tell = settings, per_second, alarms_per_second, tell
        self._begun: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._number = count()

    async def run(self, seconds: float) -> tuple[list[float], int, float]:
        """The seconds that alarms took, observations sent beside them, and for how long."""
        async with _clients(self._settings) as (producer, reader):
            reading = asyncio.create_task(self._read(reader))
            try:
                await self._wake(producer)
                self._tell(f"{self._per_second:,} observations/s for {seconds:.0f} s, after {_WARM_SECONDS:.0f} s of the same")
                await asyncio.gather(self._load(producer, _WARM_SECONDS), self._alarms(producer, _WARM_SECONDS))
                await self._until(lambda: len(self._took) == len(self._begun), _LAST_SECONDS, "alarms were lost")
                self._begun.clear()
                self._took.clear()
                began = time.perf_counter()
                sent, _ = await asyncio.gather(self._load(producer, seconds), self._alarms(producer, seconds))
                lasted = time.perf_counter() - began
                await self._until(lambda: len(self._took) == len(self._begun), _LAST_SECONDS, "alarms were lost")
            finally:
                reading.cancel()
        return list(self._took.values()), sent, lasted

    async def _wake(self, producer: AIOKafkaProducer) -> None:
        """Send alarms until one comes out: then the engine has its partitions."""
        self._tell("waiting for the engine")
        deadline = time.perf_counter() + _START_SECONDS
        while not self._took:
            if time.perf_counter() > deadline:
                raise LatencyError(f"the engine said nothing for {_START_SECONDS:.0f} s")
            await self._alarm(producer)
            await asyncio.sleep(0.5)

    async def _until(self, done: Callable[[], bool], seconds: float, failure: str) -> None:
        deadline = time.perf_counter() + seconds
        while not done():
            if time.perf_counter() > deadline:
                raise LatencyError(f"{len(self._begun) - len(self._took)} of {len(self._begun)} {failure}")
            await asyncio.sleep(0.01)

    async def _read(self, reader: AIOKafkaConsumer) -> None:
        async for record in reader:
            now = time.perf_counter()
            event = _decode(record.value)
            if event.rule == RULE and event.source in self._begun and event.source not in self._took:
                self._took[event.source] = now - self._begun[event.source]

    async def _alarm(self, producer: AIOKafkaProducer) -> None:
        """One smoke alarm of a device that was never heard before, as the gateway sends it: at once and alone."""
        now, source = system_clock(), f"sensor/alarm-{next(self._number)}"
        alarm = Observation(id=f"{source}-{now}", source=source, kind="smoke", at=now, value=True, received_at=now)
        self._begun[source] = time.perf_counter()
        await self._send(producer, URGENT, partition_of(source, self._settings.partitions), (alarm,), now)

    async def _alarms(self, producer: AIOKafkaProducer, seconds: float) -> None:
        for due in _beats(self._alarms_per_second, seconds):
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            await self._alarm(producer)

    async def _load(self, producer: AIOKafkaProducer, seconds: float) -> int:
        """Envelopes of a city without smoke alarms, with the present as their time, and the gateway's ticks."""
        reports = (one for one in city_observations(1 << 62, City()) if one.kind != "smoke")
        ready = [[next(reports) for _ in range(_ENVELOPE)] for _ in range(200)]
        sent, ticked = 0, system_clock()
        for due in _beats(self._per_second / _ENVELOPE, seconds):
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            now = system_clock()
            batch = ready[sent // _ENVELOPE % len(ready)]
            fresh = tuple(_at(one, now, sent + number) for number, one in enumerate(batch))
            await self._send(producer, OBSERVATIONS, sent // _ENVELOPE % self._settings.partitions, fresh, now)
            sent += _ENVELOPE
            if now - ticked >= SECOND:
                ticked = now
                for topic in (OBSERVATIONS, URGENT):
                    for partition in range(self._settings.partitions):
                        await self._send(producer, topic, partition, (), now)
        return sent

    async def _send(
        self, producer: AIOKafkaProducer, topic: str, partition: int, observations: tuple[Observation, ...], now: Micros
    ) -> None:
        envelope = Envelope(sent_at=now, writer="bench", observations=observations, tick=None if observations else now)
        name = topic_name(topic, self._settings.topic_suffix)
        await producer.send(name, encode_envelope(envelope), partition=partition, headers=_HEADERS)


def _at(one: Observation, now: Micros, number: int) -> Observation:
    """A report of the city as of the present; its own time is kept in its id only."""
    return msgspec.structs.replace(one, id=f"{one.at - START:x}-{number:x}", at=now, received_at=now)


def _beats(per_second: float, seconds: float) -> Iterator[float]:
    """Instants of the performance clock, evenly spaced."""
    began = time.perf_counter()
    return (began + number / per_second for number in range(int(per_second * seconds)))


@asynccontextmanager
async def _clients(settings: Settings) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    producer = await open_producer(settings, client_id="bench-latency")
    reader = AIOKafkaConsumer(
        topic_name(ALERTS, settings.topic_suffix),
        bootstrap_servers=settings.bootstrap_servers,
        fetch_max_wait_ms=10,
        auto_offset_reset="earliest",
    )
    await reader.start()
    try:
        yield producer, reader
    finally:
        await reader.stop()
        await producer.stop()


@contextmanager
def _engine(settings: Settings) -> Iterator[None]:
    """An engine process, ended by SIGTERM."""
    command = [sys.executable, "-m", "bench.live", msgspec.json.encode(Live(settings=settings, rules=PACK)).decode()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # This interpreter, our own module.
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
