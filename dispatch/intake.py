"""From an alert to a ticket: what the automatic path does with a change of an alert. Pure."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from config.moment import Micros
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertCase, AlertState, absorb, begin
from dispatch.desk import UNCATEGORISED, Place, Situation
from dispatch.event import Opening, Particulars, TicketEvent
from dispatch.lifecycle import Fact, State
from dispatch.noise.group import Enrolment, enrol
from dispatch.noise.judging import Surroundings, judge, with_judgement
from dispatch.noise.merging import merge
from dispatch.noise.route import route_of
from dispatch.ticket import Ticket, apply, following
from streams.alert import AlertEvent, Cause, Change, TicketPolicy
from streams.ids import NAMESPACE, canonical

UNDISPATCHED = frozenset({State.REPORTED, State.CHECKING, State.ACCEPTED})


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """What to write down.

    Attributes:
        alert: as it stands afterwards.
        before: the ticket concerned, ``None`` for a new one.
        ticket: as it stands afterwards, ``None`` when no ticket is concerned.
        events: what happened to it.
        judge_at: when time alone may change the judgement on the alert.
        enrolment: the group that its notice goes with, instead of going by itself.
    """

    alert: AlertCase
    before: Ticket | None = None
    ticket: Ticket | None = None
    events: tuple[TicketEvent, ...] = ()
    judge_at: Micros | None = None
    enrolment: Enrolment | None = None


_CLEARED: Mapping[Cause | None, str] = {
    None: "The alert cleared by itself before dispatch.",
    Cause.RULE_REMOVED: "The alert's rule was removed before dispatch; whether the trouble is gone was not seen.",
    Cause.RULE_RESET: "The alert's rule was changed and began anew before dispatch; whether the trouble is gone was not seen.",
}


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
    surroundings: Surroundings = Surroundings(),  # noqa: B008  # Frozen.
) -> Intake:
    """Judge a change of an alert.

    Args:
        event: the change; the caller has made sure that it is taken once.
        known: the alert so far.
        nearby: the alert's own ticket, and the tickets at the same spot.
        situation: the present, the city's tables and the load of its people.
        surroundings: what may keep the alert quiet.
    """
    now, desk = situation.now, situation.desk
    place = desk.place_of(event)
    if known is None:
        unit = desk.answering_unit(event.category or UNCATEGORISED, place.cell)
        alert = begin(event, now, cell=place.cell, place=place.name, unit=unit)
    else:
        alert = absorb(known, event, now)
    return _judged(alert, nearby, situation, surroundings, event)


def reconsider(known: AlertCase, nearby: Sequence[Ticket], situation: Situation, surroundings: Surroundings) -> Intake:
    """Judge an alert again although the rules said nothing new: what kept it quiet may be over, or something new may.

    Args:
        known: the alert as it stands.
        nearby: the alert's own ticket, and the tickets at the same spot.
        situation: the present, the city's tables and the load of its people.
        surroundings: what may keep the alert quiet.
    """
    return _judged(known, nearby, situation, surroundings, None)


def _judged(
    alert: AlertCase, nearby: Sequence[Ticket], situation: Situation, surroundings: Surroundings, event: AlertEvent | None
) -> Intake:
    now, judge_at, firing = situation.now, None, alert.state is AlertState.FIRING
    if firing:
        judgement = judge(situation.desk.subject(alert), surroundings, now)
        alert, judge_at = with_judgement(alert, judgement, now), judgement.judge_at
    own = next((ticket for ticket in nearby if ticket.id == alert.ticket), None)
    if own is not None:
        intake = _concern(event, alert, own, now) if event is not None else Intake(alert=alert)
    elif firing and not alert.suppressed_by:
        intake = _admit(alert, nearby, situation, surroundings)
    else:
        intake = Intake(alert=alert)
    return msgspec.structs.replace(intake, judge_at=judge_at)


def _concern(event: AlertEvent, alert: AlertCase, ticket: Ticket, now: Micros) -> Intake:
    """A change of an alert whose ticket is there: its end is noted, and before dispatch the ticket is offered for withdrawal."""
    if event.event is not Change.RESOLVED or ticket.ended or event.id in ticket.cleared:
        return Intake(alert=alert)
    facts = [(Fact.ALERT_RESOLVED, Particulars(alert=event.id))]
    if ticket.state in UNDISPATCHED and {*ticket.cleared, event.id} >= {*ticket.alerts}:
        facts.append((Fact.WITHDRAWAL_OFFERED, Particulars(reason=_CLEARED[event.cause], alert=event.id)))
    return _grow(alert, ticket, facts, now)


def _admit(alert: AlertCase, nearby: Sequence[Ticket], situation: Situation, surroundings: Surroundings) -> Intake:
    """Nothing keeps it quiet: it gets its ticket, once, and its place in a group, once."""
    intake = Intake(alert=alert)
    if alert.ticket is None and alert.latest.ticket is not TicketPolicy.NONE:
        intake = _with_ticket(alert, nearby, situation, surroundings)
    if alert.group is not None:
        return intake
    subject = situation.desk.subject(alert)
    unit = intake.ticket.unit if intake.ticket is not None else alert.unit
    enrolment = enrol(route_of(surroundings.policy.route, subject), subject, unit, situation.now)
    if enrolment is None:
        return intake
    return msgspec.structs.replace(intake, alert=msgspec.structs.replace(intake.alert, group=enrolment.group), enrolment=enrolment)


def _with_ticket(alert: AlertCase, nearby: Sequence[Ticket], situation: Situation, surroundings: Surroundings) -> Intake:
    latest, now = alert.latest, situation.now
    place = situation.desk.place_of(latest)
    merging = merge(nearby, spot_of_event(latest, place), now, surroundings.policy.merge)
    alert = msgspec.structs.replace(alert, merge=merging.record)
    if merging.joined is not None:
        return _grow(alert, merging.joined, [(Fact.ALERT_JOINED, Particulars(alert=alert.id))], now)
    return _open(latest, alert, place, merging.earlier, situation)


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
