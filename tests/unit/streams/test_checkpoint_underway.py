"""Checkpoints on their way to the broker while records are folded on: each holds what was there when it was taken, and nothing comes in another order."""

import asyncio

import pytest

from streams.checkpoint.schedule import LARGE_BYTES, History
from streams.topics import ALERTS, CHECKPOINTS, OBSERVATIONS
from tests.fakes.checkpointprocess import Process, amounts, sections
from tests.fakes.log import MemoryBroker


class Gate:
    """Holds up the broker's answers of one kind while it is shut.

    Attributes:
        waiting: how many answers wait.
        passed: what went through, in order.
    """

    def __init__(self, step: str) -> None:
        self._step, self._open, self.waiting = step, asyncio.Event(), 0
        self.passed: list[str] = []
        self._open.set()

    def shut(self) -> None:
        """Let nothing through from now on."""
        self._open.clear()

    def open(self) -> None:
        """Let everything through."""
        self._open.set()

    async def __call__(self, step: str) -> None:
        """Wait, where it is that kind of answer."""
        if step == self._step:
            self.waiting += 1
            await self._open.wait()
            self.waiting -= 1
        self.passed.append(step)


async def begun(broker: MemoryBroker, gate: Gate) -> Process:
    """A process whose state begins with a complete checkpoint and one record; its next answers of the gate's kind wait."""
    process = Process(broker, before=gate)
    await process.take(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    gate.shut()
    return process


async def turns(count: int = 20) -> None:
    """Give everything that can go on a chance to."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_records_are_folded_while_a_checkpoint_is_on_its_way() -> None:
    """The fold does not wait for the broker; what came meanwhile is in the next checkpoint, and is acknowledged with that."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = await begun(broker, gate)
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await turns()
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    assert (process.runner.slots[OBSERVATIONS, 0].applied, gate.waiting, len(process.group.acknowledged)) == (2, 1, 1)
    gate.open()
    await process.runner.settle()
    assert [offset for _, _, offset in process.group.acknowledged] == [0, 1]
    assert sections(broker) == (1, {"a": b"2", "count": b"2"})
    await process.rest()
    assert [offset for _, _, offset in process.group.acknowledged] == [0, 1, 2]
    assert sections(broker) == (2, {"a": b"3", "count": b"3"})


async def test_outputs_are_acknowledged_before_their_checkpoint_is_sent() -> None:
    """While the broker has not taken an output, no checkpoint that is beyond it is on the topic: a restart would not publish it again."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {ALERTS}")
    process = await begun(broker, gate)
    await process.deliver(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(8)])
    await turns()
    assert (gate.waiting, sections(broker)[0], broker.outputs) == (1, 0, [])
    gate.open()
    await process.runner.settle()
    assert (sections(broker)[0], len(broker.outputs)) == (8, 1)


async def test_outputs_of_later_records_do_not_hold_up_a_checkpoint() -> None:
    """What is published after a checkpoint was taken belongs to the next one."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {ALERTS}")
    process = await begun(broker, gate)
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await process.deliver(*[broker.write(OBSERVATIONS, 0, amounts(("a", 1))) for _ in range(8)])
    await turns()
    assert (gate.waiting, sections(broker)[0]) == (1, 1)
    gate.open()
    await process.rest()
    await process.rest()
    assert sections(broker)[0] == 9


async def test_a_partition_has_one_checkpoint_on_its_way() -> None:
    """However slow the broker is, the next one waits for it, and then holds everything since."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = await begun(broker, gate)
    for _ in range(5):
        await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
        await turns()
    assert gate.waiting == 1
    gate.open()
    await process.runner.settle()
    assert sections(broker)[0] == 1
    await process.rest()
    assert sections(broker)[0] == 5


@pytest.mark.parametrize("looks", ["takes", "rests"])
async def test_a_checkpoint_that_fails_ends_the_process(looks: str) -> None:
    """What the broker refuses after the records were taken is raised with the next record, or by the next look in silence."""
    broker = MemoryBroker()
    refuses = asyncio.Event()

    async def refuse(step: str) -> None:
        if refuses.is_set() and step == f"acknowledge {CHECKPOINTS}":
            raise ConnectionError(step)

    process = Process(broker, before=refuse)
    await process.take(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    refuses.set()
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await turns()
    with pytest.raises(ConnectionError):
        await (process.deliver(broker.write(OBSERVATIONS, 0, amounts())) if looks == "takes" else process.runner.rest())
    assert [offset for _, _, offset in process.group.acknowledged] == [0]


async def test_a_process_that_stops_gives_up_what_is_on_its_way() -> None:
    """Nothing of it goes on behind the back of whoever ends the process, and its records are not acknowledged."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = await begun(broker, gate)
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await turns()
    await process.runner.stop()
    gate.open()
    await turns()
    assert [offset for _, _, offset in process.group.acknowledged] == [0]
    await process.runner.settle()


async def test_a_state_is_restored_after_what_this_process_still_writes() -> None:
    """A worker that keeps a partition through a rebalance reads the checkpoint that it had on its way, and folds nothing twice."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = await begun(broker, gate)
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await turns()
    broker.generation = 2
    again = asyncio.create_task(process.deliver(*broker.records()[1:], generation=2))
    await turns()
    assert not again.done()
    gate.open()
    await again
    written = [step for step in gate.passed if step in {"read", f"acknowledge {CHECKPOINTS}"}]
    assert written[:5] == ["read", *[f"acknowledge {CHECKPOINTS}"] * 3, "read"]
    assert process.state()["a"] == b"2"


async def test_a_checkpoint_that_hangs_makes_the_process_unready() -> None:
    """Readiness says which partition's checkpoint is overdue, though nothing new waits for one."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = await begun(broker, gate)
    await process.deliver(broker.write(OBSERVATIONS, 0, amounts(("a", 1))))
    await turns()
    assert process.runner.slots[OBSERVATIONS, 0].waiting == []
    for _ in range(20):
        trouble = process.runner.trouble()
    assert trouble == f"No checkpoint for 10 s of {OBSERVATIONS}/0."
    gate.open()
    await process.runner.settle()
    assert process.runner.trouble() is None


async def test_large_states_are_written_one_after_the_other() -> None:
    """A large full checkpoint waits while another is on its way; a small one does not."""
    broker, gate = MemoryBroker(), Gate(f"acknowledge {CHECKPOINTS}")
    process = Process(broker, before=gate)
    await process.take(*[broker.write(OBSERVATIONS, partition, amounts(("a", 1))) for partition in range(3)])
    for partition in (0, 1):
        slot = process.runner.slots[OBSERVATIONS, partition]
        slot.history = History(slot.history.written_at, full_bytes=LARGE_BYTES + 1)
    gate.shut()
    await process.deliver(*[broker.write(OBSERVATIONS, partition, amounts(("a", 1))) for partition in range(3)])
    await turns()
    await process.deliver(*[broker.write(OBSERVATIONS, partition, amounts(("a", 1))) for partition in range(3)])
    writing = [process.runner.slots[OBSERVATIONS, partition].is_writing for partition in range(3)]
    assert (sorted(writing[:2]), writing[2]) == ([False, True], True)
    gate.open()
    await process.runner.settle()
    await process.rest()
    assert [process.runner.slots[OBSERVATIONS, partition].history.epoch for partition in range(2)] == [1, 1]
