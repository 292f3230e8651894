"""Reads what decisions and lists need, in the caller's transaction."""

from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.actor import CITY_WIDE, Actor, ActorKind
from dispatch.alertcase import AlertCase
from dispatch.decide import Decision
from dispatch.delivery import Delivery
from dispatch.event import TicketEvent
from dispatch.lifecycle import State
from dispatch.paging import read_mark
from dispatch.store import rows, tables
from dispatch.ticket import Ticket
from streams.alert import AlertEvent

Judge = Callable[[AsyncConnection, Ticket], Awaitable[Decision]]
"""Decides within a transaction."""

BUSY = (State.DISPATCHED.value, State.HANDLING.value)
"""States in which a ticket is a load on its assignee."""


def in_scope(column: sa.Column[str], actor: Actor) -> sa.ColumnElement[bool]:
    """Row scope as a condition: the same as :func:`dispatch.actor.sees`."""
    if actor.kind is ActorKind.SYSTEM or actor.role in CITY_WIDE:
        return sa.true()
    return column.in_(sorted(actor.units | {actor.unit} if actor.unit is not None else actor.units))


def beyond(table: sa.Table, after: str | None) -> sa.ColumnElement[bool]:
    """The rows that come after a page's mark, newest change first and then by id."""
    start = read_mark(after)
    if start is None:
        return sa.true()
    changed_at, row = start
    return sa.or_(table.c.changed_at < changed_at, sa.and_(table.c.changed_at == changed_at, table.c.id > row))


async def alert_of(connection: AsyncConnection, alert: str) -> AlertCase | None:
    """An alert."""
    body = await connection.scalar(sa.select(tables.alerts.c.body).where(tables.alerts.c.id == alert))
    return None if body is None else rows.read_alert(body)


async def alerts_of(connection: AsyncConnection, alerts: Sequence[str]) -> tuple[AlertCase, ...]:
    """Alerts by their ids."""
    found = await connection.scalars(sa.select(tables.alerts.c.body).where(tables.alerts.c.id.in_(alerts)))
    return tuple(rows.read_alert(body) for body in found)


async def alert_events_of(connection: AsyncConnection, alert: str) -> tuple[AlertEvent, ...]:
    """What happened to an alert, oldest first."""
    table = tables.alert_events
    found = await connection.scalars(sa.select(table.c.body).where(table.c.alert == alert).order_by(table.c.at, table.c.taken_at))
    return tuple(rows.read_alert_event(body) for body in found)


async def is_taken(connection: AsyncConnection, event: str) -> bool:
    """Whether a change of an alert has been taken in."""
    table = tables.alert_events
    return await connection.scalar(sa.select(sa.literal(1)).where(table.c.event_id == event)) is not None


async def ticket_of(connection: AsyncConnection, ticket: str) -> Ticket | None:
    """A ticket."""
    body = await connection.scalar(sa.select(tables.tickets.c.body).where(tables.tickets.c.id == ticket))
    return None if body is None else rows.read_ticket(body)


async def ticket_events_of(connection: AsyncConnection, ticket: str) -> tuple[TicketEvent, ...]:
    """A ticket's history."""
    table = tables.ticket_events
    found = await connection.scalars(sa.select(table.c.body).where(table.c.ticket == ticket).order_by(table.c.number))
    return tuple(rows.read_ticket_event(body) for body in found)


async def nearby_tickets(connection: AsyncConnection, own: str | None, spot: str) -> tuple[Ticket, ...]:
    """An alert's own ticket, and those at the same spot, newest change first."""
    table = tables.tickets
    there = sa.select(table.c.body).where(table.c.spot == spot).order_by(table.c.changed_at.desc(), table.c.id).limit(100)
    found = [rows.read_ticket(body) for body in await connection.scalars(there)]
    if own is not None and all(ticket.id != own for ticket in found):
        ticket = await ticket_of(connection, own)
        found += [ticket] if ticket is not None else []
    return tuple(found)


async def loads(connection: AsyncConnection) -> dict[str, int]:
    """Open tickets by person."""
    table = tables.tickets
    busy = table.c.state.in_(BUSY), table.c.assignee.is_not(None)
    found = await connection.execute(sa.select(table.c.assignee, sa.func.count()).where(*busy).group_by(table.c.assignee))
    return {row[0]: row[1] for row in found}


async def deliveries_of(connection: AsyncConnection, ticket: str) -> tuple[Delivery, ...]:
    """The notices about a ticket, oldest first."""
    table = tables.deliveries
    found = await connection.execute(sa.select(table).where(table.c.ticket == ticket).order_by(table.c.number, table.c.id))
    return tuple(rows.read_delivery(row) for row in found)
