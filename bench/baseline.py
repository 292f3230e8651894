"""What a user of Faust would write without cityloop: one JSON observation a record, a table, and an agent with ``async for``.

It follows Faust's own guide (agents, typed records, tables keyed like the topic). The three rules are those of the demo
city, written out by hand. It is the measure that the engine is compared with, not a part of the product.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import faust
from faust.types import StreamT

DOOR_OPEN_SECONDS = 30.0
PARKING_QUIET_SECONDS = 30.0
SMOKE_QUIET_SECONDS = 10.0
READINGS = "bench.readings"
RAISED = "bench.raised"


class Writes(StrEnum):
    """When the agent writes its table.

    Faust keeps what is assigned; whoever follows its guide assigns on each event. Most readings of a quiet city change
    nothing, so a sparing user who compares first saves the changelog records: that is the second baseline.
    """

    EACH = "each"
    CHANGED = "changed"


class Reading(faust.Record, serializer="json"):
    """One observation as it arrives."""

    id: str
    source: str
    kind: str
    at: str
    value: bool
    zone: str | None = None


class Raised(faust.Record, serializer="json"):
    """One alert as it is published."""

    rule: str
    source: str
    event: str
    at: str


class State(NamedTuple):
    """What is remembered of one source.

    Attributes:
        since: when the trouble began, seconds; ``None`` while there is none.
        fired: whether its alert was raised.
        last: when it was last seen true.
    """

    since: float | None = None
    fired: bool = False
    last: float = 0.0


def decide(kind: str, state: State, at: float, *, value: bool) -> tuple[State, str | None]:
    """The three rules for one reading at a time in seconds: the new state, and ``firing``, ``resolved`` or ``None``."""
    quiet = {"illegal_parking": PARKING_QUIET_SECONDS, "smoke": SMOKE_QUIET_SECONDS, "door": 0.0}[kind]
    if value:
        since = at if state.since is None else state.since
        ripe = kind != "door" or at - since >= DOOR_OPEN_SECONDS
        return State(since, state.fired or ripe, at), "firing" if ripe and not state.fired else None
    if state.since is None or (state.fired and at - state.last < quiet):
        return state, None
    return State(last=state.last), "resolved" if state.fired else None


class Place(NamedTuple):
    """Where the agent runs.

    Attributes:
        broker: ``host:port``.
        name: application id, which is the consumer group.
        suffix: of the topics.
        partitions: of the topics.
        folder: for what Faust keeps on disk.
    """

    broker: str
    name: str
    suffix: str
    partitions: int
    folder: Path


def build(place: Place, writes: Writes, on_event: Callable[[], None]) -> faust.App:
    """The application; ``on_event`` is called after each reading so that the benchmark can count."""
    app = faust.App(
        place.name,
        broker=f"kafka://{place.broker}",
        store="memory://",
        datadir=str(place.folder),
        topic_partitions=place.partitions,
        topic_replication_factor=1,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
    )
    readings = app.topic(READINGS + place.suffix, value_type=Reading, key_type=str, key_serializer="raw")
    alerts = app.topic(RAISED + place.suffix, value_type=Raised)
    states = app.Table(f"{place.name}-states", default=list, partitions=place.partitions)

    @app.agent(readings)
    async def rules(stream: StreamT[Reading]) -> None:
        async for reading in stream:
            at = datetime.fromisoformat(reading.at).astimezone(UTC).timestamp()
            key = f"{reading.source}/{reading.zone}" if reading.kind == "illegal_parking" else reading.source
            before = State(*states[key])
            after, event = decide(reading.kind, before, at, value=reading.value)
            if writes is Writes.EACH or after != before:
                states[key] = list(after)
            if event is not None:
                await alerts.send(key=reading.source, value=Raised(rule=reading.kind, source=reading.source, event=event, at=reading.at))
            on_event()

    return app
