"""Observations into envelopes: coalesced for a moment, sent to the partition of their source, acknowledged one by one."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import msgspec

from config.kinds import Kind
from config.moment import Micros
from streams.clock import Clock, system_clock
from streams.codec import ENVELOPE_HEADERS, MAX_OBSERVATIONS
from streams.observation import Observation
from streams.partition import partition_of
from streams.producer import RecordSender
from streams.topics import OBSERVATIONS, URGENT, topic_name

LINGER_SECONDS = 0.05
"""How long an observation waits for company; those of life-safety kinds wait for nothing."""
MAX_BYTES = 524_288
"""An envelope is closed before it grows beyond this, far below what a record may be."""
BOUND = 20_000
"""Observations that may wait for their acknowledgement; further writers wait."""

_encode = msgspec.msgpack.Encoder().encode
_HEADERS = list(ENVELOPE_HEADERS.items())


class _Sealed(msgspec.Struct, array_like=True):
    """An :class:`~streams.envelope.Envelope` whose observations were encoded one by one, so that their size is known."""

    sent_at: Micros
    writer: str
    observations: list[msgspec.Raw]


class _Batch:
    """An envelope that is still open."""

    __slots__ = ("encoded", "size", "timer", "waiting")

    def __init__(self) -> None:
        self.encoded: list[msgspec.Raw] = []
        self.waiting: list[asyncio.Future[None]] = []
        self.size = 0
        self.timer: asyncio.Handle | None = None


class Batcher:
    """Writes observations as envelopes, at most 500 and at most 50 ms together.

    Args:
        producer: sends records and acknowledges them; the caller starts and stops it.
        partitions: partitions of the topics.
        writer: the name of this process in the envelopes.
        kinds: the kinds table; life-safety kinds go to the urgent topic at once.
        suffix: of the installation's topic names.
        clock: stamps envelopes.
        linger: seconds that an envelope stays open.
        bound: observations without acknowledgement beyond which :meth:`put` waits.
    """

    def __init__(
        self,
        producer: RecordSender,
        *,
        partitions: int,
        writer: str,
        kinds: Mapping[str, Kind],
        suffix: str = "",
        clock: Clock = system_clock,
        linger: float = LINGER_SECONDS,
        bound: int = BOUND,
    ) -> None:
        self._producer, self._partitions, self._writer, self._clock, self._linger = producer, partitions, writer, clock, linger
        self.attend(kinds)
        self._observations, self._urgent = topic_name(OBSERVATIONS, suffix), topic_name(URGENT, suffix)
        self._open: dict[tuple[str, int], _Batch] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(bound)
        self._unacknowledged = 0
        self._closed = False

    @property
    def unacknowledged(self) -> int:
        """Observations taken in and not yet acknowledged by the broker."""
        return self._unacknowledged

    def attend(self, kinds: Mapping[str, Kind]) -> None:
        """Take from now on what is of life safety from this kinds table."""
        self._urgent_kinds = frozenset(name for name, kind in kinds.items() if kind.life_safety)

    async def put(self, observation: Observation) -> asyncio.Future[None]:
        """Take in one observation; waits while too many are without acknowledgement.

        Returns:
            A future that is done when the broker has acknowledged the observation's envelope, or that raises what the
            producer raised; then the observation may or may not have been kept, and sending it again is safe.

        Raises:
            RuntimeError: the batcher was closed.
            msgspec.MsgspecError: the observation cannot be encoded.
        """
        await self._room.acquire()
        try:
            return self._add(observation)
        except BaseException:
            self._room.release()
            raise

    async def hasten(self) -> None:
        """Close every envelope and let the producer have them, so that what is sent afterwards lies behind them in their partitions."""
        for address in tuple(self._open):
            self._close(address)
        await asyncio.sleep(0)  # Each is sent by a task of its own, which comes to the producer when others get their turn.

    async def flush(self) -> None:
        """Close every envelope and wait until the broker has answered for all of them."""
        await self.hasten()
        while self._sending:
            await asyncio.wait(self._sending)

    async def close(self) -> None:
        """Take nothing more and flush."""
        self._closed = True
        await self.flush()

    def _add(self, observation: Observation) -> asyncio.Future[None]:
        if self._closed:
            raise RuntimeError("The batcher was closed. Open another one.")
        encoded = _encode(observation)
        urgent = observation.kind in self._urgent_kinds
        address = (self._urgent if urgent else self._observations, partition_of(observation.source, self._partitions))
        batch = self._open.get(address)
        if batch is not None and batch.size + len(encoded) > MAX_BYTES:
            self._close(address)
            batch = None
        loop = asyncio.get_running_loop()
        if batch is None:
            batch = self._open[address] = _Batch()
            batch.timer = loop.call_soon(self._close, address) if urgent else loop.call_later(self._linger, self._close, address)
        acknowledged: asyncio.Future[None] = loop.create_future()
        batch.encoded.append(msgspec.Raw(encoded))
        batch.waiting.append(acknowledged)
        batch.size += len(encoded)
        self._unacknowledged += 1
        if len(batch.encoded) >= MAX_OBSERVATIONS:
            self._close(address)
        return acknowledged

    def _close(self, address: tuple[str, int]) -> None:
        batch = self._open.pop(address)
        if batch.timer is not None:
            batch.timer.cancel()
        task = asyncio.get_running_loop().create_task(self._send(address, batch))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, address: tuple[str, int], batch: _Batch) -> None:
        """Send one envelope and tell everybody who waits for it."""
        topic, partition = address
        failure: BaseException | None = None
        try:
            value = _encode(_Sealed(self._clock(), self._writer, batch.encoded))
            acknowledged = await self._producer.send(topic, value, partition=partition, headers=_HEADERS)
            await acknowledged
        except BaseException as error:
            failure = error
            if not isinstance(error, Exception):  # A cancellation is ours to pass on, after those who wait were told.
                raise
        finally:
            for waiting in batch.waiting:
                self._room.release()
                self._unacknowledged -= 1
                _settle(waiting, failure)


def _settle(waiting: asyncio.Future[Any], failure: BaseException | None) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):  # Whoever waited may have given up.
        if failure is None:
            waiting.set_result(None)
        elif isinstance(failure, asyncio.CancelledError):
            waiting.cancel()
        else:
            waiting.set_exception(failure)
            waiting.exception()  # Marked as seen: a writer that gave up needs no warning about it.
