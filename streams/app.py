"""The Faust application of an engine process: everything that was found sound about Faust is set here, once."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust
import mode
from faust.types import TP
from prometheus_client import Gauge

from config.settings import Settings
from streams.checkpoint.kafkalog import KafkaLog
from streams.checkpoint.meters import Meters
from streams.checkpoint.ports import Incoming
from streams.checkpoint.runner import CheckpointedFold
from streams.fold import Fold, Record
from streams.producer import gives_producer_ids
from streams.telemetry import Health
from streams.topics import topic_name
from streams.transport import RUN, RunTransport, Transport
from streams.worker import end_soon

MOST = 500
"""Records that are taken at once."""
WITHIN = 0.02
"""Seconds after which fewer are taken: half of it is what this adds to the latency of a quiet stream, on average."""

BUFFERED = 8
"""Runs of records that may wait between the consumer and the fold."""

NO_GENERATION = -1
"""The generation while the group is being divided anew: no record is of it, and nothing is acknowledged in it."""

_LAG_SECONDS = 5.0


def build_app(settings: Settings, name: str) -> faust.App:
    """A Faust application whose consumer group is ``cityloop-<name>``.

    * ``CrashingSupervisor``: an agent that raises ends the process. A restarted agent would carry on behind the record
      that it failed on.
    * ``stream_wait_empty=False``: a rebalance does not wait for records that only a checkpoint will acknowledge.
    * ``consumer_auto_offset_reset="earliest"``: a group without commits begins at the beginning, not at now.
    * ``topic_disable_leader`` and ``topic_allow_declare=False``: topics are provisioned from the topics table only.
    * ``web_enabled=False``: metrics and health are served by :mod:`streams.telemetry`.
    """
    app = faust.App(
        f"cityloop-{name}{settings.topic_suffix}",
        broker=f"kafka://{settings.bootstrap_servers}",
        store="memory://",
        datadir=str(Path(settings.data) / "faust" / name),
        topic_partitions=settings.partitions,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
        agent_supervisor=mode.CrashingSupervisor,
        broker_commit_interval=settings.commit_seconds,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 5,
        broker_request_timeout=max(30.0, settings.session_seconds * 2),
        stream_wait_empty=False,
    )
    _connect(app, settings, Transport)
    return app


def _connect(app: faust.App, settings: Settings, kind: type[Transport]) -> None:
    """Give an application its transport.

    Members say goodbye to Apache Kafka only. The embedded broker (Tansu 0.6) keeps a leader that leaves while others join as the leader of
    every later generation, so that nobody is ever given a partition again; a leader whose session ends it replaces.
    """
    app.transport = transport = kind(app.conf.broker_consumer, app)
    transport.says_goodbye = partial(gives_producer_ids, settings)


def raw_topic(app: faust.App, settings: Settings, *names: str, buffered: int | None = None) -> Any:
    """The named topics as one channel of raw bytes: a decoding error inside Faust would acknowledge and drop the record.

    Args:
        app: of :func:`build_app`.
        settings: topic suffix and partitions.
        names: as in the topics table.
        buffered: messages that may wait; ``None``: as many as Faust thinks right.
    """
    full = [topic_name(name, settings.topic_suffix) for name in names]
    kinds: Mapping[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    topic = app.topic(*full, partitions=settings.partitions, **kinds)
    topic.maxsize = buffered  # Faust 0.15 takes it as an argument, and forgets it.
    return topic


class FaustGroup:
    """The consumer group of a Faust application, for the checkpointed fold."""

    def __init__(self, app: faust.App) -> None:
        self._app = app

    def generation(self) -> int:
        """The group's generation, as this process knows it; :data:`NO_GENERATION` from a revocation to the next assignment."""
        consumer: Any = self._app.consumer  # Ours, of streams.transport.
        return int(self._app.consumer_generation_id) if consumer.holding else NO_GENERATION

    async def acknowledge(self, handles: Sequence[Any]) -> None:
        """Let Faust commit the last offset of a partition's records, together with all before it."""
        consumer: Any = self._app.consumer
        consumer.settle(*handles[-1])


def attach(
    app: faust.App,
    settings: Settings,
    fold: Fold,
    topics: Sequence[str],
    *,
    meters: Meters | None = None,
    health: Health | None = None,
) -> CheckpointedFold:
    """Declare the agent that folds the topics with "checkpoint, then commit".

    State is held for each topic and partition on its own, so that it does not matter which worker has which of them. Records come
    in runs (:class:`streams.transport.RunConsumer`), of which Faust acknowledges nothing by itself.

    Args:
        app: of :func:`build_app`.
        settings: topic suffix, partitions and how often to checkpoint.
        fold: makes and restores states.
        topics: names as in the topics table.
        meters: what is measured; default is registered globally.
        health: is told whether partitions were assigned and checkpoints are written.
    """
    _connect(app, settings, RunTransport)
    log = KafkaLog(settings, app.conf.id)
    group = FaustGroup(app)
    measured = meters or Meters()
    lagging = Lagging(measured.lag)
    runner = CheckpointedFold(fold, log, group, every=settings.checkpoint_seconds, meters=measured)
    plain = {topic_name(name, settings.topic_suffix): name for name in topics}

    @app.agent(raw_topic(app, settings, *topics, buffered=BUFFERED), name=f"{app.conf.id}-fold", concurrency=1)
    async def fold_records(stream: Any) -> None:
        try:
            async for events in stream.noack_take(MOST // RUN, within=WITHIN):
                await runner.take(_incoming(events, plain))
        except Exception:
            end_soon()
            raise
        finally:
            await runner.stop()
            await log.stop()

    @app.timer(settings.checkpoint_seconds, name=f"{app.conf.id}-rest")  # type: ignore[untyped-decorator]  # As below.
    async def rest() -> None:
        try:
            await runner.rest()
        except Exception:
            end_soon()
            raise

    @app.timer(_LAG_SECONDS, name=f"{app.conf.id}-lag")  # type: ignore[untyped-decorator]  # Faust's timer has no types.
    async def measure_lag() -> None:
        lags = {}
        for address, slot in runner.slots.items():
            if not runner.holds(address):
                continue
            end = app.consumer.highwater(TP(topic_name(address[0], settings.topic_suffix), address[1]))
            if end is not None:
                lags[address] = max(end - slot.applied - 1, 0)
        lagging.tell(lags)

    if health is not None:
        joined = _Joined(app)
        health.add("consumer_group", joined.trouble)
        health.add("checkpoints", runner.trouble)
    return runner


class Lagging:
    """Tells how many records wait, of the partitions that this process holds: what another one lags must not be told twice.

    Args:
        gauge: by topic and partition.
    """

    def __init__(self, gauge: Gauge) -> None:
        self._gauge, self._told = gauge, frozenset[tuple[str, int]]()

    def tell(self, lags: Mapping[tuple[str, int], int]) -> None:
        """Tell the present numbers, and take back those of partitions that are not among them."""
        for topic, partition in self._told - lags.keys():
            self._gauge.remove(topic, str(partition))
        for (topic, partition), records in lags.items():
            self._gauge.labels(topic, str(partition)).set(records)
        self._told = frozenset(lags)


class _Joined:
    """Whether the consumer group has given this process its part."""

    def __init__(self, app: faust.App) -> None:
        self._assigned = False
        app.on_partitions_assigned.connect(self._note, weak=False)

    def trouble(self) -> str | None:
        """A readiness check."""
        return None if self._assigned else "The consumer group has not assigned partitions yet."

    async def _note(self, *_given: Any, signal: Any, **_more: Any) -> None:
        self._assigned = True


def _incoming(events: Sequence[Any], plain: Mapping[str, str]) -> Iterator[Incoming]:
    for event in events:
        run = event.message
        topic, partition, tp, generation = plain[run.topic], run.partition, run.tp, run.generation_id
        for found in run.records:
            record = Record(
                topic=topic,
                partition=partition,
                offset=found.offset,
                timestamp=found.timestamp * 1_000,  # Milliseconds on the wire.
                key=found.key,
                value=found.value if found.value is not None else b"",
                headers=dict(found.headers),
            )
            yield Incoming(record, generation, (tp, found.offset))
