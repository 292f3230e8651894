"""From the judging thread to the log: every observation is sent until the broker has acknowledged it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec
import structlog

from config.moment import Micros
from detectors.fleet.metrics import Metrics
from streams.clock import Clock
from streams.observation import Observation

_log = structlog.get_logger(__name__)
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


class Beat(msgspec.Struct, frozen=True):
    """The judging thread was at work at an instant, and had told everything that it saw before."""

    at: Micros


class Writer(Protocol):
    """What observations are written with; :class:`streams.batcher.Batcher` does."""

    async def put(self, observation: Observation) -> Awaitable[None]:
        """Take in one; the result is done when it was acknowledged."""


def nowhere(_name: str) -> None:
    """Nobody holds what was sent against the log."""


async def unheard(_at: Micros) -> None:
    """Nobody asks for signs of life."""


class Outlet:
    """Sends observations in the order in which they were told, one after the other for as long as it takes.

    A camera tells a few observations an hour, so waiting for each acknowledgement costs nothing, and keeps a source's
    observations in order when a send must be repeated (ids make the repetition harmless).

    Args:
        writer: writes to the log.
        metrics: counts.
        clock: stamps ``received_at``.
        pause: waits so many seconds.
        note: called with the id of every observation that was told, before it is sent.
        sign: writes a sign of life to the log: the cameras were heard up to an instant, and all before it is there.
    """

    def __init__(
        self,
        writer: Writer,
        metrics: Metrics,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        note: Callable[[str], None] = nowhere,
        sign: Callable[[Micros], Awaitable[None]] = unheard,
    ) -> None:
        self._sign = sign
        self._beating = False
        self._writer = writer
        self._metrics = metrics
        self._clock = clock
        self._pause = pause
        self._note = note
        self._queue: asyncio.Queue[Observation | Beat] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self.fault: str | None = None

    def tell(self, observation: Observation) -> None:
        """Take one observation, from any thread."""
        stamped = msgspec.structs.replace(observation, received_at=self._clock())
        self._loop.call_soon_threadsafe(self._take, stamped)

    def beat(self) -> None:
        """Say that the judging thread is at work, from that thread; it is told to the log behind everything that was told before."""
        beat = Beat(self._clock())
        self._loop.call_soon_threadsafe(self._take_beat, beat)

    def _take_beat(self, beat: Beat) -> None:
        if not self._beating:  # One that waits is enough: a lag is a lag, however many say so.
            self._beating = True
            self._queue.put_nowait(beat)

    def _take(self, observation: Observation) -> None:
        self._note(observation.id)
        self._queue.put_nowait(observation)
        self._metrics.unsent.inc()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            told = await self._queue.get()
            if isinstance(told, Beat):
                self._beating = False
                await self._tell_beat(told)
            else:
                await self._send(told)
                self._metrics.unsent.dec()
            self._queue.task_done()

    async def drain(self, seconds: float) -> bool:
        """Wait until everything told was acknowledged; whether that was so in time."""
        try:
            await asyncio.wait_for(self._queue.join(), seconds)
        except TimeoutError:
            return False
        return True

    async def _tell_beat(self, beat: Beat) -> None:
        """Once: when the broker does not answer, the next one says more."""
        try:
            await self._sign(beat.at)
        except Exception as error:  # noqa: BLE001  # Whatever keeps the broker from it, that is what the rules see: no sign of life.
            self.fault = f"the broker does not acknowledge: {type(error).__name__}"
            _log.warning("cameras.unheard", error=type(error).__name__)
        else:
            self.fault = None

    async def _send(self, observation: Observation) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await (await self._writer.put(observation))
            except Exception as error:  # noqa: BLE001  # Whatever keeps the broker from acknowledging, the observation is kept and tried again.
                self.fault = f"the broker does not acknowledge: {type(error).__name__}"
                self._metrics.retries.inc()
                _log.warning("camera.unsent", source=observation.source, error=type(error).__name__, again_in=pause)
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self.fault = None
                return
