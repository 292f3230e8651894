import asyncio

import pytest
from prometheus_client import CollectorRegistry

from streams.gateway.ingest import Door, Ingest, LogSilentError, judge_all
from streams.gateway.judgement import Candidate
from streams.gateway.metrics import Metrics
from streams.observation import Observation
from streams.rejected import rejected
from tests.fakes.observations import KINDS, NOON, observation
from tests.fakes.sinks import FakeLog, Mood, fake_dead_letters, fake_sink

DOORS = [observation(source=f"sensor/door-{n}") for n in range(3)]


def ingest(sink: FakeLog[Observation], *, registry: CollectorRegistry | None = None, max_pending: int = 10) -> Ingest:
    return Ingest(sink, fake_dead_letters(), Metrics(registry or CollectorRegistry()), lambda: NOON, max_pending=max_pending)


async def test_the_order_is_kept() -> None:
    """Observations reach the log in the order in which they were handed over."""
    sink = fake_sink()
    await (await ingest(sink).hand_over(Door.HTTP, DOORS)).kept()
    assert sink.kept == DOORS


async def test_kept_waits_for_every_acknowledgement() -> None:
    """As long as one observation is not acknowledged the whole is not kept."""
    sink = fake_sink(Mood.SLOW)
    receipt = await ingest(sink).hand_over(Door.HTTP, DOORS)
    waiting = asyncio.ensure_future(receipt.kept())
    sink.acknowledge(2)
    await asyncio.sleep(0)
    assert not waiting.done()
    sink.acknowledge()
    await waiting
    assert sink.kept == DOORS


async def test_a_late_acknowledgement_is_not_cancelled() -> None:
    """Whoever gives up waiting leaves the envelope alone: others wait for it too."""
    sink = fake_sink(Mood.SLOW)
    receipt = await ingest(sink).hand_over(Door.HTTP, DOORS[:1])
    with pytest.raises(LogSilentError, match=r"the log did not acknowledge within 0\.01 s"):
        await receipt.kept(0.01)
    sink.acknowledge()
    assert sink.kept == DOORS[:1]


async def test_pending_counts_what_is_not_acknowledged() -> None:
    """Observations count as pending from the hand-over to the log's answer, whoever still waits for it."""
    sink = fake_sink(Mood.SLOW)
    core = ingest(sink, max_pending=3)
    await core.hand_over(Door.HTTP, DOORS[:2])
    assert (core.pending, core.full) == (2, False)
    await core.hand_over(Door.MQTT, DOORS[2:])
    assert (core.pending, core.full) == (3, True)
    sink.acknowledge(1)
    await asyncio.sleep(0)
    assert (core.pending, core.full) == (2, False)


async def test_a_refusal_of_the_log_is_told() -> None:
    """An error of the producer is passed on with its reason, and its cause."""
    receipt = await ingest(fake_sink(Mood.ILL)).hand_over(Door.HTTP, DOORS)
    with pytest.raises(LogSilentError, match="the log refused: the leader is not available"):
        await receipt.kept()


async def test_a_blocked_log_is_told() -> None:
    """A sink that takes nothing does not hang its sender."""
    with pytest.raises(LogSilentError, match=r"the log took nothing more for 0\.01 s"):
        await ingest(fake_sink(Mood.FULL)).hand_over(Door.HTTP, DOORS, seconds=0.01)


async def test_everything_is_counted_by_door_and_result() -> None:
    """Accepted and rejected count when the log has them, failed when it has not."""
    registry = CollectorRegistry()
    sink = fake_sink()
    core = ingest(sink, registry=registry)
    await (await core.hand_over(Door.MQTT, DOORS, [rejected(b"?", (), "mqtt:t", NOON)])).kept()
    sink.mood = Mood.ILL
    with pytest.raises(LogSilentError):
        await (await core.hand_over(Door.MQTT, DOORS[:2])).kept()
    counts = {
        result: registry.get_sample_value("cityloop_gateway_observations_total", {"door": "mqtt", "result": result})
        for result in ("accepted", "rejected", "failed")
    }
    assert counts == {"accepted": 3, "rejected": 1, "failed": 2}
    assert registry.get_sample_value("cityloop_gateway_acknowledge_seconds_count", {"door": "mqtt"}) == 1


async def test_nothing_to_keep_is_kept_at_once() -> None:
    """An empty hand-over, as of an ignored message, is kept without the log."""
    await (await ingest(fake_sink(Mood.FULL)).hand_over(Door.MQTT, [])).kept()


async def test_judging_gives_way() -> None:
    """While a large body is judged, others get their turn on the event loop."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    verdicts = await judge_all([Candidate(b"", {}, "f")] * 1000, KINDS, NOON)
    task.cancel()
    assert len(verdicts) == 1000
    assert turns >= 5
