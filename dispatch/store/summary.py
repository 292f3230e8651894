"""Counts of what an actor may see."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from config.moment import Micros
from dispatch.actor import Actor
from dispatch.alertcase import AlertState
from dispatch.delivery import DeliveryState
from dispatch.lifecycle import ENDED, State
from dispatch.query import Summary
from dispatch.store import tables
from dispatch.store.reading import in_scope


async def summarise(connection: AsyncConnection, actor: Actor, now: Micros) -> Summary:
    """Count by state; every state is named."""
    alerts, tickets = tables.alerts, tables.tickets
    firing = alerts.c.state == AlertState.FIRING.value
    unseen = sa.select(sa.func.count()).where(
        firing, alerts.c.acknowledged_by.is_(None), alerts.c.suppressed.is_(None), in_scope(alerts.c.unit, actor)
    )
    quiet = sa.select(sa.func.count()).where(firing, alerts.c.suppressed.is_not(None), in_scope(alerts.c.unit, actor))
    overdue = sa.select(sa.func.count()).where(
        tickets.c.state.not_in([state.value for state in ENDED]),
        tickets.c.due_at < sa.func.coalesce(tickets.c.clock_stopped_at, now),
        in_scope(tickets.c.unit, actor),
    )
    return Summary(
        alerts=await _counts(connection, alerts.c.state, actor, AlertState),
        alerts_by_rule=await _groups(connection, alerts.c.rule, actor, firing),
        unacknowledged=await connection.scalar(unseen) or 0,
        suppressed=await connection.scalar(quiet) or 0,
        tickets=await _counts(connection, tickets.c.state, actor, State),
        overdue=await connection.scalar(overdue) or 0,
        deliveries=await _counts(connection, tables.deliveries.c.state, actor, DeliveryState),
    )


async def _counts(connection: AsyncConnection, column: sa.Column[str], actor: Actor, names: Iterable[str]) -> dict[str, int]:
    found = await _groups(connection, column, actor, sa.true())
    return {str(name): found.get(str(name), 0) for name in names}


async def _groups(connection: AsyncConnection, column: sa.Column[str], actor: Actor, wanted: sa.ColumnElement[bool]) -> dict[str, int]:
    scope = in_scope(column.table.c.unit, actor)
    found = await connection.execute(sa.select(column, sa.func.count()).where(wanted, scope).group_by(column))
    return {row[0]: row[1] for row in found}
