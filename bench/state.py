"""What it takes to keep and to get back the state of many sources: full and delta checkpoints, and recovery."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from bench.brokers import EMBEDDED, broker_at
from bench.city import City
from bench.folding import PARTITIONS, Feeder, resident_bytes
from config.settings import Settings
from rules.fold import RuleFold
from rules.model import RuleSet
from streams import collecting
from streams.checkpoint.assemble import Entry, farthest
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Part, Sections, cut, encode_key, encode_value
from streams.checkpoint.kafkalog import KafkaLog
from streams.fold import Held
from streams.provision import provision
from streams.topics import CHECKPOINTS

Place = tuple[str, int]
REPORTS = 4
"""Of each source: as many ids as a group remembers."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The checkpoints of all partitions of a process, of one sort.

    Attributes:
        mb: as they lie on the broker, in 10^6 bytes.
        records: of the checkpoint topic.
        encode_seconds: taking the states, all partitions together.
        longest_seconds: of them, the longest of one partition: so long that partition's fold stands still.
        pack_seconds: compressing and cutting, on another thread, which holds up nothing but the checkpoint itself.
    """

    mb: float
    records: int
    encode_seconds: float
    longest_seconds: float
    pack_seconds: float


class StateReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop bench state`` prints.

    Attributes:
        sources: devices that reported.
        groups: groups of all rules together.
        partitions: states in the process.
        rules: rules in the set.
        bytes_per_source: memory of the state, without checkpoints.
        full: every partition's full checkpoint.
        delta: every partition's delta after ``changed`` observations.
        changed: observations between the full checkpoints and the deltas.
        recovery_from_bytes_seconds: from the checkpoint topic's records to the states, all partitions one after another.
        recovery_from_broker_seconds: the same with reading them from the broker; ``None`` without one.
        broker: which one.
    """

    sources: int
    groups: int
    partitions: int
    rules: int
    bytes_per_source: int
    full: Written
    delta: Written
    changed: int
    recovery_from_bytes_seconds: float
    recovery_from_broker_seconds: float | None
    broker: str


def measure(
    ruleset: RuleSet, tell: Callable[[str], None], *, sources: int, reports: int = REPORTS, changed: float = 0.1, broker: str = EMBEDDED
) -> StateReport:
    """Measure it.

    Args:
        ruleset: what is judged.
        tell: is given a line of progress now and then.
        sources: devices that report.
        reports: of each source, before anything is measured.
        changed: part of the sources that report between the full checkpoints and the deltas.
        broker: for recovery; empty: none.
    """
    tell(f"{sources:,} sources report")
    before = resident_bytes()
    feeder = Feeder(ruleset, City(sources=sources))
    feeder.warm(sources * reports)
    size = (resident_bytes() - before) // sources
    tell("full checkpoints")
    entries: dict[Place, list[Entry]] = {place: [] for place in feeder.held}
    full = _written(feeder, entries, Part.FULL)
    feeder.part = changed
    feeder.warm(int(sources * changed))
    tell("deltas")
    delta = _written(feeder, entries, Part.DELTA)
    tell("recovery")
    own = _recovered(ruleset, entries)
    away = asyncio.run(_from_broker(ruleset, entries, broker)) if broker else None
    return StateReport(
        sources=sources,
        groups=sum(len(bearer.groups) for engine in feeder.fold.engines() for bearer in engine.bearers.values()),
        partitions=len(feeder.held),
        rules=len(ruleset.rules),
        bytes_per_source=size,
        full=full,
        delta=delta,
        changed=int(sources * changed),
        recovery_from_bytes_seconds=round(own, 3),
        recovery_from_broker_seconds=None if away is None else round(away, 3),
        broker=broker,
    )


def _written(feeder: Feeder, entries: dict[Place, list[Entry]], part: Part) -> Written:
    encoding, packing, records, size = [], 0.0, 0, 0
    for (topic, partition), held in feeder.held.items():
        began = time.perf_counter()
        sections = _sections(held, part)
        encoding.append(time.perf_counter() - began)
        began = time.perf_counter()
        key = ChunkKey(SCHEMA, topic, partition, part, "bench", 1, int(part is Part.DELTA))
        chunks = [(encode_key(name), encode_value(chunk)) for name, chunk in cut(sections, 1 + int(part is Part.DELTA), key)]
        packing += time.perf_counter() - began
        entries[topic, partition] += chunks
        records += len(chunks)
        size += sum(len(value) for _, value in chunks)
    return Written(
        mb=round(size / 1e6, 2),
        records=records,
        encode_seconds=round(sum(encoding), 3),
        longest_seconds=round(max(encoding), 3),
        pack_seconds=round(packing, 3),
    )


def _sections(held: Held, part: Part) -> Sections:
    return held.full() if part is Part.FULL else held.delta()


def _recovered(ruleset: RuleSet, entries: dict[Place, list[Entry]]) -> float:
    """Seconds from the records to the states."""
    began = time.perf_counter()
    fold = RuleFold(ruleset, partitions=PARTITIONS)
    with collecting.paused():
        states = [fold.restore(*place, farthest(own, *place).sections) for place, own in entries.items()]
    seconds = time.perf_counter() - began
    states.clear()  # A fold keeps no state by itself; to free them is no part of the recovery.
    return seconds


async def _from_broker(ruleset: RuleSet, entries: dict[Place, list[Entry]], broker: str) -> float:
    """Seconds from the broker to the states, as a worker restores them that was given all partitions."""
    with broker_at(broker) as address:
        settings = Settings(broker=address, partitions=PARTITIONS, topic_suffix=".state")
        await asyncio.to_thread(provision, settings)
        log = KafkaLog(settings, "bench-state")
        for (_, partition), own in entries.items():
            for key, value in own:
                await (await log.append(CHECKPOINTS, key=key, value=value, partition=partition, headers={}))
        began = time.perf_counter()
        fold, states = RuleFold(ruleset, partitions=PARTITIONS), []
        for topic, partition in entries:
            found = farthest(await log.read(CHECKPOINTS, partition), topic, partition)
            with collecting.paused():
                states.append(fold.restore(topic, partition, found.sections))
        seconds = time.perf_counter() - began
        await log.stop()
    return seconds
