"""Sends notices as their time comes, several at once, life safety first."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

import structlog

from config.moment import SECOND, Micros
from dispatch.bell import wait_for
from dispatch.delivery import Delivery, DeliveryState
from dispatch.meters import Meters
from dispatch.notify.judge import Outcome, judge
from streams.clock import Clock

AT_ONCE = 16
LOOK_SECONDS = 0.5
"""Other processes write notices too (the console's moves); theirs wait at most so long."""
LONGEST_WAIT = 10.0

_log = structlog.get_logger(__name__)


class Deliveries(Protocol):
    """Where notices wait."""

    async def due(self, now: Micros, limit: int, besides: Collection[str]) -> tuple[Delivery, ...]:
        """Notices whose time has come, life safety first, without those that are on their way."""

    async def next_at(self, now: Micros) -> Micros | None:
        """When the next notice that is not due yet will be."""

    async def record(self, delivery: Delivery, now: Micros) -> None:
        """Keep how a try went."""


class Notifier:
    """Tries, judges and keeps what came of it.

    Args:
        deliveries: where notices wait.
        post: one try.
        allowed: whether this process is the one that sends.
        clock: the present.
        meters: what is measured.
        chance: random numbers from 0 to 1 for the jitter.
    """

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        post: Callable[[Delivery, Micros], Awaitable[Outcome]],
        allowed: Callable[[], Awaitable[bool]],
        clock: Clock,
        meters: Meters,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._deliveries = deliveries
        self._post = post
        self._allowed = allowed
        self._clock = clock
        self._meters = meters
        self._chance = chance
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self.trouble: str | None = None

    async def begin(self) -> int:
        """Begin to send what is due, as far as there is room; returns how many notices that are."""
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return 0
        due = await self._deliveries.due(self._clock(), room, tuple(self._under_way))
        for delivery in due:
            task = asyncio.create_task(self._send(delivery), name=f"notice-{delivery.id}")
            self._under_way[delivery.id] = task
        return len(due)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._under_way.values())

    async def run(self, listener: asyncio.Event) -> None:
        """Send for ever; a database that does not answer is tried again with growing waits."""
        wait = LOOK_SECONDS
        while True:
            listener.clear()
            try:
                begun = await self.begin() if await self._allowed() else 0
                upcoming = await self._deliveries.next_at(self._clock())
            except Exception as error:  # noqa: BLE001  # Whatever it is, what waits must be tried again; health tells the reason.
                self.trouble = f"{type(error).__name__}: {error}"
                _log.warning("notifier.failed", error=self.trouble, again_in_seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                continue
            self.trouble, wait = None, LOOK_SECONDS
            if not begun or len(self._under_way) >= AT_ONCE:
                await self._pause(listener, upcoming)

    async def _pause(self, listener: asyncio.Event, upcoming: Micros | None) -> None:
        """Until the bell rings, a try ends while all places are taken, the next notice is due, or it is time to look."""
        seconds = LOOK_SECONDS if upcoming is None else min(LOOK_SECONDS, max(0.0, (upcoming - self._clock()) / SECOND))
        if len(self._under_way) < AT_ONCE:
            await wait_for(listener, seconds)
        else:
            await asyncio.wait(self._under_way.values(), timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    async def _send(self, delivery: Delivery) -> None:
        try:
            outcome = await self._post(delivery, self._clock())
            after = judge(delivery, outcome, self._clock(), self._chance())
            await self._deliveries.record(after, self._clock())
        except Exception as error:  # noqa: BLE001  # The notice is still waiting in the database, so it will be tried again.
            _log.warning("notice.failed", delivery=delivery.id, error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(LOOK_SECONDS)
        else:
            self._tell(after, outcome)
        finally:
            del self._under_way[delivery.id]

    def _tell(self, after: Delivery, outcome: Outcome) -> None:
        self._meters.deliveries.labels(outcome=after.state.value if after.state is not DeliveryState.WAITING else "retried").inc()
        if after.state is DeliveryState.SENT and after.sent_at is not None:
            self._meters.delivery_seconds.observe((after.sent_at - after.created_at) / SECOND)
        else:
            _log.warning(
                "notice.not_taken",
                delivery=after.id,
                ticket=after.ticket,
                attempts=after.attempts,
                state=after.state.value,
                error=outcome.error,
            )
