"""Ticks: one in every partition of both topics, and what happens while the broker does not answer."""

import asyncio
from typing import Any

from config.moment import SECOND
from streams.batcher import Batcher
from streams.ticker import Ticker
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.observations import KINDS, NOON, observation
from tests.fakes.producer import MemoryProducer


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        """The time that the hands show."""
        return self.now


def ticker(producer: MemoryProducer, clock: Hands, **changes: Any) -> Ticker:
    return Ticker(producer, **{"partitions": 3, "writer": "gateway-test", "clock": clock, **changes})


async def test_rule_6_every_partition_of_both_topics_gets_a_tick() -> None:
    """A partition without ticks would never write its last checkpoint, and its absence alerts would never ripen."""
    producer = MemoryProducer()
    await ticker(producer, Hands(), suffix=".t").tick()
    assert {(record.topic, record.partition) for record in producer.sent} == {
        (f"{topic}.t", partition) for topic in (OBSERVATIONS, URGENT) for partition in range(3)
    }
    assert {(record.envelope().tick, record.envelope().sent_at, record.envelope().observations) for record in producer.sent} == {
        (NOON, NOON, ())
    }


async def test_a_tick_lies_behind_what_was_taken_in_before_it() -> None:
    """What waits for company goes first: behind the tick it would be late for a rule without lateness, and nobody's fault."""
    producer, clock = MemoryProducer(), Hands()
    batch = Batcher(producer, partitions=3, writer="gateway-test", kinds=KINDS, clock=clock, linger=60.0)
    ticking = ticker(producer, clock, ahead=batch.hasten)
    for number in range(30):
        await batch.put(observation(source=f"sensor/{number}", at=NOON))
    clock.now += SECOND
    await ticking.tick()
    for partition in range(3):
        told = [record.envelope() for record in producer.sent if (record.topic, record.partition) == (OBSERVATIONS, partition)]
        assert [(len(one.observations) > 0, one.tick) for one in told] == [(True, None), (False, NOON + SECOND)]


async def test_ticks_go_on_until_cancelled() -> None:
    """Ticks come at the interval, each with the clock's present."""
    producer, clock = MemoryProducer(), Hands()
    running = asyncio.ensure_future(ticker(producer, clock, partitions=1, every=0.01).run())
    while len(producer.sent) < 6:
        clock.now += 1
        await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    told = [record.envelope().tick or 0 for record in producer.sent if record.topic == OBSERVATIONS]
    assert told == sorted(set(told))
    assert running.cancelled()


async def test_a_broker_that_fails_is_survived_and_told() -> None:
    """A failing broker ends nothing; after five seconds without acknowledgement the process says that it is not ready."""
    producer, clock = MemoryProducer(failure=ConnectionError("no broker")), Hands()
    ticking = ticker(producer, clock)
    assert ticking.not_ready() is None
    for _ in range(6):
        clock.now += SECOND
        await ticking.tick()
    assert ticking.not_ready() == "No tick was acknowledged by the broker for 6 s; absence alerts are held meanwhile."
    producer.failure = None
    await ticking.tick()
    assert ticking.not_ready() is None
