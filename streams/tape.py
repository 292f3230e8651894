"""Reads topics as they were recorded, in the order of time, with a bounded part of them in memory."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from config.moment import Micros
from streams.fold import Record
from streams.topics import topic_name

BUFFERED = 200
"""Records of a partition that wait for those of others; beyond it the partition is not asked for more."""
POLL_MILLISECONDS = 500
SILENT_POLLS = 2
"""After so many polls without a record a partition that stands at its end is read: the embedded broker tells the first record of
the last batch as the end of the log."""


class Tape(msgspec.Struct, frozen=True, kw_only=True):
    """What is read.

    Attributes:
        bootstrap_servers: ``host:port`` of the broker.
        topics: names as in the topics table.
        suffix: of the installation's topic names.
        since: record time to begin with; ``None``: the beginning of what the broker keeps.
        until: record time before which to end; ``None``: the end at the time of asking.
    """

    bootstrap_servers: str
    topics: Sequence[str]
    suffix: str = ""
    since: Micros | None = None
    until: Micros | None = None


class TapeReader:
    """Reads a tape once, from all partitions of its topics.

    Args:
        tape: what is read.

    Attributes:
        streams: a number for each topic's partition, counted from 0.
        length: how many records there are about, for a progress bar.

    Raises:
        LookupError: the broker has no such topic.
        kafka.errors.KafkaError: the broker does not answer.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._consumer: Any = KafkaConsumer(
            bootstrap_servers=tape.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest", client_id="cityloop-tape"
        )
        try:
            self._places = self._find()
            self.streams: Mapping[tuple[str, int], int] = {
                (topic, place.partition): number for number, (place, topic) in enumerate(self._places.items())
            }
            self._ends = self._consumer.end_offsets(list(self._places))
            self._seek()
            self.length = sum(max(self._ends[place] - self._consumer.position(place), 0) for place in self._places)
        except BaseException:
            self._consumer.close()
            raise

    def __enter__(self) -> "TapeReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def records(self) -> Iterator[Record]:
        """Every record, by record time, then topic and partition; those of one partition in their order."""
        waiting: dict[Any, deque[Record]] = {place: deque() for place in self._places}
        silent = dict.fromkeys(waiting, 0)
        while waiting:
            empty = [place for place, records in waiting.items() if not records]
            if empty:
                self._fill(waiting, silent, empty)
                continue
            place = min(waiting, key=lambda one: (waiting[one][0].timestamp, waiting[one][0].topic, waiting[one][0].partition))
            yield waiting[place].popleft()

    def _find(self) -> dict[Any, str]:
        there = self._consumer.topics()
        found = {}
        for topic in self._tape.topics:
            name = topic_name(topic, self._tape.suffix)
            if name not in there:
                raise LookupError(name)
            for number in sorted(self._consumer.partitions_for_topic(name) or ()):
                found[TopicPartition(name, number)] = topic
        self._consumer.assign(list(found))
        return found

    def _seek(self) -> None:
        """Go to where the tape begins; a broker that cannot find a time is read from its beginning, and what is too early passed over."""
        self._consumer.seek_to_beginning(*self._places)
        if self._tape.since is None:
            return
        found = self._consumer.offsets_for_times(dict.fromkeys(self._places, self._tape.since // 1000)) or {}
        for place, told in found.items():
            if told is not None and told.offset >= 0:
                self._consumer.seek(place, told.offset)

    def _fill(self, waiting: dict[Any, deque[Record]], silent: dict[Any, int], empty: Sequence[Any]) -> None:
        """Ask for more of the partitions that are empty, and of those that have room; drop those that are read."""
        full = [place for place, records in waiting.items() if len(records) >= BUFFERED]
        self._consumer.pause(*full)
        self._consumer.resume(*[place for place in waiting if place not in full])
        polled = self._consumer.poll(timeout_ms=POLL_MILLISECONDS, max_records=BUFFERED)
        for place, messages in polled.items():
            if place not in waiting:
                continue
            for message in messages:
                record = _record(self._places[place], message)
                if self._tape.until is not None and record.timestamp >= self._tape.until:
                    silent[place] = SILENT_POLLS
                    break
                if self._tape.since is None or record.timestamp >= self._tape.since:
                    waiting[place].append(record)
            else:
                silent[place] = 0
        for place in empty:
            if place not in polled and self._consumer.position(place) >= self._ends[place]:
                silent[place] += 1
            if silent[place] >= SILENT_POLLS and not waiting[place]:
                del waiting[place]
                self._consumer.pause(place)


def _record(topic: str, message: Any) -> Record:
    return Record(
        topic=topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp * 1000,
        key=message.key,
        value=message.value or b"",
        headers=dict(message.headers or ()),
    )
