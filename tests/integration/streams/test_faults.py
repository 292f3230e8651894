"""The engine under faults ends with what an undisturbed run has: nothing lost, nothing doubled, no state that differs."""

import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError, BrokerProcess
from streams.provision import provision
from tests.integration.streams.nemesis import Feeder, Workers, compare, settle, torment

FAULTS = {"embedded": ("kill", "stop", "term", "burst"), "kafka": ("kill", "stop", "broker", "term", "burst")}
SEED = 20260302


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, BrokerProcess]]:
    try:
        started = start_embedded(log=tmp_path / "broker.log") if request.param == "embedded" else start_kafka(folder=tmp_path / "kafka")
    except BrokerError as error:
        pytest.skip(str(error))
    with started:
        yield request.param, started


@pytest.mark.slow
@pytest.mark.parametrize("workload", ["counting"])
def test_faults_leave_no_trace(broker: tuple[str, BrokerProcess], workload: str, tmp_path: Path) -> None:
    """SIGKILL, four in a row, SIGTERM, SIGSTOP beyond the session time-out, and on Kafka the broker: the result is the undisturbed one."""
    name, process = broker
    settings = Settings(
        broker=f"kafka://{process.address}",
        partitions=2,
        topic_suffix=f".{uuid.uuid4().hex[:6]}",
        checkpoint_seconds=0.5,
        commit_seconds=0.3,
        session_seconds=6.0,
        log_level="warning",
    )
    provision(settings)
    chance = random.Random(SEED)  # noqa: S311  # Seeded faults are wanted.
    feeder = Feeder(settings, workload, SEED, rate=200, idempotent=name == "kafka")
    workers = Workers(settings, workload, tmp_path)
    feeder.start()
    try:
        done = torment(workers, process, FAULTS[name], chance, settings)
        feeder.feeding.clear()
        settle(settings, workers, lambda: None)
        feeder.halt.set()
        feeder.join(60)
        workers.stop()
        figures = compare(settings, workload, feeder.written, exactly_once=name == "kafka")
    finally:
        feeder.halt.set()
        workers.stop()
    assert feeder.failed == []
    assert figures["outputs"] > 100, f"{done} {figures}"
