"""The engine under faults ends with what an undisturbed run has: nothing lost, nothing doubled, no state that differs."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.broker.process import BrokerProcess
from streams.provision import provision
from tests.fakes.brokers import KINDS, settings_for, start
from tests.integration.streams.nemesis import Feeder, Workers, compare, settle, torment

FAULTS = {"embedded": ("kill", "stop", "term", "burst"), "kafka": ("kill", "stop", "broker", "term", "burst")}
SEED = 20260302


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, BrokerProcess]]:
    with start(request.param, tmp_path) as started:
        yield request.param, started


@pytest.mark.slow
def test_faults_leave_no_trace(broker: tuple[str, BrokerProcess], tmp_path: Path) -> None:
    """SIGKILL, four in a row, SIGTERM, SIGSTOP beyond the session time-out, and on Kafka the broker: the result is the undisturbed one."""
    name, process = broker
    settings = settings_for(process, tmp_path)
    provision(settings)
    chance = random.Random(SEED)  # noqa: S311  # Seeded faults are wanted.
    feeder = Feeder(settings, "rules", SEED, rate=200, idempotent=name == "kafka")
    workers = Workers(settings, "rules", tmp_path)
    feeder.start()
    try:
        done = torment(workers, process, FAULTS[name], chance, settings)
        feeder.feeding.clear()
        settle(settings, workers)
        feeder.halt.set()
        feeder.join(60)
        workers.stop()
        figures = compare(settings, "rules", feeder.written, exactly_once=name == "kafka")
    finally:
        feeder.halt.set()
        workers.stop()
    assert feeder.failed == []
    assert figures["outputs"] > 100, f"{done} {figures}"
