"""Blindness, rules over several sources and a change of rules, on Apache Kafka: the short form of what the embedded broker is put through."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer

from cityloop.bootstrap import environment_of
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

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

OPEN = "value == true"
ABSENT_SECONDS, HEARTBEAT_SECONDS = 4, 2
RULES: list[dict[str, Any]] = [
    {"rule": "inactive", "kind": "motion", "where": OPEN, "absent": f"{ABSENT_SECONDS}s"},
    {"rule": "doors", "kind": "door", "where": OPEN, "cluster": {"sources": 3, "radius": 200}, "within": "10m", "keep_firing_for": "1s"},
]
NEW = {"rule": "windy", "kind": "door", "where": OPEN}
DOORS = [f"sensor/d{number}" for number in range(1, 9)]


def write_rules(folder: Path, *rules: dict[str, Any]) -> None:
    """The city's only rule file; JSON is YAML."""
    (folder / "rules" / "all.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": list(rules)}]}))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Path, subprocess.Popen[bytes]]]:
    """An engine on a broker of its own, which all tests of this module share; its city's folder beside it."""
    tmp_path = tmp_path_factory.mktemp("kafka")
    folder = tmp_path / "city"
    shutil.copytree(DEMO_CITY, folder, ignore=shutil.ignore_patterns("noise.yaml", "rules"))
    (folder / "rules").mkdir()
    write_rules(folder, *RULES)
    (folder / "feeds.yaml").write_text(f"feeds:\n  - {{name: gateway, door: gateway, heartbeat: {HEARTBEAT_SECONDS}s}}\n")
    with start("kafka", tmp_path) as broker:
        settings = settings_for(broker, tmp_path, partitions=3, city=str(folder), metrics_port=free_port())
        provision(settings)
        process = start_engine(settings, tmp_path)
        try:
            await_ready(settings)
            yield settings, folder, process
        finally:
            process.terminate()
            process.wait(60)


def seen(source: str, kind: str) -> Observation:
    """A sign of a source, now."""
    now = system_clock()
    where = Position(121.0, 31.0)
    return Observation(id=f"{source}-{now}", source=source, kind=kind, at=now, value=True, position=where, received_at=now)


def await_switches(settings: Settings, number: int) -> None:
    """Wait until so many partitions have other rules."""
    deadline = time.monotonic() + 30
    while f"cityloop_rules_switches_total {number}.0" not in metrics(settings):
        assert time.monotonic() < deadline, "the switch did not reach every partition"
        time.sleep(0.2)


async def next_of(reader: AIOKafkaConsumer, rule: str, seconds: float = 30) -> AlertEvent:
    """The next change of a rule's alerts, with whatever else comes before it passed over."""
    async with asyncio.timeout(seconds):
        while True:
            event = msgspec.json.decode((await reader.getone()).value, type=AlertEvent)
            if event.rule == rule:
                return event


async def test_sources_of_several_partitions_make_one_cluster(engine: tuple[Settings, Path, subprocess.Popen[bytes]]) -> None:
    """Doors of three partitions fire once, at the third; nothing that was sent between partitions is lost."""
    settings, _, _ = engine
    doors = list({partition_of(door, 3): door for door in DOORS}.values())
    assert len(doors) == 3
    async with city(settings) as (_, batcher), reading(settings, ALERTS) as alerts:
        for door in doors:
            last = seen(door, "door")
            await (await batcher.put(last))
        fired, resolved = await next_of(alerts, "doors"), await next_of(alerts, "doors")
        assert (fired.event.value, fired.at, fired.distinct_sources) == ("firing", last.at, 3)
        assert (resolved.id, resolved.at) == (fired.id, last.at + 1_000_000)
    assert 'cityloop_crossing_records_total{outcome="lost"} 0.0' in metrics(settings)


async def test_no_ticks_is_one_alert_and_nobody_is_absent_by_it(engine: tuple[Settings, Path, subprocess.Popen[bytes]]) -> None:
    """Ticks stay away for longer than the absence: blindness is told while it lasts, and the absence when its time has passed in sight."""
    settings, _, _ = engine
    async with reading(settings, ALERTS) as alerts:
        async with city(settings) as (_, batcher):
            await (await batcher.put(seen("sensor/home", "motion")))
            await asyncio.sleep(1.5)  # A tick or two, so that there is sight to lose.
        blind = await next_of(alerts, "monitoring-blind")
        while blind.ends_at is not None:  # Of a pause between two tests.
            blind = await next_of(alerts, "monitoring-blind")
        await asyncio.sleep(ABSENT_SECONDS)
        async with city(settings):
            sees = await next_of(alerts, "monitoring-blind")
            assert (sees.event.value, sees.id) == ("resolved", blind.id)
            absent = await next_of(alerts, "inactive")
            assert (absent.event.value, absent.source) == ("firing", "sensor/home")
            assert absent.starts_at >= sees.at + (ABSENT_SECONDS - 1) * 1_000_000


async def test_other_rules_and_feeds_come_while_it_runs(engine: tuple[Settings, Path, subprocess.Popen[bytes]]) -> None:
    """The city's folder with a new rule, one that is gone, and another heartbeat: SIGHUP switches every partition; a bad file changes nothing."""
    settings, folder, process = engine
    async with city(settings) as (_, batcher), reading(settings, ALERTS) as alerts:
        write_rules(folder, {"rule": "bad", "kind": "dor"})
        process.send_signal(signal.SIGHUP)
        await asyncio.sleep(0.5)
        write_rules(folder, RULES[1], NEW)
        (folder / "feeds.yaml").write_text("feeds:\n  - {name: gateway, door: gateway, heartbeat: 60s}\n")
        process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(await_switches, settings, 9)
        await (await batcher.put(seen("sensor/wind", "door")))
        windy = await next_of(alerts, "windy")
        assert (windy.event.value, windy.source) == ("firing", "sensor/wind")
    told = await asyncio.to_thread(metrics, settings)
    assert len({line.partition('version="')[2].partition('"')[0] for line in told.splitlines() if "cityloop_rules_in_force{" in line}) == 1


async def test_a_switch_can_be_written_again(engine: tuple[Settings, Path, subprocess.Popen[bytes]]) -> None:
    """``rules apply`` writes nothing where the rules hold; with ``--again`` every partition gets the switch, and those that had it stay as they are."""
    settings, folder, _ = engine
    command = (sys.executable, "-m", "cityloop", "rules", "apply", str(folder), "--json")
    before = await asyncio.to_thread(metrics, settings)
    told = []
    for options in ((), ("--again",)):
        done = await asyncio.to_thread(
            subprocess.run, (*command, *options), capture_output=True, check=True, env={**os.environ, **environment_of(settings)}
        )
        told.append(json.loads(done.stdout))
    assert [(one["switched"], one["was"] == one["version"]) for one in told] == [(False, True), (True, True)]
    await asyncio.sleep(2)
    after = await asyncio.to_thread(metrics, settings)
    assert [line for line in after.splitlines() if "rules_switches_total " in line] == [
        line for line in before.splitlines() if "rules_switches_total " in line
    ]
