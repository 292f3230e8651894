"""Reads topics as they were recorded, in the order of time, with a bounded part of them in memory."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from config.moment import SECOND, Micros
from streams.fold import Record
from streams.topics import topic_name

POLL_MILLISECONDS = 300
SILENT_POLLS = 2
"""After so many polls without a record a partition that stands at its end is read: the embedded broker tells the first record of
the last batch as the end of the log."""
SLACK: Micros = 60 * SECOND
"""How far the record times of writers may differ."""
START_SECONDS = 10.0
"""How long to look for a broker before saying that there is none."""


class Tape(msgspec.Struct, frozen=True, kw_only=True):
    """What is read.

    Attributes:
        bootstrap_servers: ``host:port`` of the broker.
        topics: names as in the topics table.
        suffix: of the installation's topic names.
        since: record time to begin with; ``None``: the beginning of what the broker keeps.
        until: record time before which to end; ``None``: the end of what is there, which a busy topic never comes to.
    """

    bootstrap_servers: str
    topics: Sequence[str]
    suffix: str = ""
    since: Micros | None = None
    until: Micros | None = None


class TapeReader:
    """Reads a tape once, from all partitions of its topics, with an event loop of its own; it is for commands, which have none.

    Args:
        tape: what is read.

    Attributes:
        streams: a number for each topic's partition, counted from 0.
        length: how many records there are about, for a progress bar.

    Raises:
        LookupError: the broker has no such topic.
        aiokafka.errors.KafkaError: the broker does not answer.
    """

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._loop = asyncio.new_event_loop()
        self._consumer: Any = None
        try:
            self._loop.run_until_complete(self._open())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "TapeReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._consumer is not None:
            self._loop.run_until_complete(self._consumer.stop())
        self._loop.close()

    def records(self) -> Iterator[Record]:
        """Every record, by record time, then topic and partition; those of one partition in their order."""
        waiting: dict[Any, deque[Record]] = {place: deque() for place in self._places}
        silent = dict.fromkeys(waiting, 0)
        while waiting:
            empty = [place for place, records in waiting.items() if not records]
            if empty:
                self._loop.run_until_complete(self._fill(waiting, silent, empty))
                continue
            place = min(waiting, key=lambda one: (waiting[one][0].timestamp, waiting[one][0].topic, waiting[one][0].partition))
            yield waiting[place].popleft()

    async def _open(self) -> None:
        tape = self._tape
        consumer = AIOKafkaConsumer(
            bootstrap_servers=tape.bootstrap_servers,
            client_id="cityloop-tape",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=int(START_SECONDS * 1000),
        )
        self._consumer = consumer
        await consumer.start()
        self._places = await self._find()
        self.streams: Mapping[tuple[str, int], int] = {
            (topic, place.partition): number for number, (place, topic) in enumerate(self._places.items())
        }
        consumer.assign(list(self._places))
        self._ends = await consumer.end_offsets(list(self._places))
        await self._seek()
        positions = [await consumer.position(place) for place in self._places]
        self.length = sum(max(self._ends[place] - position, 0) for place, position in zip(self._places, positions, strict=True))

    async def _find(self) -> dict[Any, str]:
        there = await self._consumer.topics()
        found = {}
        for topic in self._tape.topics:
            name = topic_name(topic, self._tape.suffix)
            if name not in there:
                raise LookupError(name)
            for number in sorted(self._consumer.partitions_for_topic(name) or ()):
                found[TopicPartition(name, number)] = topic
        return found

    async def _seek(self) -> None:
        """Go to where the tape begins; a broker that cannot find a time is read from its beginning, and what is too early passed over."""
        await self._consumer.seek_to_beginning(*self._places)
        if self._tape.since is None:
            return
        found = await self._consumer.offsets_for_times(dict.fromkeys(self._places, self._tape.since // 1000))
        for place, told in found.items():
            if told is not None and told.offset >= 0:
                self._consumer.seek(place, told.offset)

    async def _fill(self, waiting: dict[Any, deque[Record]], silent: dict[Any, int], empty: Sequence[Any]) -> None:
        """Ask for more of the partitions that are empty, and of these only: so what waits is one fetch a partition at the most."""
        polled = await self._consumer.getmany(*empty, timeout_ms=POLL_MILLISECONDS)
        for place in empty:
            messages = [record_of(self._places[place], message) for message in polled.get(place, ())]
            fitting = [record for record in messages if self._fits(record)]
            waiting[place].extend(fitting)
            if self._is_beyond(messages):
                silent[place] = SILENT_POLLS
            elif fitting or await self._consumer.position(place) < self._ends[place]:
                silent[place] = 0
            else:
                silent[place] += 1
            if silent[place] >= SILENT_POLLS:
                del waiting[place]

    def _fits(self, record: Record) -> bool:
        since, until = self._tape.since, self._tape.until
        return (since is None or record.timestamp >= since) and (until is None or record.timestamp < until)

    def _is_beyond(self, records: Sequence[Record]) -> bool:
        """Whether nothing more of the tape is to come: writers' clocks differ somewhat, so that one later record says nothing yet."""
        until = self._tape.until
        return until is not None and bool(records) and min(record.timestamp for record in records) >= until + SLACK


def record_of(topic: str, message: Any) -> Record:
    """A consumer's message as a record: the broker's milliseconds become microseconds, no value becomes an empty one."""
    return Record(
        topic=topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp * 1000,
        key=message.key,
        value=message.value or b"",
        headers=dict(message.headers or ()),
    )
