"""The engine under faults ends with what an undisturbed run has: nothing lost, nothing doubled, no state and no ticket that differs."""

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
from tests.integration.streams.nemesis import Feeder, Workers, compare, settle, torment
from tests.integration.streams.tickets import compare_tickets, kill_at_work

FAULTS = {
    "embedded": (("kill", "stop"), ("term", "burst")),
    "kafka": (("kill", "stop", "broker"), ("term", "burst")),
}
"""What the engine suffers before and after dispatch is killed."""
SEED = 20260302


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, BrokerProcess]]:
    with start(request.param, tmp_path) as started:
        yield request.param, started


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


@pytest.mark.slow
def test_faults_leave_no_trace(broker: tuple[str, BrokerProcess], tmp_path: Path) -> None:
    """SIGKILL, four in a row, SIGTERM, SIGSTOP beyond the session time-out, on Kafka the broker, and dispatch killed: alerts and tickets are the undisturbed ones."""
    name, process = broker
    settings = settings_for(process, tmp_path)
    provision(settings)
    chance = random.Random(SEED)  # noqa: S311  # Seeded faults are wanted.
    feeder = Feeder(settings, "street", SEED, rate=200, idempotent=name == "kafka")
    with Workers(settings, "street", tmp_path) as workers, feeder, dispatch_of(settings, process, tmp_path / "dispatch") as dispatch:
        dispatch.start()
        done = torment(workers, process, FAULTS[name][0], chance, settings)
        taken = kill_at_work(dispatch)
        done += torment(workers, process, FAULTS[name][1], chance, settings)
        feeder.feeding.clear()
        settle(settings, workers)
        feeder.finish()
        workers.stop()
        outcome = compare(settings, "street", feeder.written, exactly_once=name == "kafka")
        tickets = asyncio.run(compare_tickets(dispatch, outcome))
    assert feeder.failed == []
    assert outcome.figures["outputs"] > 100, f"{done} {outcome.figures}"
    assert tickets > 50, f"{done} {outcome.figures}"
    assert taken < len(outcome.alerts), "dispatch had no work left when it was killed"
