"""Reads every ticket with its history, as of one moment, and has it examined."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dispatch.audit import Fault, examine
from dispatch.event import TicketEvent
from dispatch.store import rows, tables
from dispatch.store.silenceaudit import examine_silences
from dispatch.ticket import Ticket

BATCH = 200
"""Tickets that are read at once."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit found.

    Attributes:
        tickets: examined, those included of which only events are left.
        events: examined.
        broken: one fault for each ticket or silence that is not sound.
        silences: examined.
    """

    tickets: int
    events: int
    broken: tuple[Fault, ...]
    silences: int = 0


async def verify(engine: AsyncEngine, batch: int = BATCH) -> Verdict:
    """Examine every ticket and silence. Nothing is changed, and nobody who writes meanwhile is kept waiting or mistaken for a fault.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be read, or has no tables of ours.
    """
    tickets, events, broken = 0, 0, []
    async with _one_moment(engine) as connection:
        async for names in _names(connection, batch):
            stored, histories = await _tickets(connection, names), await _histories(connection, names)
            for name in names:
                tickets += 1
                events += len(histories[name])
                fault = _fault(name, stored.get(name), histories[name])
                broken += [fault] if fault is not None else []
        silences, faults = await examine_silences(connection)
    return Verdict(tickets=tickets, events=events, broken=(*broken, *faults), silences=silences)


@asynccontextmanager
async def _one_moment(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction whose reads all see the same state; on SQLite every transaction is one."""
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            yield connection


async def _names(connection: AsyncConnection, batch: int) -> AsyncIterator[list[str]]:
    """The ids of all tickets, and of tickets that have events only, in batches."""
    both = sa.union(sa.select(tables.tickets.c.id.label("id")), sa.select(tables.ticket_events.c.ticket)).subquery()
    select, last = sa.select(both.c.id).order_by(both.c.id).limit(batch), None
    while names := list(await connection.scalars(select if last is None else select.where(both.c.id > last))):
        yield names
        last = names[-1]


async def _tickets(connection: AsyncConnection, names: Sequence[str]) -> Mapping[str, Any]:
    table = tables.tickets
    return {row.id: row for row in await connection.execute(sa.select(table).where(table.c.id.in_(names)))}


async def _histories(connection: AsyncConnection, names: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    table = tables.ticket_events
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in await connection.execute(sa.select(table).where(table.c.ticket.in_(names)).order_by(table.c.ticket, table.c.number)):
        found[row.ticket].append(row)
    return found


def _fault(name: str, row: Any, history: Sequence[Any]) -> Fault | None:
    """The first fault of a ticket, what its columns say included: lists and routes are made from them."""
    events: list[TicketEvent] = []
    for found in history:
        try:
            event = rows.read_ticket_event(found.body)
        except msgspec.DecodeError as error:
            return Fault(ticket=name, sequence=found.number, what=f"The event cannot be read: {error}.")
        columns = _differing(found, rows.ticket_event_row(event))
        if columns:
            return Fault(ticket=name, sequence=found.number, what=f"The row says otherwise than the event that it holds: {columns}.")
        events.append(event)
    try:
        ticket: Ticket | None = None if row is None else rows.read_ticket(row.body)
    except msgspec.DecodeError as error:
        return Fault(ticket=name, sequence=0, what=f"The ticket cannot be read: {error}.")
    return examine(name, ticket, events) or _column_fault(name, row, ticket)


def _column_fault(name: str, row: Any, ticket: Ticket | None) -> Fault | None:
    columns = "" if ticket is None else _differing(row, rows.ticket_columns(ticket))
    return Fault(ticket=name, sequence=0, what=f"The row says otherwise than the ticket that it holds: {columns}.") if columns else None


def _differing(row: Any, expected: rows.Row) -> str:
    """The columns of a row that are not as expected, the JSON itself apart: its spelling is the encoder's."""
    return ", ".join(name for name, value in expected.items() if name != "body" and getattr(row, name) != value)
