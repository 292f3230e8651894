"""The producer that every writer of cityloop shares: acknowledged by all replicas, idempotent where the broker can be asked for it."""

import contextlib
import logging
from collections.abc import Awaitable, Iterator
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import UnknownError, UnsupportedVersionError

from config.settings import Settings

REQUEST_SECONDS = 20.0
"""How long a record may wait for its acknowledgement, retries included, before its writer is told that it failed."""
MAX_REQUEST_BYTES = 1_048_576
"""The longest record that is sent: Kafka's own default bound."""

_SENDER_LOG = "aiokafka.producer.sender"
_log = structlog.get_logger(__name__)


class RecordSender(Protocol):
    """What writers need of a producer; ``aiokafka.AIOKafkaProducer`` has it."""

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        *,
        headers: list[tuple[str, bytes]] | None = None,
    ) -> Awaitable[Any]:
        """Queue one record; the result is done when the broker has acknowledged it. aiokafka takes headers as a list only."""


async def open_producer(settings: Settings, *, client_id: str) -> AIOKafkaProducer:
    """Start a producer; ``await producer.stop()`` flushes and ends it.

    Idempotence is asked for first. The embedded broker has no producer ids and says so with an unknown error: then the
    producer works without, and a retry may repeat an envelope, whose observations are folded once by their ids.

    Raises:
        aiokafka.errors.KafkaConnectionError: no broker answers.
    """
    if (producer := await _idempotent(settings, client_id)) is not None:
        return producer
    _log.info("producer.not_idempotent", broker=settings.broker, reason="the broker gives no producer ids")
    return await _started(settings, client_id, idempotent=False)


async def gives_producer_ids(settings: Settings) -> bool:
    """Whether the broker gives producer ids, as Apache Kafka does and the embedded broker does not.

    Raises:
        aiokafka.errors.KafkaConnectionError: no broker answers.
    """
    producer = await _idempotent(settings, "cityloop-probe")
    if producer is None:
        return False
    await producer.stop()
    return True


async def _idempotent(settings: Settings, client_id: str) -> AIOKafkaProducer | None:
    """A started producer with a producer id; ``None`` where the broker gives none."""
    try:
        with _unheard(_SENDER_LOG):
            return await _started(settings, client_id, idempotent=True)
    except (UnknownError, UnsupportedVersionError):
        return None


@contextlib.contextmanager
def _unheard(name: str) -> Iterator[None]:
    """Without a logger for a while: it would report as an error what is handled here."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


async def _started(settings: Settings, client_id: str, *, idempotent: bool) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        client_id=client_id,
        acks="all",
        enable_idempotence=idempotent,
        max_request_size=MAX_REQUEST_BYTES,
        request_timeout_ms=int(REQUEST_SECONDS * 1000),
        linger_ms=0,  # The batcher coalesces; what reaches the producer is wanted now.
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer
