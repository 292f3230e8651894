"""Takes records of ``cityloop.alerts`` into the case book; what cannot be taken is kept with its reason, and the rest goes on."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import msgspec
import structlog

from config.moment import SECOND
from config.problem import Problem
from dispatch.meters import Meters
from dispatch.ports import CaseBook
from streams.alert import AlertEvent
from streams.clock import Clock
from streams.fold import Output, Record
from streams.rejected import Reason, reject_record

TRIES = 3
"""How often a record that the decisions crash on is tried before it is put aside."""
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0

_decode = msgspec.json.Decoder(AlertEvent).decode
_log = structlog.get_logger(__name__)


class Taking:
    """One record at a time; when :meth:`take` returns, the record may be acknowledged.

    Args:
        book: takes alerts in, idempotent by ``event_id``.
        reject: publishes a dead letter, done when the broker has acknowledged it.
        passing: errors of the database that pass by themselves (it is restarted, or locked): tried again for as long as it takes.
        clock: the present.
        meters: what is measured.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        *,
        book: CaseBook,
        reject: Callable[[Output], Awaitable[None]],
        passing: tuple[type[Exception], ...],
        clock: Clock,
        meters: Meters,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._book = book
        self._reject = reject
        self._passing = passing
        self._clock = clock
        self._meters = meters
        self._sleep = sleep
        self.trouble: str | None = None

    async def take(self, record: Record) -> None:
        """Take one record in, or put it aside."""
        try:
            event = _decode(record.value)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            problem = Problem(
                file="cityloop.alerts", what=f"The record is not an alert: {error}.", fix="Write what the schema of alerts says."
            )
            await self._put_aside(record, (problem,), Reason.UNDECODABLE)
            return
        wait, tries = FIRST_WAIT, 0
        while True:
            try:
                await self._take(event, record)
            except self._passing as error:
                self.trouble = f"the database does not take alerts: {type(error).__name__}: {error}"
                _log.warning("alert.waiting", alert=event.id, error=self.trouble, again_in_seconds=wait)
            except Exception as error:  # noqa: BLE001  # One alert that the decisions crash on must not stop all others.
                tries += 1
                if tries >= TRIES:
                    told = f"Taking the alert in failed {tries} times: {type(error).__name__}: {error}."
                    _log.error("alert.put_aside", alert=event.id, exc_info=error)
                    problem = Problem(file="cityloop.alerts", what=told, fix="Report it with this record; it can be sent again.")
                    await self._put_aside(record, (problem,), Reason.CRASHED)
                    return
            else:
                self.trouble = None
                return
            await self._sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _take(self, event: AlertEvent, record: Record) -> None:
        begun = time.perf_counter()
        await self._book.take_alert(event)
        self._meters.take_seconds.observe(time.perf_counter() - begun)
        self._meters.alert_seconds.observe(max(0, self._clock() - record.timestamp) / SECOND)
        self._meters.alerts.labels(result="taken").inc()

    async def _put_aside(self, record: Record, problems: Sequence[Problem], reason: Reason) -> None:
        await self._reject(reject_record(record, problems, reason))
        self._meters.alerts.labels(result=reason.value).inc()
