"""Signs of life, and of death, in the log without a tick: of those who write to it themselves, and of who misses the ticks."""

import asyncio
from collections.abc import Sequence

from config.moment import Micros
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.producer import RecordSender
from streams.topics import OBSERVATIONS, URGENT, topic_name

_HEADERS = list(ENVELOPE_HEADERS.items())


class Signs:
    """Writes to every partition that observations lie in, since each must know of it.

    Args:
        producer: sends records; the caller starts and stops it.
        partitions: partitions of the topics.
        writer: the name of this process in the envelopes.
        suffix: of the installation's topic names.
    """

    def __init__(self, producer: RecordSender, *, partitions: int, writer: str, suffix: str = "") -> None:
        self._producer, self._writer = producer, writer
        self._places = tuple((topic_name(name, suffix), partition) for name in (OBSERVATIONS, URGENT) for partition in range(partitions))

    async def tell(self, sent_at: Micros, feeds: Sequence[FeedState]) -> None:
        """Tell up to when feeds were heard; done when the broker has acknowledged it everywhere.

        Raises:
            Exception: whatever the producer raised; some partitions may know of it, and telling it again is safe.
        """
        value = encode_envelope(Envelope(sent_at=sent_at, writer=self._writer, feeds=tuple(feeds)))
        await asyncio.gather(*[self._send(value, *place) for place in self._places])

    async def _send(self, value: bytes, topic: str, partition: int) -> None:
        await (await self._producer.send(topic, value, partition=partition, headers=_HEADERS))
