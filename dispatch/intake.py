"""From an alert to a ticket: what the automatic path does with a change of an alert. Pure."""

import uuid
from collections.abc import Sequence

import msgspec

from config.moment import SECOND, Micros
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertCase, absorb, begin
from dispatch.desk import UNCATEGORISED, Place, Situation
from dispatch.event import Opening, Particulars, TicketEvent
from dispatch.lifecycle import Fact, State
from dispatch.ticket import Ticket, apply, following
from streams.alert import AlertEvent, Change, TicketPolicy
from streams.ids import NAMESPACE, canonical

JOINABLE = frozenset({State.REPORTED, State.CHECKING, State.ACCEPTED, State.DISPATCHED, State.HANDLING})
"""Work is still to be done: a new episode at the same place is part of it. Later, people believe that the trouble is gone."""

UNDISPATCHED = frozenset({State.REPORTED, State.CHECKING, State.ACCEPTED})


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How alerts at one place come together.

    Attributes:
        window: how long after its last change a ticket is still about the same trouble.
    """

    window: Micros = 2 * 3600 * SECOND


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What to write down.

    Attributes:
        alert: as it stands afterwards.
        before: the ticket concerned, ``None`` for a new one.
        ticket: as it stands afterwards, ``None`` when no ticket is concerned.
        events: what happened to it.
    """

    alert: AlertCase
    before: Ticket | None = None
    ticket: Ticket | None = None
    events: tuple[TicketEvent, ...] = ()


def ticket_id(alert: str) -> str:
    """The id of the ticket that an alert opens: the same in every process and at every repeat."""
    return str(uuid.uuid5(NAMESPACE, canonical(("ticket", alert))))


def spot_of(category: str, source: str | None, zone: str | None, cell: str | None) -> str:
    """What counts as the same place: category and source with its zone; without a source, category and cell."""
    return canonical((category, source, zone) if source is not None else (category, cell))


def spot_of_event(event: AlertEvent, place: Place) -> str:
    """The place of an alert."""
    return spot_of(event.category or UNCATEGORISED, event.source, event.zone, place.cell)


def take(
    event: AlertEvent,
    known: AlertCase | None,
    nearby: Sequence[Ticket],
    situation: Situation,
    policy: Policy = Policy(),  # noqa: B008  # Frozen.
) -> Intake:
    """Judge a change of an alert.

    Args:
        event: the change; the caller has made sure that it is taken once.
        known: the alert so far.
        nearby: the alert's own ticket, and tickets at the same spot that are open or ended within the policy's window.
        situation: the present, the city's tables and the load of its people.
        policy: how alerts come together.
    """
    now, desk = situation.now, situation.desk
    place = desk.place_of(event)
    category = event.category or UNCATEGORISED
    if known is None:
        alert = begin(event, now, cell=place.cell, place=place.name, unit=desk.answering_unit(category, place.cell))
    else:
        alert = absorb(known, event, now)
    own = next((ticket for ticket in nearby if ticket.id == alert.ticket), None)
    if own is not None:
        return _concern(event, alert, own, now)
    if event.ticket is TicketPolicy.NONE or event.event is Change.RESOLVED or alert.ticket is not None:
        return Intake(alert=alert)
    recent = [ticket for ticket in nearby if now - ticket.changed_at <= policy.window]
    joined = next((ticket for ticket in recent if ticket.state in JOINABLE), None)
    if joined is not None:
        return _grow(alert, joined, [(Fact.ALERT_JOINED, Particulars(alert=event.id))], now)
    earlier = max(recent, key=lambda ticket: ticket.changed_at, default=None)
    return _open(event, alert, place, earlier, situation)


def _concern(event: AlertEvent, alert: AlertCase, ticket: Ticket, now: Micros) -> Intake:
    """A change of an alert whose ticket is there: its end is noted, and before dispatch the ticket is offered for withdrawal."""
    if event.event is not Change.RESOLVED or ticket.ended or event.id in ticket.cleared:
        return Intake(alert=alert)
    facts = [(Fact.ALERT_RESOLVED, Particulars(alert=event.id))]
    if ticket.state in UNDISPATCHED and {*ticket.cleared, event.id} >= {*ticket.alerts}:
        facts.append((Fact.WITHDRAWAL_OFFERED, Particulars(reason="The alert cleared by itself before dispatch.", alert=event.id)))
    return _grow(alert, ticket, facts, now)


def _open(event: AlertEvent, alert: AlertCase, place: Place, earlier: Ticket | None, situation: Situation) -> Intake:
    now, desk, loads = situation.now, situation.desk, situation.loads
    category = event.category or UNCATEGORISED
    opening = Opening(
        category=category, severity=event.severity, summary=alert.summary, life_safety=event.life_safety, source=event.source, zone=event.zone,
        position=place.position, cell=place.cell, place=place.name, evidence=event.evidence,
    )  # fmt: skip
    facts = [(Fact.REPORTED, Particulars(opening=opening, alert=event.id, follows=earlier.id if earlier else None))]
    emergency = event.life_safety or desk.is_emergency(category)
    if event.ticket is TicketPolicy.AUTO or emergency:
        standard = desk.standards_of(category, emergency=emergency)[0]
        facts.append((Fact.ACCEPTED, Particulars(standard=standard)))
        route = desk.route(category, place.cell, place.position, now, loads)
        if route.unit is not None:
            facts.append((Fact.DISPATCHED, Particulars(unit=route.unit, person=route.person, why=route.why)))
    return _grow(alert, None, facts, now)


def _grow(alert: AlertCase, before: Ticket | None, facts: Sequence[tuple[Fact, Particulars]], now: Micros) -> Intake:
    ticket, events = before, []
    number = ticket_id(alert.id) if before is None else before.id
    for fact, told in facts:
        event = following(ticket, TicketEvent(ticket=number, number=0, fact=fact, at=now, actor=SYSTEM.id, particulars=told))
        ticket = apply(ticket, event)
        events.append(event)
    named = msgspec.structs.replace(alert, ticket=number)
    return Intake(alert=named, before=before, ticket=ticket, events=tuple(events))
