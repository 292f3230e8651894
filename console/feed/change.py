"""One change as a watcher gets it, and who may see it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from console.auth.caller import Caller
from console.auth.rights import Right
from console.directory import Named
from console.shapes.alerts import AlertRow
from console.shapes.tickets import TicketRow
from dispatch.actor import sees
from dispatch.query import Subject

RIGHT_FOR: Mapping[Subject, Right] = MappingProxyType(
    {Subject.ALERT: Right.READ_ALERTS, Subject.TICKET: Right.READ_TICKETS, Subject.DELIVERY: Right.READ_TICKETS}
)
"""A watcher gets what it could also have asked for."""


class FeedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change with the row as it stands after it (or after a later one), so that a page need not ask again.

    Attributes:
        sequence: position in the feed; comes back as ``Last-Event-ID``.
        at: when.
        subject: what it is about.
        id: of the alert, ticket or notice.
        event: what happened.
        by: who did it.
        alert: the alert's row.
        ticket: the ticket's row.
    """

    sequence: int
    at: datetime
    subject: Subject
    id: str
    event: str
    by: Named | None = None
    alert: AlertRow | None = None
    ticket: TicketRow | None = None


class Entry(msgspec.Struct, frozen=True):
    """A change, written once for all watchers, with what decides who may see it.

    Attributes:
        sequence: position in the feed.
        subject: what it is about.
        unit: whom it concerns.
        body: the :class:`FeedChange` as JSON.
    """

    sequence: int
    subject: Subject
    unit: str | None
    body: bytes


def visible(caller: Caller, entry: Entry) -> bool:
    """Whether a watcher may see a change: its right to the subject, and the rows of its units."""
    return RIGHT_FOR[entry.subject] in caller.rights and sees(caller.actor, entry.unit)
