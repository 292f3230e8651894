"""The checkpointed fold under every death that the simulator finds: whatever happens, the result is the undisturbed one."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from streams.checkpoint.assemble import farthest
from streams.checkpoint.meters import Meters
from streams.checkpoint.runner import CheckpointedFold
from streams.topics import OBSERVATIONS
from tests.fakes.folds import CountingFold, undisturbed
from tests.fakes.log import DiedError, MemoryBroker, MemoryGroup, MemoryLog, doomed, incoming

PLACE = (OBSERVATIONS, 0)
_writers = itertools.count()

amounts = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-2, 2)), max_size=3)


class Life(msgspec.Struct, frozen=True):
    """What one process does before it dies.

    Attributes:
        written: records that come to the log while it lives.
        steps: operations on the broker after which it is killed.
        frozen: it is not killed there but frozen, and goes on when its successor is done.
        compacts: the checkpoint topic is compacted when it dies.
        every: how many looks at the clock lie between its checkpoints.
    """

    written: list[list[tuple[str, int]]]
    steps: int
    frozen: bool
    compacts: bool
    every: int


lives = st.builds(Life, st.lists(amounts, max_size=8), st.integers(0, 25), st.booleans(), st.booleans(), st.integers(0, 6))


def process(broker: MemoryBroker, every: int, before: Callable[[str], Awaitable[None]] | None, knows: int) -> CheckpointedFold:
    ticks = itertools.count()
    return CheckpointedFold(
        CountingFold(),
        MemoryLog(broker, before),
        MemoryGroup(broker, knows),
        every=float(every),
        meters=Meters(CollectorRegistry()),
        now=lambda: float(next(ticks)),
        new_writer=lambda: f"w{next(_writers)}",
    )


async def consume(broker: MemoryBroker, fold: CheckpointedFold, generation: int) -> None:
    """Deliver from the committed offset on, a few records at a time, as Faust's take does; the broker is slower now and then."""
    log = broker.topics[PLACE]
    rest = log[broker.committed.get(PLACE, 0) :]
    try:
        for start in range(0, len(rest), 3):
            await fold.take([incoming(record, generation) for record in rest[start : start + 3]])
            for _ in range(start % 4):
                await asyncio.sleep(0)
        await fold.settle()
        await fold.rest()
        await fold.settle()
    except DiedError:
        await fold.stop()
        raise


async def run(history: list[Life]) -> None:
    broker, thaw, frozen = MemoryBroker(), asyncio.Event(), []
    for life in history:
        for amount in life.written:
            broker.write(*PLACE, msgspec.json.encode(amount))
        fold = process(broker, life.every, doomed(life.steps, thaw if life.frozen else None), broker.generation)
        task = asyncio.ensure_future(consume(broker, fold, broker.generation))
        await asyncio.wait([task], timeout=0.02 if life.frozen else None)
        if task.done():
            assert task.exception() is None or isinstance(task.exception(), DiedError), task.exception()
        else:
            frozen.append(task)
        if life.compacts:
            broker.compact()
        broker.generation += 1
    thaw.set()
    await asyncio.gather(*frozen, return_exceptions=True)
    broker.write(*PLACE, b"[]")
    await consume(broker, process(broker, 0, None, broker.generation), broker.generation)
    outputs, states = undisturbed(CountingFold(), broker.records())
    found = farthest(broker.compacted[0], *PLACE)
    assert (found.offset, dict(found.sections)) == (len(broker.topics[PLACE]) - 1, states[PLACE])
    assert {output.value for output in broker.outputs} == {output.value for output in outputs}
    assert broker.committed[PLACE] == len(broker.topics[PLACE])


@settings(max_examples=150, deadline=None)
@given(st.lists(lives, max_size=5))
def test_no_death_leaves_a_trace(history: list[Life]) -> None:
    """Killed or frozen at any operation, any number of times, with compaction in between: state, outputs and commits are exact."""
    asyncio.run(run(history))
