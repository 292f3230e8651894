"""Keeps noise control's timers: what was quiet is judged again when that is over, and groups speak when their time has come."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from config.moment import SECOND, Micros
from dispatch.bell import wait_for
from dispatch.meters import Meters
from dispatch.ports import NoiseBook
from streams.clock import Clock

LOOK_SECONDS = 0.5
"""Other processes make silences too (the console); what they touch waits at most so long."""
LONGEST_WAIT = 10.0

_log = structlog.get_logger(__name__)


class Keeper:
    """Settles what is due; the timers are in the database, so that a restart loses none.

    Args:
        book: where the timers are.
        allowed: whether this process is the one that keeps them.
        clock: the present.
        meters: what is measured.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        book: NoiseBook,
        allowed: Callable[[], Awaitable[bool]],
        clock: Clock,
        meters: Meters,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book = book
        self._allowed = allowed
        self._clock = clock
        self._meters = meters
        self._sleep = sleep
        self._woken = False
        self.trouble: str | None = None

    async def step(self) -> bool:
        """Do one portion of what is due; whether there was any. The first one has everything judged under the present policy."""
        if not self._woken:
            await self._book.wake()
            self._woken = True
        done = await self._book.settle()
        self._meters.judged.inc(done.judged)
        self._meters.group_notices.inc(done.notices)
        census = await self._book.census()
        for kind, number in census.suppressed.items():
            self._meters.suppressed.labels(reason=kind).set(number)
        self._meters.flapping.set(census.flapping)
        self._meters.groups.set(census.groups)
        self._meters.timer_lag.set(census.late / SECOND)
        return bool(done.judged or done.flushed)

    async def run(self, listener: asyncio.Event) -> None:
        """Keep the timers for ever; a database that does not answer is tried again with growing waits."""
        wait = LOOK_SECONDS
        while True:
            listener.clear()
            try:
                busy = await self.step() if await self._allowed() else False
                upcoming = await self._book.next_at()
            except Exception as error:  # noqa: BLE001  # Whatever it is, what is due must be tried again; health tells the reason.
                self.trouble = f"{type(error).__name__}: {error}"
                _log.warning("keeper.failed", error=self.trouble, again_in_seconds=wait)
                await self._sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            self.trouble, wait = None, LOOK_SECONDS
            if not busy:
                await wait_for(listener, self._seconds(upcoming))

    def _seconds(self, upcoming: Micros | None) -> float:
        """Until the next timer, but no longer than one look; a moment at least, for a process that must leave them to another."""
        if upcoming is None:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, max(0.02, (upcoming - self._clock()) / SECOND))
