"""Whether a consumer group gets on: its committed offsets move while records wait for it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from config.settings import Settings
from streams.topics import topic_name

Place = tuple[str, int]
"""Topic and partition."""

_log = structlog.get_logger(__name__)


class Standstill(msgspec.Struct, frozen=True):
    """Where the group stood, and since when.

    Attributes:
        committed: offset by place.
        since: when the offset of the place moved last, or when nothing waited for it last.
    """

    committed: Mapping[Place, int] = {}
    since: Mapping[Place, float] = {}


def observe(before: Standstill, committed: Mapping[Place, int], ends: Mapping[Place, int], now: float) -> Standstill:
    """The standstill after one more look: a place that moved, or that nothing waits for, begins anew."""
    since = {}
    for place, end in ends.items():
        offset = committed.get(place, 0)
        waits = offset < end and place in before.since and before.committed.get(place, 0) == offset
        since[place] = before.since[place] if waits else now
    return Standstill(dict(committed), since)


def stuck(standstill: Standstill, now: float, limit: float) -> str | None:
    """Why the group makes no progress, or ``None`` while it does."""
    places = sorted(place for place, since in standstill.since.items() if now - since > limit)
    if not places:
        return None
    told = ", ".join(f"{topic}/{partition} at {standstill.committed.get((topic, partition), 0)}" for topic, partition in places)
    return f"made no progress for {limit:g} s: {told}"


class GroupWatch:
    """Watches a consumer group through kafka-python's admin client.

    Args:
        settings: broker and topic suffix.
        group: the group's id.
        topics: what it consumes, as in the topics table.
        limit: seconds of standstill that are too long.
        every: seconds from one look at the broker to the next.
    """

    def __init__(self, settings: Settings, group: str, topics: Sequence[str], *, limit: float = 45.0, every: float = 5.0) -> None:
        self._settings, self._group, self._limit, self._every = settings, group, limit, every
        self._topics = {topic_name(topic, settings.topic_suffix): topic for topic in topics}
        self._standstill = Standstill()
        self._looked = float("-inf")

    async def __call__(self) -> str | None:
        """Why the group makes no progress, or ``None``; a broker that does not answer is no reason to restart anything."""
        now = time.monotonic()
        if now - self._looked < self._every:
            return None
        self._looked = now
        try:
            committed, ends = await asyncio.to_thread(self._look)
        except KafkaError as error:
            _log.warning("watchdog.blind", group=self._group, error=str(error))
            self._standstill = Standstill()
            return None
        self._standstill = observe(self._standstill, committed, ends, time.monotonic())
        reason = stuck(self._standstill, time.monotonic(), self._limit)
        if reason is not None:
            self._standstill = Standstill()  # Whoever is restarted begins with all its time.
        return reason

    def _look(self) -> tuple[dict[Place, int], dict[Place, int]]:
        """Committed offsets and ends of the log."""
        admin: Any = KafkaAdminClient(
            bootstrap_servers=self._settings.bootstrap_servers, client_id="cityloop-watchdog", bootstrap_timeout_ms=5_000
        )
        try:
            told = admin.list_group_offsets([self._group]).get(self._group, {})
            places = [TopicPartition(name, partition) for name in self._topics for partition in range(self._settings.partitions)]
            latest = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        finally:
            admin.close()
        committed = {
            self._place(place): offset.offset for place, offset in told.items() if place.topic in self._topics and offset.offset >= 0
        }
        return committed, {self._place(place): result.offset for place, result in latest.items()}

    def _place(self, place: Any) -> Place:
        return self._topics[place.topic], place.partition
