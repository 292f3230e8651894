"""The product's own checkpointed consumer over both folds: whatever dies or freezes at any operation, the alerts are those of one stream."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from rules.fold import RuleFold
from streams.checkpoint.meters import Meters
from streams.checkpoint.runner import CheckpointedFold
from streams.fold import Headers, Record
from streams.topics import MATCHES
from tests.fakes.log import DiedError, MemoryBroker, MemoryGroup, MemoryLog, doomed, incoming
from tests.fakes.rulekit import alerts, rules_of, run
from tests.fakes.ruletraffic import dice, observation_of, traffic
from tests.fakes.twofolds import TwoFolds, events_of, said

PARTITIONS = 2
SAMPLE = {"kind": "level", "where": "value > 5"}
RULES = rules_of(
    SAMPLE | {"rule": "zone", "by": ["zone"], "for": "3s", "keep_firing_for": "4s"},
    SAMPLE | {"rule": "cluster", "cluster": {"sources": 2, "radius": 300}, "within": "9s"},
    {
        "rule": "doors",
        "kind": "door",
        "where": "value == true",
        "by": [],
        "count": 2,
        "distinct": "source",
        "within": "9s",
        "lateness": "2s",
    },
    SAMPLE | {"rule": "alone", "for": "3s"},
)
HISTORY = [observation_of(one) for one in traffic(dice("simulation"), 30, 25)]
WHOLE = said(alerts(run(RULES, HISTORY, until=499)))
_writers = itertools.count()


class Loop(MemoryLog):
    """A connection to a broker on which what is sent on comes back as records to fold."""

    def __init__(self, broker: MemoryBroker, before: Callable[[str], Awaitable[None]] | None = None) -> None:
        super().__init__(broker, before)
        self._own = broker

    async def _acknowledge(self, topic: str, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers) -> None:
        await super()._acknowledge(topic, key, value, partition, headers)
        if topic == MATCHES:
            assert value is not None
            assert partition is not None
            log = self._own.topics[MATCHES, partition]
            log.append(Record(MATCHES, partition, len(log), 0, key, value, headers))


class Life(msgspec.Struct, frozen=True):
    """What one process does before it dies.

    Attributes:
        steps: operations on the broker after which it is killed.
        frozen: it is not killed there but frozen, and goes on when its successors are done.
        every: how many looks at the clock lie between its checkpoints.
    """

    steps: int
    frozen: bool
    every: int


lives = st.builds(Life, st.integers(0, 150), st.booleans(), st.integers(0, 8))


def process(broker: MemoryBroker, every: int, before: Callable[[str], Awaitable[None]] | None, knows: int) -> CheckpointedFold:
    """An engine process over all three topics."""
    ticks = itertools.count()
    return CheckpointedFold(
        RuleFold(RULES, partitions=PARTITIONS),
        Loop(broker, before),
        MemoryGroup(broker, knows),
        every=float(every),
        meters=Meters(CollectorRegistry()),
        now=lambda: float(next(ticks)),
        new_writer=lambda: f"w{next(_writers)}",
    )


async def consume(broker: MemoryBroker, fold: CheckpointedFold, generation: int) -> None:
    """Deliver every partition from its committed offset on, a few records at a time and in turn, until nothing more comes."""
    places = dict(broker.committed)
    idle = 0
    try:
        while idle < 3:
            idle += 1
            for place in sorted(broker.topics):
                start = places.get(place, 0)
                if records := broker.topics[place][start : start + 3]:
                    places[place] = start + len(records)
                    await fold.take([incoming(record, generation) for record in records])
                    idle = 0
            await asyncio.sleep(0)
            if idle == 2:
                await fold.settle()
                await fold.rest()
                await fold.settle()
    except DiedError:
        await fold.stop()
        raise


async def simulate(history: list[Life]) -> MemoryBroker:
    """One process after the other, then one that finishes, and then the frozen ones go on."""
    broker, thaw, frozen = MemoryBroker(), asyncio.Event(), []
    written = TwoFolds(RULES, PARTITIONS, dice("log"))
    written.feed(HISTORY)
    broker.topics.update(written.log)
    for life in history:
        fold = process(broker, life.every, doomed(life.steps, thaw if life.frozen else None), broker.generation)
        task = asyncio.ensure_future(consume(broker, fold, broker.generation))
        await asyncio.wait([task], timeout=0.05 if life.frozen else None)
        if task.done():
            assert task.exception() is None or isinstance(task.exception(), DiedError), task.exception()
        else:
            frozen.append(task)
        broker.generation += 1
    await consume(broker, process(broker, 0, None, broker.generation), broker.generation)
    thaw.set()
    await asyncio.gather(*frozen, return_exceptions=True)
    broker.generation += 1
    await consume(broker, process(broker, 0, None, broker.generation), broker.generation)
    return broker


@settings(max_examples=15, deadline=None)
@given(st.lists(lives, max_size=4))
def test_no_death_leaves_a_trace_in_the_alerts(history: list[Life]) -> None:
    """Killed or frozen at any operation, any number of times: the different events are those of one stream, and all is committed."""
    broker = asyncio.run(simulate(history))
    assert sorted(set(said(events_of(broker.outputs)))) == WHOLE != []
    assert {place: len(log) for place, log in broker.topics.items()} == broker.committed
