"""Rules change under load while a worker is killed: every alert of a pure fold of the log comes once, and none besides."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from cityloop.bootstrap import environment_of
from cityloop.demo.tally.logbook import read_topic
from cityloop.demo.tally.refold import applied_offsets, observations_in, refold
from cityloop.switching import rules_of_city
from config.kindfile import shipped_kinds
from config.loader import DEMO_CITY, load_city
from config.settings import Settings
from rules.fold import RuleFold
from streams.alert import AlertEvent
from streams.batcher import Batcher
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.fold import Held
from streams.observation import Observation
from streams.producer import open_producer
from streams.provision import provision
from streams.ticker import Ticker
from streams.topics import ALERTS, CHECKPOINTS, MATCHES, OBSERVATIONS, SHADOW, URGENT
from tests.fakes.brokers import Brokers, settings_for, shared_brokers
from tests.fakes.engineprocess import start_engine
from tests.integration.streams.test_engine import await_ready

PARTITIONS = 2
DOORS = 6
OPEN: dict[str, Any] = {"rule": "door-open", "kind": "door", "where": "value == true", "keep_firing_for": "200ms"}
GONE: dict[str, Any] = {"rule": "door-gone", "kind": "door", "where": "value == true", "for": "60s", "keep_firing_for": "1h"}
WIDE: dict[str, Any] = {"rule": "doors", "kind": "door", "where": "value == true", "by": [], "count": 3, "within": "2s"}


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


def write_rules(folder: Path, *rules: dict[str, Any], name: str = "rules/all.yaml") -> Path:
    """A rule file; JSON is YAML."""
    path = folder / name
    path.write_text(json.dumps({"groups": [{"name": "g", "rules": list(rules)}]}))
    return path


def a_city(folder: Path, *rules: dict[str, Any]) -> Path:
    """The demo city with other rules."""
    shutil.copytree(DEMO_CITY, folder, ignore=shutil.ignore_patterns("noise.yaml"))
    for path in (folder / "rules").glob("*"):
        path.unlink()
    write_rules(folder, *rules)
    return folder


def cityloop(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cityloop", *arguments]
    return subprocess.run(command, env={**os.environ, **environment_of(settings)}, capture_output=True, text=True, check=False, timeout=120)


async def open_doors(batcher: Batcher, stop: asyncio.Event) -> None:
    """Doors that open and close, each now and then, until told to stop."""
    number = 0
    while not stop.is_set():
        number += 1
        now, source = system_clock(), f"sensor/door-{number % DOORS}"
        await batcher.put(
            Observation(id=f"o{number}", source=source, kind="door", at=now, value=number // DOORS % 40 < 20, received_at=now)
        )
        await asyncio.sleep(0.01)


async def drained(settings: Settings) -> None:
    """Wait until the checkpoints have seen the end of the log.

    The checkpoints are read before the log: what an applied observation sent to ``cityloop.matches`` was there when it was
    checkpointed, so that an end that is read after it has it.
    """
    addresses = [(topic, number) for topic in (OBSERVATIONS, URGENT, MATCHES) for number in range(PARTITIONS)]
    async with asyncio.timeout(90):
        while True:
            applied = applied_offsets(await read_topic(settings, CHECKPOINTS), addresses)
            log = [record for topic in (OBSERVATIONS, URGENT, MATCHES) for record in await read_topic(settings, topic)]
            ends = {address: max((one.offset for one in log if (one.topic, one.partition) == address), default=-1) for address in addresses}
            if all(applied[address] >= end for address, end in ends.items()):
                return
            await asyncio.sleep(0.5)


@asynccontextmanager
async def traffic(settings: Settings) -> AsyncIterator[None]:
    """A gateway's part: observations and ticks."""
    producer = await open_producer(settings, client_id="test")
    batcher = Batcher(producer, partitions=PARTITIONS, writer="test", kinds=shipped_kinds(), suffix=settings.topic_suffix)
    ticking = asyncio.ensure_future(Ticker(producer, partitions=PARTITIONS, writer="test", suffix=settings.topic_suffix).run())
    stop = asyncio.Event()
    opening = asyncio.ensure_future(open_doors(batcher, stop))
    try:
        yield
    finally:
        stop.set()
        await opening
        await asyncio.sleep(2)  # Ticks go on until what was sent is behind them.
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        await batcher.close()
        await producer.stop()


async def said(settings: Settings, *arguments: str) -> dict[str, Any]:
    """What a command that must succeed printed."""
    done = await asyncio.to_thread(cityloop, settings, *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def storm(settings: Settings, city: Path, engine: "subprocess.Popen[bytes]") -> None:
    """What happens to the rules while doors open and close."""
    candidate = write_rules(city.parent, OPEN | {"for": "100ms"}, name="candidate.yaml")
    await asyncio.sleep(2)
    write_rules(city, OPEN | {"severity": "critical"}, WIDE)
    done = await said(settings, "rules", "apply", "--json", "--shadow", str(candidate))
    assert [(one["rule"], one["fate"]) for one in done["live"]] == [("door-open", "kept"), ("doors", "added"), ("door-gone", "removed")]
    (worker,) = psutil.Process(engine.pid).children()
    worker.send_signal(signal.SIGKILL)
    write_rules(city, {"rule": "bad", "kind": "dor"})
    refused = await asyncio.to_thread(cityloop, settings, "rules", "apply")
    assert (refused.returncode, "'dor' is not in the kinds table" in refused.stderr) == (2, True)
    engine.send_signal(signal.SIGHUP)  # The engine refuses it too, and goes on.
    await asyncio.sleep(4)
    write_rules(city, OPEN | {"severity": "major", "keep_firing_for": "2s"}, WIDE | {"count": 4})
    engine.send_signal(signal.SIGHUP)
    async with asyncio.timeout(60):
        done = {"was": "", "version": "unknown"}
        while done["was"] != done["version"]:
            done = await said(settings, "rules", "apply", "--dry-run", "--json")
    await asyncio.sleep(3)


@pytest.mark.slow
async def test_rules_change_under_load_while_a_worker_dies(brokers: Brokers, tmp_path: Path) -> None:
    """By command, signal and a bad file, with a worker killed in between: alerts are those of a pure fold of the log; tools agree."""
    city = a_city(tmp_path / "city", OPEN, GONE)
    settings = settings_for(
        brokers.get("embedded"), tmp_path, metrics_port=free_port(), city=str(city), partitions=PARTITIONS, checkpoint_seconds=0.5
    )
    provision(settings)
    catalogue = load_city(city)
    fold = KeepingFold(rules_of_city(catalogue), partitions=PARTITIONS, feeds=catalogue.feed_table)
    engine = start_engine(settings, tmp_path)
    try:
        await asyncio.to_thread(await_ready, settings)
        async with traffic(settings):
            await storm(settings, city, engine)
        await drained(settings)
    finally:
        engine.terminate()
        code = await asyncio.to_thread(engine.wait, 60)
    assert code == 0
    await compare(settings, fold)
    await agree(settings, city, tmp_path)


class KeepingFold(RuleFold):
    """A fold that keeps its states, as whoever applies records to them does."""

    states: tuple[Held, ...] = ()

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> Held:
        """Rebuild a state and keep it."""
        state = super().restore(topic, partition, sections, since)
        self.states = (*self.states, state)
        return state


async def compare(settings: Settings, fold: RuleFold) -> None:
    """The alerts on the broker against a fold of the log."""
    log = [record for topic in (OBSERVATIONS, URGENT, MATCHES) for record in await read_topic(settings, topic)]
    expected = {one.event.event_id: one for one in refold(log, fold).changes}
    events = [msgspec.json.decode(record.value, type=AlertEvent) for record in await read_topic(settings, ALERTS)]
    missing = [expected[name] for name in expected.keys() - {event.event_id for event in events}]
    assert [(one.event.rule, one.event.at, one.cause.topic, one.cause.partition, one.cause.offset) for one in missing] == []
    assert [event for event in events if event.event_id not in expected] == []
    assert {event.rule for event in events} >= {"door-open", "doors"}
    assert len({event.rule_version for event in events if event.rule == "door-open"}) == 3
    assert len(set(fold.versions().values())) == 1
    assert fold.tally.switches == 2 * 3 * PARTITIONS
    assert await read_topic(settings, SHADOW)


async def agree(settings: Settings, city: Path, folder: Path) -> None:
    """A recording of the log has every observation, as a replay of the topic has; and the shadow's alerts are compared."""
    log = [one for record in await read_topic(settings, OBSERVATIONS) for one in observations_in(record)]
    out = str(folder / "out.parquet")
    done = await asyncio.to_thread(cityloop, settings, "record", out, "--topic", "observations")
    assert (done.returncode, f"{len(log)} observations to {out}, 0 records" in done.stderr) == (0, True)
    rules = ("--rules", str(city / "rules/all.yaml"), "--against", str(write_rules(folder, OPEN, name="old.yaml")), "--json")
    topic = f"{settings.broker}/observations"
    live, recorded = await said(settings, "replay", topic, *rules), await said(settings, "replay", out, *rules)
    assert live["lines"] == recorded["lines"] == len(log)
    assert {alert["rule"] for alert in live["added"]} == {"doors"}
    diff = await said(settings, "rules", "shadow", "--json")
    assert diff["new"] > 0
    assert diff["old"] > 0
    empty = await said(settings, "replay", topic, *rules, "--to", "2020-01-01T00:00:00Z")
    assert empty["lines"] == 0
