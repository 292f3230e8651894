"""The log on a Kafka broker, for the checkpointed fold."""

import asyncio
from collections.abc import Awaitable

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from config.settings import Settings
from streams.checkpoint.assemble import Entry
from streams.fold import Headers
from streams.producer import open_producer
from streams.topics import topic_name

READ_SECONDS = 60.0
"""How long reading a partition of the checkpoint topic may stand still before the process gives up and restarts."""
STOP_SECONDS = 3.0
"""How long ending may wait for the broker."""
_POLL_MILLISECONDS = 500

_log = structlog.get_logger(__name__)


class KafkaLog:
    """Appends and reads with clients of its own, which start when they are first needed.

    Args:
        settings: broker and topic suffix.
        client_id: what the broker's logs call us.
    """

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings, self._client_id = settings, client_id
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def append(
        self, topic: str, *, key: bytes | None, value: bytes | None, partition: int | None, headers: Headers
    ) -> Awaitable[object]:
        """Queue a record; the result is done when the broker has acknowledged it."""
        producer = self._producer or await self._start()
        name = topic_name(topic, self._settings.topic_suffix)
        acknowledged: Awaitable[object] = await producer.send(name, value, key=key, partition=partition, headers=list(headers.items()))
        return acknowledged

    async def read(self, topic: str, partition: int) -> list[Entry]:
        """Every record of a partition from its beginning to its present end or somewhat beyond, in order.

        What lies beyond the end that the broker tells is kept: the embedded broker tells the first record of the last
        batch as the end of the log, while a batch is always read as a whole.

        Raises:
            TimeoutError: the broker stopped answering.
        """
        place = TopicPartition(topic_name(topic, self._settings.topic_suffix), partition)
        entries: list[Entry] = []
        reader = self._reader()
        await reader.start()
        try:
            reader.assign([place])
            end = (await reader.end_offsets([place]))[place]
            while await _within(reader.position(place)) < end:
                for records in (await reader.getmany(place, timeout_ms=_POLL_MILLISECONDS)).values():
                    entries.extend((record.key, record.value) for record in records)
        finally:
            await reader.stop()
        return entries

    async def first_offset(self, topic: str, partition: int) -> int:
        """Offset of the first record that the broker still keeps; where the next one would be written when there is none."""
        place = TopicPartition(topic_name(topic, self._settings.topic_suffix), partition)
        reader = self._reader()
        await reader.start()
        try:
            reader.assign([place])  # A client that does not know the topic yet waits a tenth of a second before it asks again.
            first: int = (await reader.beginning_offsets([place]))[place]
            return first
        finally:
            await reader.stop()

    async def stop(self) -> None:
        """Flush and end the producer; a broker that does not answer is not waited for, since nothing of it was acknowledged."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
        except TimeoutError:
            _log.warning("producer.abandoned", reason="the broker does not answer")

    def _reader(self) -> AIOKafkaConsumer:
        # "earliest" matters: with the default, seeking to the beginning raced the consumer's first reset to the end.
        return AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap_servers,
            client_id=f"{self._client_id}-restore",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    async def _start(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await open_producer(self._settings, client_id=self._client_id)
            return self._producer


async def _within(position: Awaitable[int]) -> int:
    """A position that the broker must tell in time.

    Raises:
        TimeoutError: it did not.
    """
    async with asyncio.timeout(READ_SECONDS):
        return await position
