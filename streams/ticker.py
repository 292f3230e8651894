"""The clock of the log: one tick a second in every partition that observations lie in, so that time replays as it was."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from config.moment import SECOND
from streams.clock import Clock, system_clock
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.producer import RecordSender
from streams.topics import OBSERVATIONS, URGENT, topic_name

TICK_SECONDS = 1.0
"""From one tick to the next."""

_log = structlog.get_logger(__name__)
_HEADERS = list(ENVELOPE_HEADERS.items())


class Ticker:
    """Writes ticks until it is cancelled.

    While the broker does not answer, ticks are left out rather than queued: a tick says what time it *is*, and one that
    arrives late would say nothing that the next does not. A tick of the past never turns the log's clock back.

    Args:
        producer: sends records; the caller starts and stops it.
        partitions: partitions of the topics.
        writer: the name of this process in the envelopes.
        suffix: of the installation's topic names.
        clock: what the ticks say.
        every: seconds from one tick to the next.
        feeds: up to when each feed was heard; asked at each tick.
        ahead: sends what was taken in before the tick and waits for company: behind the tick it would come too late for rules
            without lateness.
    """

    def __init__(
        self,
        producer: RecordSender,
        *,
        partitions: int,
        writer: str,
        suffix: str = "",
        clock: Clock = system_clock,
        every: float = TICK_SECONDS,
        feeds: Callable[[], tuple[FeedState, ...]] = tuple,
        ahead: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._feeds, self._ahead = feeds, ahead
        self._producer, self._writer, self._clock, self._every = producer, writer, clock, every
        self._addresses = tuple((topic_name(name, suffix), partition) for name in (OBSERVATIONS, URGENT) for partition in range(partitions))
        self._last_acknowledged: int | None = None
        self._started = clock()

    async def run(self) -> None:
        """Tick until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self.tick()
            due = max(due + self._every, loop.time())
            await asyncio.sleep(due - loop.time())

    async def tick(self) -> None:
        """Write one tick to every partition; a broker that fails is logged and left to the next tick."""
        now = self._clock()
        if self._ahead is not None:
            await self._ahead()
        value = encode_envelope(Envelope(sent_at=now, writer=self._writer, tick=now, feeds=self._feeds()))
        results = await asyncio.gather(*(self._send(value, *address) for address in self._addresses), return_exceptions=True)
        failures = _failures(results)
        if failures:
            _log.warning("ticks.failed", failed=len(failures), partitions=len(self._addresses), error=str(failures[0]))
        else:
            self._last_acknowledged = now

    def not_ready(self) -> str | None:
        """A readiness check: why ticks do not reach the log, or ``None`` while they do."""
        since = self._last_acknowledged or self._started
        silent = self._clock() - since
        if silent <= 5 * self._every * SECOND:
            return None
        return f"No tick was acknowledged by the broker for {silent / SECOND:.0f} s; absence alerts are held meanwhile."

    async def _send(self, value: bytes, topic: str, partition: int) -> None:
        await (await self._producer.send(topic, value, partition=partition, headers=_HEADERS))


def _failures(results: Iterable[object]) -> list[Exception]:
    """The failures among results; a cancellation is passed on at once."""
    failures = []
    for result in results:
        if isinstance(result, Exception):
            failures.append(result)
        elif isinstance(result, BaseException):
            raise result
    return failures
