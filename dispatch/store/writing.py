"""Writes a change: alert, ticket, events, outbox, notices and feed, all in the caller's transaction."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.change import Change, TicketChange
from dispatch.naming import namings
from dispatch.noise.group import Enrolment, Told, begin_group
from dispatch.query import FeedItem
from dispatch.store import rows, tables
from dispatch.store.evidence import keep_namings
from streams.topics import TICKETS


class StaleTicketError(RuntimeError):
    """Somebody else changed the ticket since it was read; nothing was written."""


async def write(connection: AsyncConnection, change: Change) -> None:
    """Write a change.

    Raises:
        StaleTicketError: the ticket's version is no longer the one that the change was decided on.
    """
    if change.ticket is not None:
        await _write_ticket(connection, change.ticket)
    if change.alert is not None:
        timer = {} if change.judge_at is msgspec.UNSET else {"judge_at": change.judge_at}
        await put(connection, tables.alerts, rows.alert_row(change.alert) | timer)
        if change.enrolment is not None:
            await _enrol(connection, change.enrolment, change.alert.id)
        if change.alert_event is not None:
            row = rows.alert_event_row(change.alert_event, change.alert.changed_at)
            await connection.execute(sa.insert(tables.alert_events), row)
    await keep_namings(connection, namings(change))
    await write_feed(connection, change.feed)


async def write_feed(connection: AsyncConnection, items: tuple[FeedItem, ...]) -> None:
    """Append lines to the live feed; the driver inserts them in order, so that their numbers keep it."""
    if items:
        await connection.execute(sa.insert(tables.feed), [rows.feed_row(item) for item in items])


async def put(connection: AsyncConnection, table: sa.Table, row: dict[str, Any]) -> None:
    """Insert a row, or replace the one with the same key."""
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table).values(row)
    keys = [column.name for column in table.primary_key]
    rest = {name: insert.excluded[name] for name in row if name not in keys}
    await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest))


async def _enrol(connection: AsyncConnection, enrolment: Enrolment, alert: str) -> None:
    """An alert joins its group; a group that is there keeps its timer, and an alert that is in it what was said of it."""
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    member = {"group": enrolment.group, "alert": alert, "told": Told.NOTHING.value}
    await connection.execute(insert(tables.notice_groups).values(rows.group_row(begin_group(enrolment))).on_conflict_do_nothing())
    await connection.execute(insert(tables.group_members).values(member).on_conflict_do_nothing())


async def _write_ticket(connection: AsyncConnection, change: TicketChange) -> None:
    row = rows.ticket_row(change)
    if change.before is None:
        await connection.execute(sa.insert(tables.tickets), row)
    else:
        found = tables.tickets.c.id == change.before.id, tables.tickets.c.version == change.before.version
        done = await connection.execute(sa.update(tables.tickets).where(*found).values(row))
        if done.rowcount != 1:
            msg = f"ticket {change.before.id} is no longer at version {change.before.version}"
            raise StaleTicketError(msg)
    await connection.execute(sa.insert(tables.ticket_events), [rows.ticket_event_row(event) for event in change.events])
    records = [
        {"topic": TICKETS, "key": event.ticket, "value": rows.text(event).encode(), "created_at": event.at} for event in change.events
    ]
    await connection.execute(sa.insert(tables.outbox), records)
    if change.deliveries:
        await connection.execute(sa.insert(tables.deliveries), [rows.delivery_row(delivery) for delivery in change.deliveries])
