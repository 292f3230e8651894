"""The pack as idiomatic per-event Faust agents: JSON observations, a table keyed by source, ``async for``.

The table is assigned only when something changed, which saves changelog records (:mod:`bench.baseline` measures both, on the
demo city's three rules). Symptoms are sent on to a topic keyed by symptom, as Faust's guide does for another key.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import faust
from faust.types import StreamT

from bench.baseline import READINGS
from bench.peers.pack import Alert, judge_source, judge_symptom
from bench.peers.peer import SYMPTOMS, PeerTask
from bench.peers.stopwatch import Stopwatch
from config.moment import SECOND, Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reading(faust.Record, serializer="json"):
    """One observation as it arrives."""

    source: str
    kind: str
    at: str
    value: Any
    zone: str | None = None
    attributes: dict[str, Any] = {}  # noqa: RUF012  # Faust makes a field with a default of it.


class Seen(NamedTuple):
    """What the rules look at."""

    source: str
    kind: str
    at: Micros
    value: Any
    zone: str | None
    attributes: dict[str, Any]


def seen(reading: Reading) -> Seen:
    """The same with its time as a number."""
    since = datetime.fromisoformat(reading.at) - _EPOCH
    at = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    return Seen(reading.source, reading.kind, at, reading.value, reading.zone, reading.attributes)


def build(task: PeerTask, watch: Stopwatch) -> faust.App:
    """The application."""
    name = f"bench-{task.peer}{task.suffix}"
    app = faust.App(
        name,
        broker=f"kafka://{task.broker}",
        store="memory://",
        datadir=str(task.place()),
        topic_partitions=task.partitions,
        topic_replication_factor=1,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
    )
    readings = app.topic(READINGS + task.suffix, value_type=Reading, key_type=str, key_serializer="raw")
    symptoms = app.topic(SYMPTOMS + task.suffix, value_type=Reading, key_type=str, key_serializer="raw")
    said = app.topic(task.said_topic(), value_serializer="json", key_type=str, key_serializer="raw")
    states = app.Table(f"{name}-states", default=dict, partitions=task.partitions)
    hospitals = app.Table(f"{name}-hospitals", default=dict, partitions=task.partitions)

    async def tell(alerts: list[Alert], one: Seen) -> None:
        for alert in alerts:
            await said.send(key=alert.rule, value={"alert": alert, "noticed_at": one.at})
        watch.meter.take()
        if watch.done:
            await app.producer.flush()
            watch.tell()

    @app.agent(readings)
    async def sources(stream: StreamT[Reading]) -> None:
        async for reading in stream:
            watch.meter.begin()
            one = seen(reading)
            if one.kind == "symptom":
                await symptoms.send(key=one.value, value=reading)
                continue
            state = states[one.source]
            changed, alerts = judge_source(state, one)
            if changed:
                states[one.source] = state
            await tell(alerts, one)

    @app.agent(symptoms)
    async def symptom(stream: StreamT[Reading]) -> None:
        async for reading in stream:
            one = seen(reading)
            state, alerts = judge_symptom(hospitals[one.value] or None, one)
            hospitals[one.value] = state
            await tell(alerts, one)

    return app


def run(task: PeerTask, watch: Stopwatch) -> None:
    """Read the log until all its observations were taken."""
    faust.Worker(build(task, watch), loglevel="warning", redirect_stdouts=False, quiet=True).execute_from_commandline()
