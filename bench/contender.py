"""One contender in a process of its own: ``python -m bench.contender TASK`` prints what it measured as a line of JSON."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import faust
import msgspec
import uvloop
from faust.transport.drivers import aiokafka as driver

from bench import baseline
from bench.meter import Measured, Meter
from bench.ruleset import DEMO, fold_named
from config.settings import Settings
from streams.app import BUFFERED, MOST, WITHIN, FaustGroup, attach, build_app, raw_topic
from streams.codec import decode_record
from streams.fold import Fold, Held, Output, Record
from streams.telemetry import configure_logging
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, URGENT
from streams.transport import RUN, RunTransport

TOPICS = (OBSERVATIONS, URGENT)


class Contender(StrEnum):
    """Who is measured.

    Attributes:
        CEILING: consumes and decodes, on the engine's own path.
        PLAIN: consumes and decodes, as Faust does it without anything of ours.
        ENGINE: the engine.
        BASELINE: an agent for single observations, which writes its table on each.
        SPARING: the same, which writes its table when something changed.
    """

    CEILING = "ceiling"
    PLAIN = "plain"
    ENGINE = "engine"
    BASELINE = "baseline"
    SPARING = "sparing"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one process is to do.

    Attributes:
        contender: who runs.
        settings: broker, topics' suffix, partitions and folder.
        records: after which it is done.
        observations: in these records.
        rules: of the engine: a name of :mod:`bench.ruleset` or a path.
    """

    contender: Contender
    settings: Settings
    records: int
    observations: int
    rules: str = DEMO


class CountedHeld:
    """The state of a partition, counted while it is stepped."""

    def __init__(self, held: Held, meter: Meter) -> None:
        self._held, self._meter = held, meter

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record and count it."""
        self._meter.begin()
        outputs = self._held.step(record)
        self._meter.outputs += sum(output.topic == ALERTS for output in outputs)  # What is sent on is cut by the clock of the broker too.
        self._meter.take()
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """As the state says."""
        return self._held.delta()

    def full(self) -> Mapping[str, bytes]:
        """As the state says."""
        return self._held.full()


class CountedFold:
    """A fold whose records of observations are counted; what it sends on to itself is work, and no progress."""

    def __init__(self, fold: Fold, meter: Meter) -> None:
        self._fold, self._meter = fold, meter

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: int = 0) -> Held:
        """As the fold does."""
        if topic == MATCHES:
            return self._fold.restore(topic, partition, sections, since)
        return CountedHeld(self._fold.restore(topic, partition, sections, since), self._meter)


def build(task: Task, meter: Meter) -> faust.App:
    """The application of a contender."""
    settings = task.settings
    if task.contender is Contender.ENGINE:
        app = build_app(settings, "bench-engine")
        attach(app, settings, CountedFold(fold_named(task.rules, settings.partitions), meter), (*TOPICS, MATCHES))
        return app
    if task.contender is Contender.CEILING:
        return _ceiling(settings, meter)
    if task.contender is Contender.PLAIN:
        return _plain(settings, meter)
    writes = baseline.Writes.EACH if task.contender is Contender.BASELINE else baseline.Writes.CHANGED
    place = baseline.Place(
        settings.bootstrap_servers, f"bench-{task.contender}", settings.topic_suffix, settings.partitions, Path(settings.data) / "faust"
    )
    return baseline.build(place, writes, meter.take)


def _ceiling(settings: Settings, meter: Meter) -> faust.App:
    """Consume and decode, and nothing else: the engine's own path without state, rules and checkpoints."""
    app = build_app(settings, "bench-ceiling")
    app.transport = RunTransport(app.conf.broker_consumer, app)

    @app.agent(raw_topic(app, settings, *TOPICS, buffered=BUFFERED), concurrency=1)
    async def decode(stream: Any) -> None:
        group = FaustGroup(app)
        async for events in stream.noack_take(MOST // RUN, within=WITHIN):
            for event in events:
                meter.begin()
                for record in event.message.records:
                    decode_record(record.value, dict(record.headers))
                    meter.take()
                await group.acknowledge([(event.message.tp, event.message.offset)])

    return app


def _plain(settings: Settings, meter: Meter) -> faust.App:
    """Consume and decode through Faust as it comes: a bound that does not move with the engine's own path."""
    app = build_app(settings, "bench-plain")
    app.transport = driver.Transport(app.conf.broker_consumer, app)

    @app.agent(raw_topic(app, settings, *TOPICS), concurrency=1)
    async def decode(stream: Any) -> None:
        async for event in stream.events():
            meter.begin()
            decode_record(event.message.value, dict(event.message.headers))
            meter.take()

    return app


def told(measured: Measured) -> None:
    """Print the result and end at once: the process has a consumer group of its own, which nobody waits for."""
    sys.__stdout__.buffer.write(b"\n" + msgspec.json.encode(measured) + b"\n")  # type: ignore[union-attr]  # A started process has a stdout.
    sys.__stdout__.flush()  # type: ignore[union-attr]  # As above.
    os._exit(0)


def main() -> None:
    """Run the task that the command line gives as JSON."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    (Path(task.settings.data) / "faust").mkdir(parents=True, exist_ok=True)
    meter = Meter(task.records, task.observations, told, clock=time.monotonic)
    uvloop.install()  # As the engine's processes do.
    configure_logging("warning", f"bench-{task.contender}")
    app = build(task, meter)
    faust.Worker(app, loglevel="warning", redirect_stdouts=False, quiet=True, override_logging=False).execute_from_commandline()


if __name__ == "__main__":
    main()
