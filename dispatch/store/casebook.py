"""The case book in a database: reads, decides by the pure core, writes, in one transaction each."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dispatch.actor import Actor, sees
from dispatch.alertcase import AlertCase, acknowledge
from dispatch.change import Addresses, of_acknowledgement, of_decision, of_intake
from dispatch.command import FactCommand, MoveCommand
from dispatch.decide import Decision, decide, decide_fact
from dispatch.desk import Desk, Situation
from dispatch.intake import spot_of_event, take
from dispatch.naming import Namer, Naming
from dispatch.noise.inhibition import may_inhibit
from dispatch.noise.policy import NoisePolicy
from dispatch.paging import bounded, mark
from dispatch.query import AlertDetail, AlertPage, AlertQuery, FeedItem, Summary, TicketDetail, TicketPage, TicketQuery
from dispatch.refusal import Refusal
from dispatch.store import quieting, rows, tables
from dispatch.store import reading as read
from dispatch.store.engine import reading, writing
from dispatch.store.evidence import is_named_for, keep_namings
from dispatch.store.summary import summarise
from dispatch.store.writing import write
from dispatch.ticket import Ticket
from dispatch.views import detail_of, hidden, unknown_alert, unknown_ticket
from streams.alert import AlertEvent
from streams.clock import Clock


def nothing() -> None:
    """Nobody waits in this process for what was committed."""


class SqlCaseBook:
    """Alerts and tickets in a database that several processes share; implements :class:`dispatch.ports.CaseBook`.

    Args:
        engine: from :func:`dispatch.store.engine.open_engine`.
        desk: the city's tables.
        clock: the present.
        webhook: the city's default address of notices; empty: none.
        policy: what the city decided about noise.
        committed: called after each commit, to wake who sends on what was written.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        desk: Desk,
        clock: Clock,
        *,
        webhook: str = "",
        policy: NoisePolicy | None = None,
        committed: Callable[[], None] = nothing,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._addresses = Addresses(desk, webhook)
        self._policy = policy or NoisePolicy()
        self._committed = committed

    async def take_alert(self, event: AlertEvent) -> AlertCase:
        """Take in what the rules say, once per ``event_id``."""
        spot = spot_of_event(event, self._desk.place_of(event))
        async with writing(self._engine) as connection:
            known = await read.alert_of(connection, event.id)
            if known is not None and await read.is_taken(connection, event.event_id):
                return known
            now = self._clock()
            own = known.ticket if known is not None else None
            nearby = await read.nearby_tickets(connection, own, spot)
            situation = Situation(now, self._desk, await read.loads(connection))
            surroundings = await quieting.surroundings_of(connection, self._policy, self._desk, event, now)
            intake = take(event, known, nearby, situation, surroundings)
            await write(connection, of_intake(intake, event, self._addresses))
            await self._wake_targets(connection, known, intake.alert)
        self._committed()
        return intake.alert

    async def _wake_targets(self, connection: AsyncConnection, before: AlertCase | None, alert: AlertCase) -> None:
        """When an alert that may inhibit others begins to fire, or ends, those are judged again."""
        rules = self._policy.inhibitions
        if rules and (before is None or before.state is not alert.state) and may_inhibit(rules, self._desk.subject(alert)):
            await quieting.judge_targets(connection, rules, alert.id, self._clock())

    async def alerts(self, actor: Actor, query: AlertQuery) -> AlertPage:
        """A page of alerts."""
        table, limit = tables.alerts, bounded(query.limit)
        wanted = [read.in_scope(table.c.unit, actor), read.beyond(table, query.after)]
        if query.state is not None:
            wanted.append(table.c.state == query.state.value)
        if query.rule is not None:
            wanted.append(table.c.rule == query.rule)
        if query.suppressed is not None:
            wanted.append(table.c.suppressed.is_not(None) if query.suppressed else table.c.suppressed.is_(None))
        if query.acknowledged is not None:
            wanted.append(table.c.acknowledged_by.is_not(None) if query.acknowledged else table.c.acknowledged_by.is_(None))
        select = sa.select(table.c.body).where(*wanted).order_by(table.c.changed_at.desc(), table.c.id).limit(limit + 1)
        async with reading(self._engine) as connection:
            found = [rows.read_alert(body) for body in await connection.scalars(select)]
        page = found[:limit]
        return AlertPage(items=tuple(page), next=mark(page[-1].changed_at, page[-1].id) if len(found) > limit else None)

    async def alert(self, actor: Actor, alert_id: str) -> AlertDetail | None:
        """One alert with its events."""
        async with reading(self._engine) as connection:
            alert = await read.alert_of(connection, alert_id)
            if alert is None or not sees(actor, alert.unit):
                return None
            return AlertDetail(alert=alert, events=await read.alert_events_of(connection, alert_id))

    async def acknowledge_alert(self, actor: Actor, alert_id: str) -> AlertCase | Refusal:
        """Note that somebody has seen an alert."""
        async with writing(self._engine) as connection:
            alert = await read.alert_of(connection, alert_id)
            if alert is None or not sees(actor, alert.unit):
                return unknown_alert(alert_id)
            if alert.acknowledged_by is not None:
                return alert
            alert = acknowledge(alert, actor.id, self._clock())
            await write(connection, of_acknowledgement(alert))
        self._committed()
        return alert

    async def tickets(self, actor: Actor, query: TicketQuery) -> TicketPage:
        """A page of tickets."""
        table, limit = tables.tickets, bounded(query.limit)
        wanted = [read.in_scope(table.c.unit, actor), read.beyond(table, query.after)]
        if query.states:
            wanted.append(table.c.state.in_([state.value for state in query.states]))
        if query.assignee is not None:
            wanted.append(table.c.assignee == query.assignee)
        if query.unit is not None:
            wanted.append(table.c.unit.in_(sorted(self._desk.below(query.unit))))
        select = sa.select(table.c.body).where(*wanted).order_by(table.c.changed_at.desc(), table.c.id).limit(limit + 1)
        async with reading(self._engine) as connection:
            found = [rows.read_ticket(body) for body in await connection.scalars(select)]
        page = found[:limit]
        return TicketPage(items=tuple(page), next=mark(page[-1].changed_at, page[-1].id) if len(found) > limit else None)

    async def ticket(self, actor: Actor, ticket_id: str) -> TicketDetail | None:
        """Everything about one ticket."""
        async with reading(self._engine) as connection:
            ticket = await read.ticket_of(connection, ticket_id)
            if ticket is None or hidden(ticket, actor):
                return None
            return detail_of(
                ticket=ticket,
                events=await read.ticket_events_of(connection, ticket_id),
                alerts=await read.alerts_of(connection, ticket.alerts),
                deliveries=await read.deliveries_of(connection, ticket_id),
                actor=actor,
                situation=Situation(self._clock(), self._desk, await read.loads(connection)),
            )

    async def act(self, actor: Actor, command: MoveCommand) -> Ticket | Refusal:
        """Make a move."""

        async def judge(connection: AsyncConnection, ticket: Ticket) -> Decision:
            situation = Situation(self._clock(), self._desk, await read.loads(connection))
            return decide(ticket, await read.ticket_events_of(connection, ticket.id), command, actor, situation)

        return await self._change(actor, command.ticket, judge)

    async def add_fact(self, actor: Actor, command: FactCommand) -> Ticket | Refusal:
        """Add to a ticket's story."""

        async def judge(_connection: AsyncConnection, ticket: Ticket) -> Decision:
            return decide_fact(ticket, command, actor, self._clock())

        return await self._change(actor, command.ticket, judge)

    async def feed(self, actor: Actor, after: int, limit: int) -> tuple[FeedItem, ...]:
        """The changes above a sequence."""
        table = tables.feed
        wanted = table.c.sequence > after, read.in_scope(table.c.unit, actor)
        async with reading(self._engine) as connection:
            found = await connection.execute(sa.select(table).where(*wanted).order_by(table.c.sequence).limit(bounded(limit)))
            return tuple(rows.read_feed(row) for row in found)

    async def feed_head(self) -> int:
        """The highest sequence so far."""
        async with reading(self._engine) as connection:
            return await connection.scalar(sa.select(sa.func.max(tables.feed.c.sequence))) or 0

    async def summary(self, actor: Actor) -> Summary:
        """Counts of what the actor may see."""
        async with reading(self._engine) as connection:
            return await summarise(connection, actor, self._clock())

    async def note_upload(self, actor: Actor, reference: str) -> None:
        """Note who uploaded a picture."""
        async with writing(self._engine) as connection:
            await keep_namings(connection, [Naming(reference=reference, namer=Namer.UPLOADER, id=actor.id)])

    async def evidence_visible(self, actor: Actor, reference: str) -> bool:
        """Whether the actor may see a picture."""
        async with reading(self._engine) as connection:
            return await is_named_for(connection, actor, reference)

    async def _change(self, actor: Actor, ticket_id: str, judge: read.Judge) -> Ticket | Refusal:
        async with writing(self._engine) as connection:
            ticket = await read.ticket_of(connection, ticket_id)
            if ticket is None or hidden(ticket, actor):
                return unknown_ticket(ticket_id)
            decision = await judge(connection, ticket)
            if isinstance(decision, Refusal):
                return decision
            change = of_decision(ticket, decision, self._addresses)
            await write(connection, change)
        self._committed()
        return change.ticket.ticket if change.ticket is not None else ticket
