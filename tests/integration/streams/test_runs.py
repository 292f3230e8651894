"""A fold's records come in runs: without a hole whatever stops the flow, and what a checkpoint has is committed on the broker."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import CollectorRegistry

from config.settings import Settings
from streams.app import attach, build_app
from streams.checkpoint.meters import Meters
from streams.fold import Held, Output, Record
from streams.provision import provision
from streams.topics import OBSERVATIONS, topic_name
from tests.fakes.brokers import KINDS, Brokers, settings_for, shared_brokers
from tests.integration.streams.test_flow import joined, until, writing


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, brokers: Brokers, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings_for(brokers.get(request.param), tmp_path), checkpoint_seconds=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["flow", "ahead"])
async def test_runs_come_without_a_hole_and_are_committed(settings: Settings, trouble: str) -> None:
    """Records that came while the flow stood, or that a consumer too far on left out, are folded one after the other and committed."""
    provision(settings)
    app = build_app(settings, "runs")
    fold = NotingFold()
    runner = attach(app, settings, fold, (OBSERVATIONS,), meters=Meters(CollectorRegistry()))
    Path(app.conf.datadir).parent.mkdir(parents=True, exist_ok=True)
    app.finalize()
    await app.start()
    consumer: Any = app.consumer
    try:
        await until(lambda: joined(app))
        async with writing(settings) as write:
            if trouble == "ahead":
                await consumer._thread.rewind(dict.fromkeys(consumer.assignment(), 3))
            else:
                consumer.stop_flow()
            await write(range(7))
            if trouble == "flow":
                await asyncio.sleep(1.5)  # Longer than Faust lets a fetch wait: what was under way is over.
                assert not runner.slots, "nothing is folded while the flow stands"
                consumer.resume_flow()
            await until(lambda: applied(runner) == 6)
            await write(range(7, 12))
            await until(lambda: applied(runner) == 11)
            await asyncio.sleep(settings.checkpoint_seconds)
            await write(range(12, 13))  # It comes when a checkpoint is due.
            await until(lambda: applied(runner) == 12 and not runner.slots[OBSERVATIONS, 0].waiting)
    finally:
        await app.stop()
    assert fold.values == [b"%d" % number for number in range(13)]
    assert await committed(settings, app.conf.id) == 13


class NotingFold:
    """Notes the values of all records, and is its own state."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> Held:
        """The same for every partition: one is written to."""
        return self

    def step(self, record: Record) -> Sequence[Output]:
        """Note a value."""
        self.values.append(record.value)
        return ()

    def delta(self) -> Mapping[str, bytes | None]:
        """What it noted is kept nowhere."""
        return {}

    def full(self) -> Mapping[str, bytes]:
        """As above."""
        return {}


def applied(runner: Any) -> int | None:
    """The last offset that the state of partition 0 has."""
    slot = runner.slots.get((OBSERVATIONS, 0))
    return None if slot is None else slot.applied


async def committed(settings: Settings, group: str) -> int | None:
    """What the group has committed of partition 0."""
    async with AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, group_id=group, enable_auto_commit=False) as consumer:
        offset: int | None = await consumer.committed(TopicPartition(topic_name(OBSERVATIONS, settings.topic_suffix), 0))
        return offset
