"""The core of both doors: what was judged goes to the log, and is acknowledged to its sender only when the log has it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial

from config.kinds import Kind
from config.moment import SECOND, Micros
from streams.clock import Clock
from streams.gateway.judgement import Candidate, Verdict, judge
from streams.gateway.metrics import Metrics
from streams.gateway.ports import DeadLetters, Sink
from streams.observation import Observation
from streams.rejected import Rejected

ACKNOWLEDGE_SECONDS = 10.0
"""How long the log may take to acknowledge before a sender is told to try again."""
MAX_PENDING = 15_000
"""Observations waiting for the log beyond which new requests are turned away: below the batcher's own bound, where they would hang."""
_BREATH = 200
"""Items judged in one go before others get their turn on the event loop."""


class Door(StrEnum):
    """Where observations come in."""

    HTTP = "http"
    MQTT = "mqtt"


class LogSilentError(Exception):
    """The log did not acknowledge in time, or refused: the sender must keep what it has and send it again."""


async def judge_all(candidates: Sequence[Candidate], kinds: Mapping[str, Kind], now: Micros) -> list[Verdict]:
    """Read many, giving way to others now and then: a body of ten megabytes must not hold up the ticks."""
    verdicts: list[Verdict] = []
    for index, candidate in enumerate(candidates):
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
        verdicts.append(judge(candidate, kinds, now))
    return verdicts


class Receipt:
    """What was handed to the log together; :meth:`kept` waits until all of it is acknowledged."""

    def __init__(self, waiting: Sequence[Awaitable[object]], tell: Callable[[bool], None]) -> None:
        self._waiting = {asyncio.ensure_future(awaitable) for awaitable in waiting}
        self._tell = tell

    async def kept(self, seconds: float = ACKNOWLEDGE_SECONDS) -> None:
        """Wait for the log.

        Raises:
            LogSilentError: something was not acknowledged in time, or was refused.
        """
        problem = await self._problem(seconds)
        self._tell(problem is None)
        if problem is not None:
            raise LogSilentError(problem)

    async def _problem(self, seconds: float) -> str | None:
        if not self._waiting:
            return None
        # asyncio.wait leaves what is late alone, where wait_for would cancel a whole envelope that others share.
        finished, late = await asyncio.wait(self._waiting, timeout=seconds)
        if late:
            return f"the log did not acknowledge within {seconds:g} s"
        errors = [error for task in finished if (error := task.exception()) is not None]
        return f"the log refused: {errors[0]}" if errors else None


class Ingest:
    """Hands observations and refused inputs to the log, and counts them.

    Args:
        sink: the log of observations.
        dead_letters: where refused inputs are kept.
        metrics: the gateway's metrics.
        clock: the present.
        max_pending: observations waiting for the log beyond which :attr:`full` is true.
    """

    def __init__(self, sink: Sink, dead_letters: DeadLetters, metrics: Metrics, clock: Clock, *, max_pending: int = MAX_PENDING) -> None:
        self._sink = sink
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._clock = clock
        self._max_pending = max_pending
        self._pending = 0

    @property
    def full(self) -> bool:
        """Whether so much waits for the log that new requests should come back later."""
        return self._pending >= self._max_pending

    @property
    def pending(self) -> int:
        """Observations handed over and not yet acknowledged."""
        return self._pending

    async def hand_over(
        self, door: Door, observations: Sequence[Observation], refused: Sequence[Rejected] = (), seconds: float = ACKNOWLEDGE_SECONDS
    ) -> Receipt:
        """Give everything to the log, in order; the receipt tells when it is kept.

        Raises:
            LogSilentError: the log took nothing more for ``seconds``.
        """
        waiting: list[Awaitable[object]] = []
        try:
            async with asyncio.timeout(seconds):
                waiting.extend([self._watched(await self._sink.put(observation)) for observation in observations])
                waiting.extend([await self._dead_letters.put(rejected) for rejected in refused])
        except TimeoutError:
            self._metrics.observations.labels(door, "failed").inc(len(observations))
            msg = f"the log took nothing more for {seconds:g} s"
            raise LogSilentError(msg) from None

        return Receipt(waiting, partial(self._told, door, len(observations), len(refused), self._clock()))

    def _told(self, door: Door, observations: int, refused: int, began: Micros, kept: bool) -> None:  # noqa: FBT001  # The receipt says it.
        counted = self._metrics.observations
        if not kept:
            counted.labels(door, "failed").inc(observations)
            return
        counted.labels(door, "accepted").inc(observations)
        counted.labels(door, "rejected").inc(refused)
        self._metrics.acknowledge_seconds.labels(door).observe((self._clock() - began) / SECOND)

    def _watched(self, awaitable: Awaitable[object]) -> Awaitable[object]:
        """Count an observation as pending until the log has answered for it."""
        future = asyncio.ensure_future(awaitable)
        self._pending += 1
        self._metrics.pending.set(self._pending)
        future.add_done_callback(self._answered)
        return future

    def _answered(self, future: "asyncio.Future[object]") -> None:
        self._pending -= 1
        self._metrics.pending.set(self._pending)
        if not future.cancelled():
            future.exception()  # Looked at, so that asyncio does not complain when the sender has already been told.
