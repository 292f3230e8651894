"""The seven rules of "checkpoint, then commit", each of which a fault test lost or doubled observations without."""

import asyncio

import msgspec
import pytest

from streams.checkpoint.runner import RESTORED_AT_ONCE, LogError
from streams.fold import Output
from streams.topics import ALERTS, CHECKPOINTS, OBSERVATIONS, URGENT
from tests.fakes.checkpointprocess import Process, amounts, sections
from tests.fakes.folds import CountingFold, undisturbed
from tests.fakes.log import MemoryBroker


async def test_rule_1_a_raising_fold_acknowledges_nothing() -> None:
    """When the fold raises, the exception reaches the agent and neither that record nor its batch is acknowledged."""
    broker = MemoryBroker()
    process = Process(broker)
    with pytest.raises(ArithmeticError):
        await process.take(
            broker.write(OBSERVATIONS, 0, amounts(("a", 1))),
            broker.write(OBSERVATIONS, 0, amounts(("bomb", 1))),
            broker.write(OBSERVATIONS, 0, amounts(("b", 1))),
        )
    assert process.group.acknowledged == []
    assert broker.committed == {}


async def test_rule_2_outputs_then_checkpoint_then_acknowledgement() -> None:
    """Beginning acknowledged, outputs acknowledged, checkpoint acknowledged, records acknowledged; each waits for the one before."""
    broker = MemoryBroker()
    seen: list[str] = []

    async def note(step: str) -> None:
        await asyncio.sleep(0)
        seen.append(f"{step} with {len(process.group.acknowledged)} acknowledged")

    process = Process(broker, before=note)
    await process.take(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(7)])
    assert seen == [
        "read with 0 acknowledged",
        f"send {CHECKPOINTS} with 0 acknowledged",
        f"acknowledge {CHECKPOINTS} with 0 acknowledged",
        f"send {ALERTS} with 0 acknowledged",
        f"acknowledge {ALERTS} with 0 acknowledged",
        f"send {CHECKPOINTS} with 0 acknowledged",
        f"acknowledge {CHECKPOINTS} with 0 acknowledged",
    ]
    assert process.group.acknowledged == [(OBSERVATIONS, 0, offset) for offset in range(7)]


@pytest.mark.parametrize("lost", [ALERTS, CHECKPOINTS])
async def test_rule_2_what_is_not_acknowledged_stops_everything_after_it(lost: str) -> None:
    """When the broker does not take an output or a checkpoint, nothing is acknowledged and the process ends."""

    async def fail(step: str) -> None:
        if step == f"acknowledge {lost}":
            raise ConnectionError(step)

    broker = MemoryBroker()
    process = Process(broker, before=fail)
    with pytest.raises(ConnectionError):
        await process.take(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(7)])
    assert process.group.acknowledged == []
    assert sections(broker)[0] in (None, -1), "nothing, or only what it begins with"


@pytest.mark.parametrize("moment", [f"send {CHECKPOINTS}", f"acknowledge {CHECKPOINTS}", f"acknowledge {ALERTS}"])
async def test_a_group_that_moved_on_meanwhile_is_told_nothing(moment: str) -> None:
    """When the group is divided anew while a checkpoint is written, the checkpoint stands and its records are not acknowledged: they come again."""
    broker = MemoryBroker()
    steps: list[str] = []

    async def divide(step: str) -> None:
        steps.append(step)
        if step == moment and steps.count(f"send {CHECKPOINTS}") + (ALERTS in moment) >= 2:
            process.group.knows = 2

    process = Process(broker, before=divide, knows=1)
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(7)]
    await process.take(*records)
    assert process.group.acknowledged == []
    await process.take(*records, broker.write(OBSERVATIONS, 0, amounts(("a", 1))), generation=2)
    assert process.group.acknowledged == [(OBSERVATIONS, 0, offset) for offset in range(8)]
    assert sections(broker)[0] == 7


async def test_outputs_do_not_wait_for_the_checkpoint() -> None:
    """An output is published in the step that made it, long before the next checkpoint."""
    broker = MemoryBroker()
    process = Process(broker, every=1e9)
    await process.take(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(7)])
    await asyncio.sleep(0)
    assert [output.topic for output in broker.outputs] == [ALERTS]
    assert process.group.acknowledged == []


async def test_rule_3_a_late_write_of_a_frozen_worker_harms_nobody() -> None:
    """A worker frozen beyond its session writes its old state late; restoring still takes the one that has seen more."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(20)]
    thawed = asyncio.Event()

    async def freeze(step: str) -> None:
        if step == f"send {CHECKPOINTS}":
            await thawed.wait()

    frozen = Process(broker, before=freeze, knows=1)
    writing = asyncio.create_task(frozen.take(*records[:5]))
    await asyncio.sleep(0.05)
    broker.generation = 2
    await Process(broker).take(*records, generation=2)
    thawed.set()
    await writing
    offset, state = sections(broker)
    assert (offset, state) == (19, undisturbed(CountingFold(), records)[1][OBSERVATIONS, 0])
    assert broker.committed[OBSERVATIONS, 0] == 20, "the old member's commit was not heard"


async def test_rule_3_a_restoring_worker_deletes_nothing_that_is_farther() -> None:
    """A worker deletes older checkpoints of others once its own is complete, and never one that has seen more."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    await Process(broker).take(*records)
    slow = Process(broker)
    await slow.take(*records)  # Restores, skips all four, writes its own full checkpoint and deletes the first one's.
    broker.compact()
    assert len(broker.compacted[0]) == 1
    assert sections(broker)[0] == 3


async def test_rule_4_records_of_another_generation_are_dropped_unacknowledged() -> None:
    """What waited in a buffer through a rebalance is neither applied nor acknowledged: it comes again to its owner."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    process = Process(broker)
    await process.take(*records[:2])
    broker.generation = 2
    await process.take(*records[2:], generation=1)
    assert process.runner.slots[OBSERVATIONS, 0].applied == 1
    assert len(process.group.acknowledged) == 2


async def test_rule_4_a_new_generation_restores() -> None:
    """The first record of a new generation restores, because somebody else may have folded the partition meanwhile."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(6)]
    ours, theirs = Process(broker), Process(broker)
    await ours.take(*records[:2])
    broker.generation = 2
    await theirs.take(*records[2:4], generation=2)
    broker.generation = 3
    await ours.take(*records[4:], generation=3)
    assert ours.state()["a"] == b"6"


async def test_rule_4_the_generation_may_change_while_a_state_is_restored() -> None:
    """A state that was read during a rebalance is not used for the records of the old generation."""
    broker = MemoryBroker()

    async def rebalance(step: str) -> None:
        broker.generation += step == "read"

    process = Process(broker, before=rebalance)
    await process.take(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    assert (process.group.acknowledged, broker.outputs, process.runner.slots[OBSERVATIONS, 0].applied) == ([], [], -1)


async def test_rule_4_partitions_are_restored_side_by_side() -> None:
    """Partitions that come for the first time wait for the broker together, a few at once, and each begins with its own state."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, partition, amounts((f"p{partition}", 1))) for partition in range(RESTORED_AT_ONCE + 2)]
    reading, most = 0, 0

    async def count(step: str) -> None:
        nonlocal reading, most
        if step == "read":
            reading += 1
            most = max(most, reading)
            await asyncio.sleep(0.01)
            reading -= 1

    process = Process(broker, before=count)
    await process.take(*records)
    assert most == RESTORED_AT_ONCE
    assert [process.state(partition=number)[f"p{number}"] for number in range(len(records))] == [b"1"] * len(records)


async def test_rule_5_a_gap_ends_the_process() -> None:
    """A record beyond the next offset is never applied: the process ends, and says what to look for."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    process = Process(broker)
    await process.take(records[0])
    with pytest.raises(LogError, match=r"cityloop\.observations/0 has a gap: the state has applied 0 and offset 2 came"):
        await process.take(records[2])
    assert process.group.acknowledged == [(OBSERVATIONS, 0, 0)]


async def test_rule_5_a_lost_checkpoint_is_a_gap() -> None:
    """When the group has committed further than any checkpoint, the worker ends instead of beginning anew."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    with pytest.raises(LogError, match="has applied -1 and offset 2 came"):
        await Process(broker).take(records[2])


async def test_rule_5_a_log_that_begins_later_has_no_gap() -> None:
    """Without any checkpoint the state begins where the broker's log begins: retention may have deleted what came before."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    broker.first[OBSERVATIONS, 0] = 2
    process = Process(broker)
    await process.take(*records[2:])
    assert process.state()["a"] == b"2"


async def test_rule_5_a_log_that_goes_back_ends_the_process() -> None:
    """An offset that comes again within a generation means a cut or replaced log; skipping would drop what is new."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    process = Process(broker)
    await process.take(*records)
    with pytest.raises(LogError, match="went back from offset 3 to 0"):
        await process.take(records[0])


async def test_records_that_the_state_has_are_skipped_and_acknowledged() -> None:
    """What comes again after a restart and was applied before is not applied twice, and is acknowledged with the next checkpoint."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(14)]
    await Process(broker).take(*records[:8])
    again = Process(broker)
    await again.take(*records)
    assert again.state() == undisturbed(CountingFold(), records)[1][OBSERVATIONS, 0]
    assert broker.outputs == undisturbed(CountingFold(), records)[0]
    assert len(again.group.acknowledged) == 14


async def test_what_a_state_begins_with_is_kept_before_the_first_record_counts() -> None:
    """A worker that dies before its first checkpoint leaves what it began with, at the offset before the first record."""
    broker = MemoryBroker()
    broker.first[OBSERVATIONS, 0] = 3
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(4)]
    await Process(broker, every=1e9).take(records[3])
    assert sections(broker) == (2, {"count": b"0"})
    again = Process(broker, every=1e9)
    await again.take(records[3])
    assert again.state() == {"a": b"1", "count": b"1"}


async def test_a_state_is_told_when_its_first_record_was_written() -> None:
    """Which rules a log began with depends on it; the broker's time of the record counts, not the present."""
    broker, fold = MemoryBroker(), CountingFold()
    record = msgspec.structs.replace(broker.write(OBSERVATIONS, 0, amounts(("a", 1))), timestamp=17)
    await Process(broker, fold=fold).take(record)
    assert fold.since == {(OBSERVATIONS, 0): 17}


async def test_rule_6_a_tick_brings_the_checkpoint() -> None:
    """While records come, a checkpoint is written with the one after which it is due: a tick brings it after the last observations."""
    broker = MemoryBroker()
    process = Process(broker, every=5.0)
    await process.take(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    assert sections(broker)[0] == -1
    for _ in range(5):
        await process.take(broker.write(OBSERVATIONS, 0, amounts()))
    assert sections(broker)[0] != -1
    assert len(process.group.acknowledged) > 0


async def test_rule_6_silence_brings_the_checkpoint_too() -> None:
    """Where not even ticks come any more, what was taken is checkpointed and acknowledged all the same, once; before it is due, nothing is."""
    broker = MemoryBroker()
    record = broker.write(OBSERVATIONS, 0, amounts(("a", 1)))
    process = Process(broker, every=6.0)
    await process.rest()
    await process.take(record)
    assert process.group.acknowledged == []
    for _ in range(9):
        await process.rest()
    assert len(process.group.acknowledged) == 1
    assert sections(broker) == (0, {"a": b"1", "count": b"1"})
    written = len(broker.compacted[0])
    await process.rest()
    assert len(broker.compacted[0]) == written


async def test_silence_does_not_look_into_a_record_that_is_being_taken() -> None:
    """While outputs of a record are being published, no checkpoint is written beside it: it would have half of what the record did."""
    broker, there, gate = MemoryBroker(), asyncio.Event(), asyncio.Event()

    async def wait(step: str) -> None:
        if step == f"send {ALERTS}":
            there.set()
            await gate.wait()

    process = Process(broker, before=wait)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(process.take(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(7)]))
        await there.wait()
        await process.rest()
        assert sections(broker)[0] == -1, "only what it begins with"
        gate.set()
    assert len(process.group.acknowledged) == 7


async def test_topics_do_not_mix() -> None:
    """The same partition of two topics has two states in one partition of the checkpoint topic."""
    broker = MemoryBroker()
    process = Process(broker)
    await process.take(broker.write(OBSERVATIONS, 1, amounts(("a", 1))), broker.write(URGENT, 1, amounts(("a", 5))))
    assert sections(broker, OBSERVATIONS, 1)[1]["a"] == b"1"
    assert sections(broker, URGENT, 1)[1]["a"] == b"5"


async def test_outputs_of_a_replay_repeat_those_before() -> None:
    """A process that dies after publishing and before its checkpoint publishes the very same outputs again, and no others."""
    broker = MemoryBroker()
    records = [broker.write(OBSERVATIONS, 0, amounts(("a", 1), ("b", 2))) for _ in range(20)]
    await Process(broker, every=1e9).take(*records)
    await asyncio.sleep(0)
    first: list[Output] = list(broker.outputs)
    await Process(broker).take(*records)
    assert broker.outputs == first + first
    assert first == undisturbed(CountingFold(), records)[0]
