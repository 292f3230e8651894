"""Reads back what lies on the broker, and waits until the workers have got to its end."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from config.settings import Settings
from rules.agents import TOPICS
from streams.checkpoint.assemble import Entry, farthest
from streams.fold import Record
from streams.topics import CHECKPOINTS, MATCHES, OBSERVATIONS, URGENT, topic_name
from tests.integration.streams.workers import Workers

STILL_SECONDS = 90.0
"""So long nothing may move before the workers are given up; a busy machine may take its time."""
GROUP = "cityloop-engine"
Place = tuple[str, int]
"""Topic and partition."""


def read_log(settings: Settings, topics: Sequence[str]) -> list[Record]:
    """Every record of some topics, partition by partition, in order."""
    full = {topic_name(topic, settings.topic_suffix): topic for topic in topics}
    places = [TopicPartition(name, partition) for name in full for partition in range(settings.partitions)]
    records: list[Record] = []
    with _reader(settings) as reader:
        for got in _everything(reader, places):
            records.extend(Record(full[r.topic], r.partition, r.offset, r.timestamp * 1000, r.key, r.value, dict(r.headers)) for r in got)
    return sorted(records, key=lambda record: (record.topic, record.partition, record.offset))


def checkpoints(settings: Settings) -> dict[Place, tuple[int, dict[str, bytes]]]:
    """The farthest checkpoint of each partition: offset and sections."""
    name = topic_name(CHECKPOINTS, settings.topic_suffix)
    found = {}
    with _reader(settings) as reader:
        for partition in range(settings.partitions):
            entries: list[Entry] = []
            for got in _everything(reader, [TopicPartition(name, partition)]):
                entries.extend((record.key, record.value) for record in got)
            for topic in TOPICS:
                best = farthest(entries, topic, partition)
                if best.offset is not None:
                    found[topic, partition] = (best.offset, dict(best.sections))
    return found


def settle(settings: Settings, workers: Workers, ends: Mapping[Place, int]) -> None:
    """Wait until the workers have checkpointed and committed everything: what was written, then what they sent on themselves.

    Args:
        settings: broker, topics and partitions.
        workers: are revived meanwhile.
        ends: the last offset of each place that was written to.

    Raises:
        TimeoutError: with what is missing.
    """
    _await_commits(settings, workers, ends)
    sent = {(record.topic, record.partition): record.offset for record in read_log(settings, (MATCHES,))}
    _await_commits(settings, workers, sent)


def _await_commits(settings: Settings, workers: Workers, goal: Mapping[Place, int]) -> None:
    moved = time.monotonic()
    places = {place: TopicPartition(topic_name(place[0], settings.topic_suffix), place[1]) for place in goal}
    committed: dict[Place, int] = {}
    with _reader(settings, f"{GROUP}{settings.topic_suffix}") as reader:
        while time.monotonic() - moved < STILL_SECONDS and len(workers.deaths) < 10:
            workers.revive()
            before, committed = committed, {place: reader.committed(full) or 0 for place, full in places.items()}
            if committed != before:
                moved = time.monotonic()
            if all(committed[place] > offset for place, offset in goal.items()):
                return
            time.sleep(0.5)
    workers.explain()
    behind = {place: (committed.get(place), offset) for place, offset in goal.items() if committed.get(place, 0) <= offset}
    raise TimeoutError(f"Committed and wanted: {behind}; deaths {workers.deaths}")


@contextmanager
def _reader(settings: Settings, group: str | None = None) -> Iterator[Any]:
    reader = KafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest", group_id=group, enable_auto_commit=False
    )
    try:
        yield reader
    finally:
        reader.close()


def _everything(reader: Any, places: Sequence[TopicPartition]) -> Iterator[list[Any]]:
    """All records of some places.

    Reads on until nothing comes, see ``KafkaLog.read`` on the end that the embedded broker tells.
    """
    reader.assign(list(places))
    reader.seek_to_beginning(*places)
    ends = reader.end_offsets(list(places))
    while (got := reader.poll(timeout_ms=300)) or any(reader.position(place) < ends[place] for place in places):
        yield from got.values()


WRITTEN = (OBSERVATIONS, URGENT)
"""The topics that a feeder writes to."""
