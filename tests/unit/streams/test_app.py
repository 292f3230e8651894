"""The Faust application: the settings that were found sound, each of which a fault test needs."""

from pathlib import Path
from typing import Any

import faust
import mode
import msgspec
import pytest
from aiokafka import ConsumerRecord
from faust.types import TP
from prometheus_client import CollectorRegistry, Gauge

from config.settings import Settings
from streams.app import BUFFERED, FaustGroup, Lagging, attach, build_app
from streams.checkpoint.meters import Meters
from streams.telemetry import Health
from streams.topics import OBSERVATIONS, URGENT
from streams.transport import FETCH_WAIT_MILLISECONDS, RUN, Run, RunTransport, Transport
from tests.fakes.folds import CountingFold

SETTINGS = Settings(broker="kafka://127.0.0.1:1", topic_suffix=".b", partitions=3, session_seconds=6.0, commit_seconds=0.4)


@pytest.fixture
def app(tmp_path: Path) -> faust.App:
    return build_app(msgspec.structs.replace(SETTINGS, data=str(tmp_path)), "engine")


def test_rule_1_a_raising_agent_ends_the_process(app: faust.App) -> None:
    """The supervisor of agents crashes the process instead of restarting an agent behind the record it failed on."""
    supervisor: object = app.conf.agent_supervisor
    assert supervisor is mode.CrashingSupervisor


def test_settings_of_the_application(app: faust.App) -> None:
    """The consumer group has the installation's suffix, begins at the beginning, and makes no topics of its own."""
    conf = app.conf
    assert (conf.id, conf.consumer_auto_offset_reset) == ("cityloop-engine.b", "earliest")
    assert (conf.topic_disable_leader, conf.topic_allow_declare, conf.web_enabled, conf.stream_wait_empty) == (True, False, False, False)
    assert (conf.broker_session_timeout, conf.broker_commit_interval, conf.topic_partitions) == (6.0, 0.4, 3)
    assert conf.broker_request_timeout > conf.broker_session_timeout


async def test_fetches_do_not_linger(app: faust.App) -> None:
    """The consumer asks the broker to answer within a tenth of a second, where Faust would let it wait one and a half."""
    assert isinstance(app.transport, Transport)
    of_app: Any = app.consumer
    thread = of_app._new_consumer_thread()
    consumer = thread._create_worker_consumer(app.transport)
    assert consumer._fetch_max_wait_ms == FETCH_WAIT_MILLISECONDS == 100


def test_the_agent_is_one_of_a_kind(app: faust.App) -> None:
    """Attaching declares one agent over all topics, with concurrency 1, and tells health why it is not ready yet."""
    health = Health()
    runner = attach(app, SETTINGS, CountingFold(), (OBSERVATIONS, URGENT), meters=Meters(CollectorRegistry()), health=health)
    (agent,) = app.agents.values()
    assert agent.concurrency == 1
    assert set(agent.channel.topics) == {"cityloop.observations.b", "cityloop.urgent.b"}
    assert health.reasons() == {"consumer_group": "The consumer group has not assigned partitions yet."}
    assert runner.slots == {}
    assert agent.channel.clone(is_iterator=True).queue.maxsize == BUFFERED


def consumer_of_runs(app: faust.App) -> Any:
    """The consumer of an application that folds."""
    attach(app, SETTINGS, CountingFold(), (OBSERVATIONS,), meters=Meters(CollectorRegistry()))
    assert isinstance(app.transport, RunTransport)
    return app.consumer


async def test_a_fold_commits_what_it_settled_and_nothing_else(app: faust.App) -> None:
    """What may be committed is the record after the last that the group acknowledged, of a partition that is still ours; Faust's gaps say nothing."""
    consumer, mine, other = consumer_of_runs(app), TP("t", 0), TP("t", 1)
    await FaustGroup(app).acknowledge([(mine, 4), (mine, 5), (mine, 6)])
    await FaustGroup(app).acknowledge([(other, 9)])
    await consumer._add_gap(mine, 7, 99)
    assert {tp: consumer._new_offset(tp) for tp in consumer._filter_tps_with_pending_acks()} == {mine: 7, other: 10}
    assert list(consumer._filter_tps_with_pending_acks({mine})) == [mine]
    await consumer.on_partitions_revoked({mine})
    assert list(consumer._filter_tps_with_pending_acks({"t"})) == [other]


async def test_records_are_delivered_as_runs(app: faust.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was fetched comes as messages of records without a hole, whose offset is that of the last; what lies beyond a hole is read again."""
    consumer, tp = consumer_of_runs(app), TP("t", 0)
    fetched = [consumed(offset) for offset in (*range(5, 5 + RUN + 2), 80, 81)]
    sought: list[dict[TP, int]] = []

    async def fetch(*_given: Any, **_more: Any) -> Any:
        return {tp: fetched}

    async def first(*_given: Any) -> Any:
        return {tp: 0}

    async def rewind(offsets: dict[TP, int]) -> None:
        sought.append(offsets)

    monkeypatch.setattr(consumer, "_getmany", fetch)
    monkeypatch.setattr(consumer, "earliest_offsets", first)
    monkeypatch.setattr(consumer._thread, "rewind", rewind)
    monkeypatch.setattr(consumer, "highwater", lambda _tp: 82)
    consumer.resume_flow()
    consumer._set_active_tps({tp})
    consumer._positions.start(tp, 5)
    runs: list[Run] = [message async for _, message in consumer.getmany(timeout=1.0)]
    assert [(run.records[0].offset, run.offset, run.tp) for run in runs] == [(5, 4 + RUN, tp), (5 + RUN, 6 + RUN, tp)]
    assert [record.offset for run in runs for record in run.records] == list(range(5, 7 + RUN))
    assert sought == [{tp: 7 + RUN}]


def consumed(offset: int) -> ConsumerRecord[bytes, bytes]:
    """A record as aiokafka has it."""
    return ConsumerRecord("t", 0, offset, 1_000, 0, None, b"", None, 0, 0, ())


def test_lag_is_told_of_partitions_that_are_held() -> None:
    """What moved to another process is taken back here: a sum over processes would else count it twice, and for ever."""
    registry = CollectorRegistry()
    lagging = Lagging(Gauge("lag", "Records.", ["topic", "partition"], registry=registry))

    def told() -> dict[tuple[str, str], float]:
        samples = [sample for family in registry.collect() for sample in family.samples]
        return {(sample.labels["topic"], sample.labels["partition"]): sample.value for sample in samples}

    lagging.tell({(OBSERVATIONS, 0): 7, (URGENT, 1): 0})
    assert told() == {(OBSERVATIONS, "0"): 7, (URGENT, "1"): 0}
    lagging.tell({(OBSERVATIONS, 0): 3})
    assert told() == {(OBSERVATIONS, "0"): 3}
    lagging.tell({})
    assert told() == {}
    lagging.tell({(URGENT, 1): 2})
    assert told() == {(URGENT, "1"): 2}
