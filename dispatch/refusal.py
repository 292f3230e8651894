"""A no, with its reason and the way out."""

from enum import StrEnum

import msgspec

from dispatch.event import TicketEvent
from dispatch.lifecycle import Need
from dispatch.verdict import Complaint


class RefusalKind(StrEnum):
    """Why; the API answers 404, 409, 409, 403, 422 and 422 in this order."""

    UNKNOWN = "unknown"
    STALE = "stale"
    ILLEGAL = "illegal"
    FORBIDDEN = "forbidden"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was changed.

    Attributes:
        kind: why.
        what: what is wrong, one sentence.
        fix: what to do instead, one sentence.
        missing: what an incomplete command lacks.
        changed: for a stale command: the events that its author had not seen, who changed what and when.
        version: for a stale command: the present version.
        complaints: for something invalid: every fault of it.
    """

    kind: RefusalKind
    what: str
    fix: str
    missing: tuple[Need, ...] = ()
    changed: tuple[TicketEvent, ...] = ()
    version: int | None = None
    complaints: tuple[Complaint, ...] = ()
