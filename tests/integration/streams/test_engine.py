"""The engine role on real brokers: its own processes, alerts that come at once, and a stream that goes on behind poison."""

import asyncio
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from config.kindfile import shipped_kinds
from config.settings import Settings
from streams.alert import AlertEvent, Change
from streams.batcher import Batcher
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.ids import observation_id
from streams.observation import Observation
from streams.partition import partition_of
from streams.producer import open_producer
from streams.provision import provision
from streams.rejected import decode_rejected
from streams.ticker import Ticker
from streams.topics import ALERTS, REJECTED, URGENT, topic_name
from tests.fakes.brokers import KINDS, Brokers, settings_for, shared_brokers
from tests.fakes.engineprocess import start_engine

PROMPT_SECONDS = 2.0
"""What an alert may take here at the most; unloaded it takes 0.04 s. Tests share their processors with everything else."""


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, brokers: Brokers, tmp_path: Path) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """A running engine over the demo city's rules; ready."""
    settings = settings_for(brokers.get(request.param), tmp_path, metrics_port=free_port())
    provision(settings)
    process = start_engine(settings, tmp_path)
    try:
        await_ready(settings)
        yield settings, process
    finally:
        process.terminate()
        code = process.wait(60)
    assert code == 0


def await_ready(settings: Settings) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("The engine did not get ready.")


def metrics(settings: Settings) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


@asynccontextmanager
async def city(settings: Settings) -> AsyncIterator[tuple[AIOKafkaProducer, Batcher]]:
    """A gateway's part: a batcher, and ticks."""
    producer = await open_producer(settings, client_id="test")
    batcher = Batcher(producer, partitions=settings.partitions, writer="test", kinds=shipped_kinds(), suffix=settings.topic_suffix)
    ticking = asyncio.ensure_future(Ticker(producer, partitions=settings.partitions, writer="test", suffix=settings.topic_suffix).run())
    try:
        yield producer, batcher
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await batcher.close()
        await producer.stop()


@asynccontextmanager
async def reading(settings: Settings, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        topic_name(topic, settings.topic_suffix),
        bootstrap_servers=settings.bootstrap_servers,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    await reader.start()
    try:
        yield reader
    finally:
        await reader.stop()


def smoke(number: int) -> Observation:
    now, source = system_clock(), f"sensor/smoke-{number}"
    return Observation(
        id=observation_id(source, "smoke", now, value=True), source=source, kind="smoke", at=now, value=True, received_at=now
    )


async def fired(reader: AIOKafkaConsumer, source: str) -> AlertEvent:
    """The firing of a source, with whatever else comes before it passed over."""
    async with asyncio.timeout(30):
        while True:
            event = msgspec.json.decode((await reader.getone()).value, type=AlertEvent)
            if event.source == source and event.event is Change.FIRING:
                return event


@pytest.mark.slow
async def test_smoke_to_alert_at_once_poison_or_not(engine: tuple[Settings, subprocess.Popen[bytes]]) -> None:
    """Smoke becomes an alert promptly; records that nobody can read go to the rejected topic and hold up nothing behind them."""
    settings, _ = engine
    async with city(settings) as (producer, batcher), reading(settings, ALERTS) as alerts, reading(settings, REJECTED) as letters:
        await (await batcher.put(smoke(0)))
        assert (await fired(alerts, "sensor/smoke-0")).rule == "smoke-alarm"
        poison = {
            b"\xc1\xc1": (("content-type", b"application/vnd.cityloop.envelope+msgpack"),),
            b'{"source": "sensor/smoke-1"': (("content-type", b"application/json"),),
            b"hello": (),
        }
        partition = partition_of("sensor/smoke-1", settings.partitions)
        for value, headers in poison.items():
            await producer.send_and_wait(
                topic_name(URGENT, settings.topic_suffix), value, key=b"who", partition=partition, headers=list(headers)
            )
        began = time.monotonic()
        await (await batcher.put(smoke(1)))
        await fired(alerts, "sensor/smoke-1")
        took = time.monotonic() - began
        async with asyncio.timeout(20):
            kept = [decode_rejected((await letters.getone()).value) for _ in poison]
    assert took < PROMPT_SECONDS
    assert {letter.raw for letter in kept} == set(poison)
    assert all(letter.problems and letter.key == b"who" and letter.origin.startswith(f"kafka:{URGENT}/{partition}/") for letter in kept)
    told = metrics(settings)
    assert 'cityloop_engine_outputs_total{topic="cityloop.rejected"} 3.0' in told
    assert "cityloop_checkpoint_timestamp_seconds" in told


@pytest.mark.slow
async def test_a_killed_worker_comes_back_with_its_state(engine: tuple[Settings, subprocess.Popen[bytes]]) -> None:
    """The worker is killed while a door stands open; its successor fires when the half minute is over, with the door's own instant."""
    settings, process = engine
    async with city(settings) as (_, batcher), reading(settings, ALERTS) as alerts:
        opened = system_clock()
        door = Observation(id="door-1", source="sensor/door-1", kind="door", at=opened, value=True, received_at=opened)
        await (await batcher.put(door))
        await asyncio.sleep(3)
        (worker,) = psutil.Process(process.pid).children()
        worker.send_signal(signal.SIGKILL)
        async with asyncio.timeout(90):
            event = await fired_door(alerts)
        (successor,) = psutil.Process(process.pid).children()
    assert (event.starts_at, event.fired_at, event.source) == (opened, opened + 30_000_000, "sensor/door-1")
    assert successor.pid != worker.pid
    told = metrics(settings)
    assert all(name in told for name in ("cityloop_engine_lag_records{", "cityloop_engine_applied_offset{", "cityloop_rule_fired_total{"))


async def fired_door(reader: AIOKafkaConsumer) -> AlertEvent:
    while True:
        event = msgspec.json.decode((await reader.getone()).value, type=AlertEvent)
        if event.rule == "door-left-open":
            return event
