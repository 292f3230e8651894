"""A producer in memory that acknowledges when the test says so."""

import asyncio
from collections.abc import Awaitable
from typing import NamedTuple

from streams.codec import decode_record
from streams.envelope import Envelope


class Sent(NamedTuple):
    """A record that was handed to the producer."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes
    headers: dict[str, bytes]
    acknowledged: asyncio.Future[None]

    def envelope(self) -> Envelope:
        """The record as its reader sees it."""
        return decode_record(self.value, self.headers)


class MemoryProducer:
    """Keeps what is sent (:class:`streams.producer.RecordSender`).

    Args:
        automatic: acknowledge each record at once; else the test settles ``sent[i].acknowledged``.
        failure: raised by ``send`` itself, as when there is no broker.
    """

    def __init__(self, *, automatic: bool = True, failure: Exception | None = None) -> None:
        self.sent: list[Sent] = []
        self.automatic, self.failure = automatic, failure

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        *,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> Awaitable[None]:
        """Take a record; the result is its acknowledgement."""
        if self.failure is not None:
            raise self.failure
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sent.append(Sent(topic, partition, key, value or b"", dict(headers or ()), acknowledged))
        if self.automatic:
            acknowledged.set_result(None)
        return acknowledged
