"""A record that kills every process that takes it is put aside, and only that one."""

import pytest

from streams.checkpoint.assemble import farthest
from streams.checkpoint.runner import PARK_AFTER
from streams.rejected import Reason, decode_rejected
from streams.topics import OBSERVATIONS, REJECTED
from tests.fakes.checkpointprocess import Process, amounts
from tests.fakes.log import MemoryBroker


async def test_a_record_that_always_fails_is_parked() -> None:
    """After three processes died of a record it goes to the rejected topic, and the stream goes on behind it."""
    broker = MemoryBroker()
    records = [
        broker.write(OBSERVATIONS, 0, amounts(("a", 1))),
        broker.write(OBSERVATIONS, 0, amounts(("bomb", 1)), key=b"sensor/bomb"),
        broker.write(OBSERVATIONS, 0, amounts(("a", 2))),
    ]
    for _ in range(PARK_AFTER):
        with pytest.raises(ArithmeticError):
            await Process(broker).take(*records)
    survivor = Process(broker)
    await survivor.take(*records)
    assert survivor.state()["a"] == b"3"
    (letter,) = [output for output in broker.outputs if output.topic == REJECTED]
    read = decode_rejected(letter.value)
    assert (read.reason, read.raw, read.origin) == (Reason.CRASHED, records[1].value, "kafka:cityloop.observations/0/1")
    assert "3 times: ArithmeticError: this amount cannot be added" in read.problems[0].what


async def test_crashes_are_counted_for_one_record_only() -> None:
    """A crash on another record begins a new count: nothing is parked for what its neighbours did."""
    broker = MemoryBroker()
    bombs = [broker.write(OBSERVATIONS, 0, amounts(("bomb", 1))) for _ in range(2)]
    for _ in range(PARK_AFTER):
        with pytest.raises(ArithmeticError):
            await Process(broker).take(*bombs)
    with pytest.raises(ArithmeticError):
        await Process(broker).take(*bombs)
    crash = farthest(broker.compacted[0], OBSERVATIONS, 0).crash
    assert crash is not None
    assert (crash.offset, crash.count) == (1, 1)
