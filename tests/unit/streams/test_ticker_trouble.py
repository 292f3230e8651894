"""Ticks while something is wrong: a part of the partitions, the producer itself, or the whole process being told to stop."""

import asyncio

import pytest

from config.moment import SECOND
from streams.ticker import Ticker
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.observations import NOON
from tests.fakes.producer import MemoryProducer

ROUNDS = 20
"""Rounds of the loop after which every record of a tick was handed over."""


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        """The time that the hands show."""
        return self.now


async def ticked(ticker: Ticker, producer: MemoryProducer, failing: set[int]) -> None:
    """One tick of which the records of some positions are refused by the broker."""
    before = len(producer.sent)
    ticking = asyncio.ensure_future(ticker.tick())
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
    assert len(producer.sent) == before + 4
    for position, record in enumerate(producer.sent[before:]):
        if position in failing:
            record.acknowledged.set_exception(ConnectionError("this partition has no leader"))
        else:
            record.acknowledged.set_result(None)
    await ticking


@pytest.mark.parametrize(("seconds", "ready"), [(0, True), (5, True), (5.000001, False), (60, False)])
async def test_readiness_ends_after_five_silent_seconds(seconds: float, ready: bool) -> None:
    """At five intervals without an acknowledged tick the process is still ready, and beyond them it is not."""
    clock = Hands()
    ticker = Ticker(MemoryProducer(), partitions=2, writer="g", clock=clock)
    await ticker.tick()
    clock.now += round(seconds * SECOND)
    assert (ticker.not_ready() is None) is ready


async def test_before_the_first_tick_the_start_counts() -> None:
    """A process that never reached the broker is not ready five seconds after its start, and says since when."""
    clock = Hands()
    ticker = Ticker(MemoryProducer(), partitions=2, writer="g", clock=clock)
    assert ticker.not_ready() is None
    clock.now += 7 * SECOND
    assert ticker.not_ready() == "No tick was acknowledged by the broker for 7 s; absence alerts are held meanwhile."


@pytest.mark.parametrize("failing", [{0}, {3}, {0, 1, 2, 3}])
async def test_a_tick_counts_only_when_every_partition_has_it(failing: set[int]) -> None:
    """One partition without ticks holds back its absence alerts, so that the whole is not ready; when it is back, it is."""
    clock, producer = Hands(), MemoryProducer(automatic=False)
    ticker = Ticker(producer, partitions=2, writer="g", clock=clock)
    for _ in range(6):
        clock.now += SECOND
        await ticked(ticker, producer, failing)
    assert ticker.not_ready() is not None
    await ticked(ticker, producer, set())
    assert ticker.not_ready() is None


async def test_a_tick_is_the_same_moment_everywhere() -> None:
    """All records of one tick say one instant and one writer, each partition of both topics once, and none has a key."""
    producer = MemoryProducer()
    await Ticker(producer, partitions=3, writer="gateway-9", suffix=".x", clock=Hands()).tick()
    assert [(record.topic, record.partition) for record in producer.sent] == [
        *((f"{OBSERVATIONS}.x", partition) for partition in range(3)),
        *((f"{URGENT}.x", partition) for partition in range(3)),
    ]
    assert {(record.envelope().tick, record.envelope().writer, record.key) for record in producer.sent} == {(NOON, "gateway-9", None)}


async def test_a_missed_tick_is_not_made_up_for() -> None:
    """After an outage the next tick says the present, and those of the outage are never written."""
    clock, producer = Hands(), MemoryProducer(failure=ConnectionError("no broker"))
    ticker = Ticker(producer, partitions=1, writer="g", clock=clock)
    for _ in range(3):
        clock.now += SECOND
        await ticker.tick()
    producer.failure = None
    clock.now += SECOND
    await ticker.tick()
    assert [record.envelope().tick for record in producer.sent] == [NOON + 4 * SECOND] * 2


async def test_a_stop_in_the_middle_of_a_tick_is_obeyed() -> None:
    """A tick whose acknowledgement never comes does not hold the process up when it is told to stop."""
    producer = MemoryProducer(automatic=False)
    running = asyncio.ensure_future(Ticker(producer, partitions=1, writer="g", clock=Hands()).run())
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
    assert producer.sent
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
