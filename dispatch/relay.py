"""Publishes the outbox: ticket events go to Kafka in the order of their commits, at least once; their numbers fold repeats."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from dispatch.bell import wait_for
from dispatch.meters import Meters
from dispatch.store.outbox import OutboxRecord
from streams.producer import RecordSender
from streams.topics import JSON_TYPE, topic_name

BATCH = 200
LOOK_SECONDS = 0.5
"""Other processes write too (the console's moves); their records wait at most so long."""
LONGEST_WAIT = 10.0
HEADERS = [("content-type", JSON_TYPE.encode())]

_log = structlog.get_logger(__name__)


class Outbox(Protocol):
    """Where records wait."""

    async def pending(self, limit: int) -> tuple[OutboxRecord, ...]:
        """The oldest records, in order."""

    async def settle(self, sequences: Sequence[int]) -> None:
        """Forget records that Kafka has acknowledged."""


class Relay:
    """Sends what waits, and forgets it only when Kafka has acknowledged it.

    Args:
        outbox: where records wait.
        sender: to Kafka.
        allowed: whether this process is the one that sends.
        suffix: of the installation's topics.
        meters: what is measured.
    """

    def __init__(self, outbox: Outbox, sender: RecordSender, allowed: Callable[[], Awaitable[bool]], suffix: str, meters: Meters) -> None:
        self._outbox = outbox
        self._sender = sender
        self._allowed = allowed
        self._suffix = suffix
        self._meters = meters
        self.trouble: str | None = None

    async def step(self) -> int:
        """Send one batch; returns how many records that were."""
        records = await self._outbox.pending(BATCH)
        if not records:
            return 0
        waiting = [
            await self._sender.send(topic_name(record.topic, self._suffix), record.value, record.key.encode(), headers=HEADERS)
            for record in records
        ]
        await asyncio.gather(*waiting)
        await self._outbox.settle([record.sequence for record in records])
        self._meters.relayed.inc(len(records))
        return len(records)

    async def run(self, listener: asyncio.Event) -> None:
        """Send for ever; a broker or database that does not answer is tried again with growing waits."""
        wait = LOOK_SECONDS
        while True:
            listener.clear()
            try:
                sent = await self.step() if await self._allowed() else 0
            except Exception as error:  # noqa: BLE001  # Whatever it is, what waits must be tried again; health tells the reason.
                self.trouble = f"{type(error).__name__}: {error}"
                _log.warning("relay.failed", error=self.trouble, again_in_seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            self.trouble, wait = None, LOOK_SECONDS
            if not sent:
                await wait_for(listener, LOOK_SECONDS)
