"""What follows from a try to deliver a notice: sent, to be tried again, or given up. Pure."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec

from config.moment import SECOND, Micros, from_datetime
from dispatch.delivery import Delivery, DeliveryState

FIRST_WAIT: Micros = SECOND
LONGEST_WAIT: Micros = 15 * 60 * SECOND
LONGEST_RETRY_AFTER: Micros = 3600 * SECOND
MOST_ATTEMPTS = 12
"""With waits of 1, 2, 4 ... seconds, at most 15 minutes each, and the jitter: 16 to 32 minutes until a notice is given up."""
GONE = 410
"""The receiver says that it wants no more (Standard Webhooks: stop sending)."""
_SECONDS = re.compile(r"[0-9]{1,18}")  # More digits say nothing that anybody would wait for, and Python refuses to read very many.


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a try went.

    Attributes:
        status: HTTP status; ``None`` when there was no answer.
        error: why it failed, one sentence without secrets; ``None`` for a success.
        retry_after: how long the receiver asked to be left alone.
        final: whether another try cannot help.
    """

    status: int | None
    error: str | None
    retry_after: Micros | None = None
    final: bool = False


def judge(delivery: Delivery, outcome: Outcome, now: Micros, chance: float) -> Delivery:
    """The delivery after a try.

    Args:
        delivery: before it.
        outcome: how it went.
        now: the present.
        chance: 0 to 1, of the caller's random numbers: receivers that failed together are not tried again together.
    """
    attempts = delivery.attempts + 1
    if outcome.error is None:
        return msgspec.structs.replace(delivery, state=DeliveryState.SENT, attempts=attempts, sent_at=now, error=None)
    if outcome.final or outcome.status == GONE or attempts >= MOST_ATTEMPTS:
        told = f"Given up after {attempts} tries: {outcome.error}"
        return msgspec.structs.replace(delivery, state=DeliveryState.DEAD, attempts=attempts, error=told)
    wait = max(wait_after(attempts, chance), min(outcome.retry_after or 0, LONGEST_RETRY_AFTER))
    return msgspec.structs.replace(delivery, attempts=attempts, next_at=now + wait, error=outcome.error)


def wait_after(attempts: int, chance: float) -> Micros:
    """How long to wait after so many tries: doubling up to a bound, of it between a half and all by chance."""
    whole = min(LONGEST_WAIT, FIRST_WAIT << min(attempts - 1, 32))
    return whole // 2 + round(whole // 2 * chance)


def read_retry_after(text: str | None, now: Micros) -> Micros | None:
    """The ``Retry-After`` header: seconds or an HTTP date (RFC 9110, 10.2.3); ``None`` when it is absent or neither."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return int(text) * SECOND
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # The second for a year or an offset that no date can have.
        return None
    return max(0, from_datetime(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - now)
