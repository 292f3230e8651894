"""Who names which picture: kept with each change, asked before a picture is given out."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.actor import Actor
from dispatch.naming import Namer, Naming
from dispatch.store import rows, tables
from dispatch.store.reading import in_scope


async def keep_namings(connection: AsyncConnection, found: Collection[Naming]) -> None:
    """Keep what names which picture; what is kept already stays as it is."""
    if found:
        insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(tables.evidence)
        await connection.execute(insert.on_conflict_do_nothing(), [rows.naming_row(naming) for naming in found])


async def is_named_for(connection: AsyncConnection, actor: Actor, reference: str) -> bool:
    """Whether the actor uploaded a picture, or sees an alert or a ticket that names it.

    A ticket names its alerts' pictures too, since it shows its alerts: it may lie with another unit than they do.
    """
    table, alerts, tickets = tables.evidence, tables.alerts, tables.tickets
    seen_alert = (
        sa.select(alerts.c.id)
        .select_from(alerts.outerjoin(tickets, tickets.c.id == alerts.c.ticket))
        .where(alerts.c.id == table.c.id, sa.or_(in_scope(alerts.c.unit, actor), in_scope(tickets.c.unit, actor)))
    )
    seen_ticket = sa.select(tickets.c.id).where(tickets.c.id == table.c.id, in_scope(tickets.c.unit, actor))
    ways = sa.or_(
        sa.and_(table.c.namer == Namer.UPLOADER.value, table.c.id == actor.id),
        sa.and_(table.c.namer == Namer.ALERT.value, seen_alert.exists()),
        sa.and_(table.c.namer == Namer.TICKET.value, seen_ticket.exists()),
    )
    return await connection.scalar(sa.select(sa.literal(1)).where(table.c.reference == reference, ways).limit(1)) is not None
