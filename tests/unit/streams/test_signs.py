"""Signs of life without a tick: to every partition, acknowledged by all."""

import pytest

from streams.codec import ENVELOPE_HEADERS
from streams.envelope import FeedState
from streams.signs import Signs
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.observations import NOON
from tests.fakes.producer import MemoryProducer

CAMERAS = FeedState("cameras", NOON - 1)


async def test_every_partition_is_told() -> None:
    """Each state of the engine sees for itself, so each partition of both topics has the record."""
    producer = MemoryProducer()
    await Signs(producer, partitions=3, writer="cameras-1", suffix=".t").tell(NOON, [CAMERAS])
    assert {(sent.topic, sent.partition) for sent in producer.sent} == {
        (f"{topic}.t", n) for topic in (OBSERVATIONS, URGENT) for n in range(3)
    }
    for sent in producer.sent:
        envelope = sent.envelope()
        assert (envelope.sent_at, envelope.writer, envelope.tick, envelope.observations, envelope.feeds) == (
            NOON,
            "cameras-1",
            None,
            (),
            (CAMERAS,),
        )
        assert sent.headers == dict(ENVELOPE_HEADERS)


async def test_a_broker_that_fails_is_told_to_the_caller() -> None:
    """Who says that it was heard must know whether anybody knows."""
    with pytest.raises(ConnectionError):
        await Signs(MemoryProducer(failure=ConnectionError("no broker")), partitions=1, writer="w").tell(NOON, [CAMERAS])
