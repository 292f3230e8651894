"""The behaviour of every sink of observations and of every place for refused inputs: the fakes, and Kafka's on a real broker."""

import os
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest

from config.settings import Settings
from streams.batcher import Batcher
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError
from streams.gateway.deadletters import KafkaDeadLetters
from streams.gateway.ports import DeadLetters, Sink
from streams.observation import Observation
from streams.producer import open_producer
from streams.provision import provision
from streams.rejected import Rejected, rejected
from tests.fakes.observations import KINDS, NOON, observation
from tests.fakes.readlog import read_observations, read_rejected
from tests.fakes.sinks import fake_dead_letters, fake_sink


class Bench(NamedTuple):
    """Both ports, and what each has kept."""

    sink: Sink
    dead_letters: DeadLetters
    observations: Callable[[], list[Observation]]
    rejected: Callable[[], list[Rejected]]


@pytest.fixture(params=["fake", "kafka"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Each pair of ports, empty."""
    if request.param == "fake":
        sink, letters = fake_sink(), fake_dead_letters()
        yield Bench(sink, letters, lambda: sink.kept, lambda: letters.kept)
        return
    try:
        broker = start_embedded()
    except BrokerError as error:
        pytest.skip(str(error))
    suffix = f".ports-{os.urandom(3).hex()}"
    settings = Settings(broker=f"kafka://{broker.address}", topic_suffix=suffix)
    with broker:
        provision(settings)
        producer = await open_producer(settings, client_id="test")
        batcher = Batcher(producer, partitions=4, writer="gateway-test", kinds=KINDS, suffix=suffix)
        yield Bench(
            batcher,
            KafkaDeadLetters(producer, suffix=suffix),
            lambda: read_observations(broker.address, suffix),
            lambda: read_rejected(broker.address, suffix),
        )
        await batcher.close()
        await producer.stop()


async def test_what_is_acknowledged_is_kept(bench: Bench) -> None:
    """When the awaitables are done, every observation is in the log as it was handed over, once, and in order for each source."""
    given = [observation(source=f"sensor/door-{n % 3}", at=NOON + n, attributes={"n": n}) for n in range(30)]
    for acknowledged in [await bench.sink.put(each) for each in given]:
        await acknowledged
    kept = bench.observations()
    for source in ("sensor/door-0", "sensor/door-1", "sensor/door-2"):
        assert [each for each in kept if each.source == source] == [each for each in given if each.source == source]
    assert len(kept) == len(given)


async def test_what_is_refused_is_kept_whole(bench: Bench) -> None:
    """A refused input comes back with its bytes, its reasons and its origin."""
    letter = rejected(b"\x00\xff{", (), "mqtt:zigbee2mqtt/door-1", NOON)
    await (await bench.dead_letters.put(letter))
    assert bench.rejected() == [letter]
