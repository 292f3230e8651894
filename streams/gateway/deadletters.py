"""Refused inputs on ``cityloop.rejected``, in Kafka."""

from collections.abc import Awaitable, Mapping

from streams.codec import CONTENT_TYPE
from streams.producer import RecordSender
from streams.rejected import Rejected, encode_rejected
from streams.topics import MSGPACK_TYPE, REJECTED, topic_name

HEADERS: Mapping[str, bytes] = {CONTENT_TYPE: MSGPACK_TYPE.encode()}
"""The headers of a rejected record."""


class KafkaDeadLetters:
    """A :class:`streams.gateway.ports.DeadLetters` that writes to Kafka.

    Args:
        producer: sends records and acknowledges them; the caller starts and stops it.
        suffix: of the installation's topic names.
    """

    def __init__(self, producer: RecordSender, *, suffix: str = "") -> None:
        self._producer = producer
        self._topic = topic_name(REJECTED, suffix)

    async def put(self, rejected: Rejected) -> Awaitable[object]:
        """Send it; what comes from one origin stays in one partition."""
        return await self._producer.send(
            self._topic, encode_rejected(rejected), key=rejected.origin.encode(), headers=list(HEADERS.items())
        )
