"""Everything that one transaction writes, computed before it begins. Pure, so that every store writes the same."""

from collections.abc import Sequence

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase
from dispatch.clocks.caseclock import case_due
from dispatch.delivery import Delivery
from dispatch.desk import Desk
from dispatch.event import TicketEvent
from dispatch.intake import Intake, spot_of
from dispatch.noise.group import Enrolment
from dispatch.notice import address_of, notices
from dispatch.query import FeedItem, Subject
from dispatch.ticket import Ticket, fold
from dispatch.ticket import apply as applied
from streams.alert import AlertEvent


class TicketChange(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket's part of a transaction.

    Attributes:
        before: as it stood; ``None`` for a new one. Its version is what the store must still find.
        ticket: as it stands afterwards.
        events: what happened.
        deliveries: notices to send.
        due_at: when its limit is reached.
        spot: what counts as the same place.
    """

    before: Ticket | None
    ticket: Ticket
    events: tuple[TicketEvent, ...]
    deliveries: tuple[Delivery, ...]
    due_at: Micros | None
    spot: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction.

    Attributes:
        alert: an alert as it stands afterwards.
        alert_event: what happened to it, when the rules said it.
        ticket: what happens to a ticket.
        feed: lines of the live feed in order; the store numbers them.
        judge_at: when the alert is to be judged again; ``None``: not by time, unset: as it was.
        enrolment: the group that the alert joins.
    """

    alert: AlertCase | None = None
    alert_event: AlertEvent | None = None
    ticket: TicketChange | None = None
    feed: tuple[FeedItem, ...] = ()
    judge_at: Micros | msgspec.UnsetType | None = msgspec.UNSET
    enrolment: Enrolment | None = None


class Addresses(msgspec.Struct, frozen=True):
    """Where notices go: the desk knows the units' own addresses, the setting is the city's default."""

    desk: Desk
    default: str


def of_intake(intake: Intake, event: AlertEvent, addresses: Addresses) -> Change:
    """What follows from a change of an alert."""
    return _of_intake(intake, event.event.value, addresses, event)


def of_judgement(intake: Intake, before: AlertCase, addresses: Addresses) -> Change:
    """What follows from judging an alert again; where nothing changed, only when to do so the next time."""
    if intake.alert == before:
        return Change(alert=intake.alert, judge_at=intake.judge_at)
    now = TURNS[bool(before.suppressed_by), bool(intake.alert.suppressed_by)]
    return _of_intake(intake, now, addresses, None)


TURNS = {(False, False): "judged", (False, True): "suppressed", (True, False): "released", (True, True): "judged"}
"""What the feed says, by whether an alert was and is suppressed."""


def _of_intake(intake: Intake, what: str, addresses: Addresses, event: AlertEvent | None) -> Change:
    ticket = None
    if intake.ticket is not None and intake.events:
        ticket = _of_ticket(intake.before, intake.events, addresses)
        if intake.enrolment is not None:
            ticket = msgspec.structs.replace(ticket, deliveries=())  # The group speaks for it.
    line = FeedItem(sequence=0, at=intake.alert.changed_at, subject=Subject.ALERT, id=intake.alert.id, event=what, unit=intake.alert.unit)
    return Change(
        alert=intake.alert, alert_event=event, ticket=ticket, feed=(line, *_lines(ticket)), judge_at=intake.judge_at,
        enrolment=intake.enrolment,
    )  # fmt: skip


def of_decision(before: Ticket, events: Sequence[TicketEvent], addresses: Addresses) -> Change:
    """What follows from events of a ticket that is there."""
    ticket = _of_ticket(before, events, addresses)
    return Change(ticket=ticket, feed=_lines(ticket))


def of_acknowledgement(alert: AlertCase) -> Change:
    """What follows from somebody's having seen an alert."""
    line = FeedItem(
        sequence=0,
        at=alert.changed_at,
        subject=Subject.ALERT,
        id=alert.id,
        event="acknowledged",
        actor=alert.acknowledged_by,
        unit=alert.unit,
    )
    return Change(alert=alert, feed=(line,))


def of_delivery(delivery: Delivery, now: Micros) -> FeedItem:
    """The feed's line about a notice that was sent or given up."""
    return FeedItem(sequence=0, at=now, subject=Subject.DELIVERY, id=delivery.id, event=delivery.state.value, unit=delivery.unit)


def _of_ticket(before: Ticket | None, events: Sequence[TicketEvent], addresses: Addresses) -> TicketChange:
    ticket = fold(events) if before is None else before
    for event in events if before is not None else ():
        ticket = applied(ticket, event)
    desk, about = addresses.desk, ticket.opening
    due_at = case_due(ticket, desk.calendar)
    url = address_of(ticket.unit, desk.units, addresses.default)
    return TicketChange(
        before=before, ticket=ticket, events=tuple(events), deliveries=notices(ticket, events, due_at, url), due_at=due_at,
        spot=spot_of(about.category, about.source, about.zone, about.cell),
    )  # fmt: skip


def _lines(change: TicketChange | None) -> tuple[FeedItem, ...]:
    if change is None:
        return ()
    return tuple(
        FeedItem(
            sequence=0,
            at=event.at,
            subject=Subject.TICKET,
            id=event.ticket,
            event=event.fact.value,
            actor=event.actor,
            unit=change.ticket.unit,
        )
        for event in change.events
    )
