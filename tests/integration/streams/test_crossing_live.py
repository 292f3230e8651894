"""Rules over several sources on a real broker: sensors of several partitions, one alert, whoever is killed in between."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from aiokafka import AIOKafkaConsumer

from config.loader import DEMO_CITY
from config.settings import Settings
from streams.alert import AlertEvent
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.observation import Observation, Position
from streams.partition import partition_of
from streams.provision import provision
from streams.topics import ALERTS
from tests.fakes.brokers import settings_for, start
from tests.fakes.engineprocess import start_engine
from tests.integration.streams.test_engine import await_ready, city, metrics, reading

RULES = """
groups:
  - name: crossing
    rules:
      - rule: doors-near-each-other
        kind: door
        where: value == true
        cluster: {sources: 3, radius: 200}
        within: 10m
        keep_firing_for: 1s
      - rule: smoke-in-two-places
        kind: smoke
        where: value == true
        by: []
        count: 2
        distinct: source
        within: 10m
"""
DOORS = ("sensor/d1", "sensor/d2", "sensor/d3", "sensor/d4", "sensor/d5")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """An engine on the embedded broker over the demo city with two rules over several sources beside its own; ready."""
    folder = tmp_path / "city"
    shutil.copytree(DEMO_CITY, folder)
    (folder / "rules" / "crossing.yaml").write_text(RULES)
    with start("embedded", tmp_path) as broker:
        settings = settings_for(broker, tmp_path, partitions=4, city=str(folder), metrics_port=free_port())
        provision(settings)
        process = start_engine(settings, tmp_path)
        try:
            await_ready(settings)
            yield settings, process
        finally:
            process.terminate()
            process.wait(60)


def seen(source: str, kind: str, number: int = 0) -> Observation:
    now = system_clock()
    return Observation(
        id=f"{source}-{number}", source=source, kind=kind, at=now, value=True, position=Position(121.0, 31.0), received_at=now
    )


async def heard(reader: AIOKafkaConsumer, rule: str, most: int, seconds: float) -> list[AlertEvent]:
    """Changes of a rule's alerts until there are so many different ones, or nothing more comes in time."""
    found: dict[str, AlertEvent] = {}
    deadline = asyncio.get_running_loop().time() + seconds
    while len(found) < most and (left := deadline - asyncio.get_running_loop().time()) > 0:
        for records in (await reader.getmany(timeout_ms=min(500, int(left * 1000)))).values():
            for record in records:
                event = msgspec.json.decode(record.value, type=AlertEvent)
                if event.rule == rule:
                    found[event.event_id] = event
    return list(found.values())


@pytest.mark.slow
async def test_a_cluster_over_several_partitions_fires_once_though_the_worker_is_killed(
    engine: tuple[Settings, subprocess.Popen[bytes]],
) -> None:
    """The same door three times is no cluster; doors of three partitions are, with the worker killed before the third."""
    settings, process = engine
    first, second, third = (next(door for door in DOORS if partition_of(door, 4) == number) for number in homes())
    async with city(settings) as (_, batcher), reading(settings, ALERTS) as alerts:
        for number in range(3):
            await (await batcher.put(seen(first, "door", number)))
        await (await batcher.put(seen(second, "door")))
        assert await heard(alerts, "doors-near-each-other", 1, 3.0) == []
        (worker,) = psutil.Process(process.pid).children()
        worker.send_signal(signal.SIGKILL)
        last = seen(third, "door")
        await (await batcher.put(last))
        fired, resolved = await heard(alerts, "doors-near-each-other", 2, 60.0)
        assert (fired.at, fired.distinct_sources, fired.count) == (last.at, 3, 5)
        assert (resolved.id, resolved.at) == (fired.id, last.at + 1_000_000)
        for source in ("sensor/s1", "sensor/s2"):
            await (await batcher.put(seen(source, "smoke")))
        (smoke,) = await heard(alerts, "smoke-in-two-places", 1, 20.0)
        assert (smoke.life_safety, smoke.distinct_sources) == (True, 2)
        assert await heard(alerts, "doors-near-each-other", 1, 1.0) == []
    told = metrics(settings)
    assert 'topic="cityloop.matches"} ' in told
    assert 'cityloop_crossing_records_total{outcome="lost"} 0.0' in told


def homes() -> list[int]:
    """Three partitions that have a door each."""
    found = list(dict.fromkeys(partition_of(door, 4) for door in DOORS))
    assert len(found) >= 3
    return found[:3]
