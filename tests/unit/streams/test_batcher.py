"""The batcher: envelopes per partition, bounded in number, size and time, and an acknowledgement for each observation."""

import asyncio
from typing import Any

import msgspec
import pytest

from streams.batcher import MAX_BYTES, Batcher
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.observations import KINDS, NOON, observation
from tests.fakes.producer import MemoryProducer


def batcher(producer: MemoryProducer, **changes: Any) -> Batcher:
    return Batcher(
        producer, **{"partitions": 4, "writer": "gateway-test", "kinds": KINDS, "clock": lambda: NOON + 9, "linger": 0.02, **changes}
    )


async def test_observations_of_a_partition_share_an_envelope() -> None:
    """What comes within the linger time goes together, in order, to the partition of its source."""
    producer = MemoryProducer()
    batch = batcher(producer)
    seen = [observation(at=NOON + number) for number in range(5)]
    waiting = [await batch.put(one) for one in seen]
    assert producer.sent == []
    await asyncio.gather(*waiting)
    (record,) = producer.sent
    assert (record.topic, record.partition, record.key) == (OBSERVATIONS, partition_of("sensor/door-1", 4), None)
    read = record.envelope()
    assert read.observations == tuple(seen)
    assert (read.sent_at, read.writer, read.tick) == (NOON + 9, "gateway-test", None)


async def test_partitions_do_not_share_envelopes() -> None:
    """Every observation lies in the partition that any Kafka client would choose for its source."""
    producer = MemoryProducer()
    batch = batcher(producer, suffix=".test")
    await asyncio.gather(*[await batch.put(observation(source=f"sensor/{number}")) for number in range(50)])
    assert {record.partition for record in producer.sent} == {0, 1, 2, 3}
    for record in producer.sent:
        assert record.topic == "cityloop.observations.test"
        assert {partition_of(one.source, 4) for one in record.envelope().observations} == {record.partition}


async def test_life_safety_waits_for_nothing() -> None:
    """A life-safety kind goes to the urgent topic at once, however long the linger."""
    producer = MemoryProducer()
    batch = batcher(producer, linger=60.0)
    async with asyncio.timeout(30):
        await (await batch.put(observation(kind="smoke")))
    assert [record.topic for record in producer.sent] == [URGENT]


async def test_what_waits_for_company_can_be_hastened() -> None:
    """The producer has every open envelope, whatever the linger, before anything else is sent; nobody waits for the broker."""
    producer = MemoryProducer(automatic=False)
    batch = batcher(producer, linger=60.0)
    waiting = [await batch.put(observation(source=f"sensor/{number}")) for number in range(50)]
    assert producer.sent == []
    await batch.hasten()
    assert {record.partition for record in producer.sent} == {0, 1, 2, 3}
    assert sum(len(record.envelope().observations) for record in producer.sent) == 50
    assert not any(one.done() for one in waiting)
    await batch.hasten()
    assert len(producer.sent) == 4
    for record in producer.sent:
        record.acknowledged.set_result(None)
    await asyncio.gather(*waiting)


async def test_what_is_of_life_safety_may_change() -> None:
    """A kind that has become one of life safety goes to the urgent topic; what waits already goes where it was put."""
    producer = MemoryProducer()
    batch = batcher(producer)
    doors = await batch.put(observation(at=NOON))
    batch.attend({**KINDS, "door": msgspec.structs.replace(KINDS["door"], life_safety=True)})
    urgent = await batch.put(observation(at=NOON + 1))
    await asyncio.gather(doors, urgent)
    assert [(record.topic, record.envelope().observations[0].at) for record in producer.sent] == [(URGENT, NOON + 1), (OBSERVATIONS, NOON)]
    batch.attend({name: msgspec.structs.replace(kind, life_safety=False) for name, kind in KINDS.items()})
    await (await batch.put(observation(kind="smoke", at=NOON + 2)))
    assert producer.sent[-1].topic == OBSERVATIONS


async def test_an_envelope_is_closed_when_it_is_full() -> None:
    """The 500th observation closes the envelope without waiting for the linger time."""
    producer = MemoryProducer()
    batch = batcher(producer, linger=60.0)
    waiting = [await batch.put(observation(at=NOON + number)) for number in range(1_000)]
    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
    assert [len(record.envelope().observations) for record in producer.sent] == [500, 500]


async def test_an_envelope_is_closed_before_it_is_too_long() -> None:
    """Long observations make shorter envelopes, none longer than the bound."""
    producer = MemoryProducer()
    batch = batcher(producer)
    waiting = [await batch.put(observation(at=NOON + number, attributes={"x": "y" * 60_000})) for number in range(30)]
    await asyncio.gather(*waiting)
    assert sum(len(record.envelope().observations) for record in producer.sent) == 30
    assert max(len(record.value) for record in producer.sent) <= MAX_BYTES + 100


async def test_acknowledged_when_the_broker_says_so() -> None:
    """The future of an observation is done with its envelope's acknowledgement, not before."""
    producer = MemoryProducer(automatic=False)
    batch = batcher(producer)
    first = await batch.put(observation())
    await asyncio.sleep(0.05)
    assert (first.done(), batch.unacknowledged) == (False, 1)
    producer.sent[0].acknowledged.set_result(None)
    await first
    assert batch.unacknowledged == 0


@pytest.mark.parametrize("where", ["send", "acknowledgement"])
async def test_a_failure_reaches_everybody_who_waits(where: str) -> None:
    """When the broker does not take an envelope, every observation in it says so, and the batcher works on."""
    failure = ConnectionError("no broker")
    producer = MemoryProducer(automatic=False, failure=failure if where == "send" else None)
    batch = batcher(producer)
    waiting = [await batch.put(observation(at=NOON + number)) for number in range(3)]
    if where == "acknowledgement":
        await asyncio.sleep(0.05)
        producer.sent[0].acknowledged.set_exception(failure)
    assert await asyncio.gather(*waiting, return_exceptions=True) == [failure] * 3
    producer.failure, producer.automatic = None, True
    await (await batch.put(observation()))


async def test_back_pressure() -> None:
    """Beyond the bound of unacknowledged observations, putting waits until there is room again."""
    producer = MemoryProducer(automatic=False)
    batch = batcher(producer, bound=2)
    for number in range(2):
        await batch.put(observation(at=NOON + number))
    third = asyncio.ensure_future(batch.put(observation(at=NOON + 2)))
    await asyncio.sleep(0.05)
    assert not third.done()
    producer.sent[0].acknowledged.set_result(None)
    await asyncio.wait_for(third, 1)


async def test_giving_up_does_not_harm_the_others() -> None:
    """A caller that stops waiting for its acknowledgement takes it from nobody else."""
    producer = MemoryProducer(automatic=False)
    batch = batcher(producer)
    quitter, other = await batch.put(observation()), await batch.put(observation(at=NOON + 1))
    quitter.cancel()
    await asyncio.sleep(0.05)
    producer.sent[0].acknowledged.set_result(None)
    await other


async def test_closing_sends_what_is_open() -> None:
    """Closing sends and awaits the open envelopes; then nothing more is taken."""
    producer = MemoryProducer()
    batch = batcher(producer, linger=60.0)
    waiting = await batch.put(observation())
    await batch.close()
    assert waiting.done()
    with pytest.raises(RuntimeError, match="The batcher was closed"):
        await batch.put(observation())
    assert batch.unacknowledged == 0


async def test_what_cannot_be_encoded_is_refused_at_once() -> None:
    """An observation that no wire can carry is its sender's error and takes no room."""
    batch = batcher(MemoryProducer(), bound=1)
    with pytest.raises(OverflowError):
        await batch.put(observation(attributes={"serial": 10**30}))
    async with asyncio.timeout(30):
        await (await batch.put(observation()))
