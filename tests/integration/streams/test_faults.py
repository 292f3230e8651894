"""The engine under faults says what the reference evaluator says, and leaves the states and tickets that an undisturbed run leaves."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from streams.broker.process import BrokerProcess
from streams.provision import provision
from tests.fakes.brokers import KINDS, settings_for, start
from tests.fakes.dispatchprocess import DispatchProcess
from tests.integration.streams.chaos import PARTITIONS, Plan, storm
from tests.integration.streams.compare import compare
from tests.integration.streams.feeder import Feeder
from tests.integration.streams.nemesis import Scene, torment
from tests.integration.streams.readback import settle
from tests.integration.streams.tickets import compare_tickets, kill_at_work
from tests.integration.streams.workers import Workers
from tests.integration.streams.workloads import WORKLOADS

FAULTS = {
    "embedded": ("burst", "stop", "kill", "leave"),
    "kafka": ("burst", "stop", "broker", "kill", "leave"),
}
"""What the engine suffers, one after the other; at its start the second worker joins."""
SEED = 20260302
OBSERVATIONS, SECONDS = 16_000, 16.0


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, BrokerProcess]]:
    with start(request.param, tmp_path) as started:
        yield request.param, started


@pytest.mark.slow
def test_a_storm_says_what_the_oracle_says(broker: tuple[str, BrokerProcess], tmp_path: Path) -> None:
    """All forms over late, double and poisonous traffic and a switch of rules, under SIGKILL, SIGSTOP, joining and leaving, on Kafka the broker killed: missing 0, extra 0."""
    kind, process = broker
    settings = settings_for(process, tmp_path, partitions=PARTITIONS, session_seconds=6.0 if kind == "kafka" else 4.0)
    plan = Plan(kind=kind, workload="storm", seed=SEED, observations=OBSERVATIONS, seconds=SECONDS, faults=FAULTS[kind])
    report = storm(plan, settings, process, tmp_path)
    assert (report["missing"], report["extra"]) == ({}, {}), report
    assert int(str(report["events"])) > 2000, report
    assert int(str(report["rules"])) >= 25, report
    assert int(str(report["rejected"])) > 20, report


@pytest.mark.slow
@pytest.mark.kafka
def test_tickets_are_those_of_an_undisturbed_run(tmp_path: Path) -> None:
    """With engine, broker and dispatch killed under way, every alert has its one ticket, and every event of a ticket is told once."""
    with start("kafka", tmp_path) as process:
        settings = settings_for(process, tmp_path)
        provision(settings)
        chance = random.Random(SEED)  # noqa: S311  # Seeded faults are wanted.
        feeder = Feeder(settings, WORKLOADS["street"].course(0), SEED, rate=60, idempotent=True)
        with Workers(settings, "street", tmp_path) as workers, feeder, dispatch_of(settings, process, tmp_path / "dispatch") as dispatch:
            dispatch.start()
            scene = Scene(workers, process, chance, settings)
            done = torment(scene, ("kill",))
            taken = kill_at_work(dispatch)
            done += torment(scene, ("broker", "term"))
            settle(settings, workers, feeder.calm())
            feeder.finish()
            workers.stop()
            outcome = compare(settings, "street", feeder.written, exactly_once=True)
            tickets = asyncio.run(compare_tickets(dispatch, outcome))
    assert feeder.failed == []
    assert outcome.figures["outputs"] > 100, f"{done} {outcome.figures}"
    assert tickets > 50, f"{done} {outcome.figures}"
    assert taken < len(outcome.alerts), "dispatch had no work left when it was killed"


def dispatch_of(settings: Settings, broker: BrokerProcess, folder: Path) -> DispatchProcess:
    """Dispatch on the same topics, with a database of its own and nobody to notify."""
    folder.mkdir()
    return DispatchProcess(
        broker.address,
        "",
        folder,
        session_seconds=settings.session_seconds,
        topic_suffix=settings.topic_suffix,
        partitions=settings.partitions,
    )
