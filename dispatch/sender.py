"""The producer of the dispatch process, opened when it is first needed, so that a broker that is away delays and never breaks."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from config.settings import Settings
from streams.fold import Output
from streams.producer import open_producer
from streams.topics import topic_name


class Sender:
    """Implements :class:`streams.producer.RecordSender`.

    Args:
        settings: broker and topic suffix.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._turn = asyncio.Lock()

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        *,
        headers: Sequence[tuple[str, bytes]] | None = None,
    ) -> Awaitable[Any]:
        """Queue one record; the result is done when the broker has acknowledged it."""
        async with self._turn:
            if self._producer is None:
                self._producer = await open_producer(self._settings, client_id="cityloop-dispatch")
        queued: Awaitable[Any] = await self._producer.send(topic, value, key, partition, headers=list(headers or ()))
        return queued

    async def reject(self, output: Output) -> None:
        """Publish a dead letter; done when the broker has acknowledged it."""
        name = topic_name(output.topic, self._settings.topic_suffix)
        await (await self.send(name, output.value, output.key, output.partition, headers=tuple(output.headers.items())))

    async def close(self) -> None:
        """Flush and end."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None
