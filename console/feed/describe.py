"""Fills a line of the case book's feed with the row that it is about."""

from collections.abc import Awaitable, Callable

import msgspec

from config.moment import Micros, to_datetime
from console.directory import Directory
from console.feed.change import Entry, FeedChange
from console.shapes.alerts import alert_row
from console.shapes.tickets import ticket_row
from dispatch.actor import SYSTEM
from dispatch.clocks.lights import ClockView
from dispatch.ports import CaseBook
from dispatch.query import FeedItem, Subject
from dispatch.ticket import Ticket
from streams.clock import Clock

Describe = Callable[[FeedItem], Awaitable[Entry]]


def describer(casebook: CaseBook, directory: Directory, case_clock: Callable[[Ticket, Micros], ClockView | None], clock: Clock) -> Describe:
    """A function that makes an :class:`~console.feed.change.Entry` of a feed item; it reads as the system, and scope is judged by entry."""

    async def describe(item: FeedItem) -> Entry:
        alert = await casebook.alert(SYSTEM, item.id) if item.subject is Subject.ALERT else None
        ticket = await casebook.ticket(SYSTEM, item.id) if item.subject is Subject.TICKET else None
        change = FeedChange(
            sequence=item.sequence, at=to_datetime(item.at), subject=item.subject, id=item.id, event=item.event,
            by=None if item.actor is None else directory.person(item.actor),
            alert=None if alert is None else alert_row(alert.alert, directory),
            ticket=None if ticket is None else ticket_row(ticket.ticket, case_clock(ticket.ticket, clock()), directory),
        )  # fmt: skip
        return Entry(item.sequence, item.subject, item.unit, msgspec.json.encode(change))

    return describe
