"""What an actor is shown of a ticket. Pure, so that every store shows the same."""

from collections.abc import Sequence

from dispatch.actor import Actor, sees
from dispatch.alertcase import AlertCase
from dispatch.clocks.caseclock import clocks_of
from dispatch.decide import standard_choices
from dispatch.delivery import Delivery
from dispatch.desk import Situation
from dispatch.event import TicketEvent
from dispatch.lifecycle import Move, State
from dispatch.permission import legal_moves
from dispatch.query import Choices, TicketDetail
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket


def detail_of(
    *,
    ticket: Ticket,
    events: Sequence[TicketEvent],
    alerts: Sequence[AlertCase],
    deliveries: Sequence[Delivery],
    actor: Actor,
    situation: Situation,
) -> TicketDetail:
    """Everything about a ticket for one actor, its alerts in the order of their joining."""
    order = {alert: place for place, alert in enumerate(ticket.alerts)}
    return TicketDetail(
        ticket=ticket,
        events=tuple(events),
        moves=legal_moves(ticket, actor),
        choices=choices_of(ticket, situation),
        clocks=clocks_of(ticket, situation.desk.calendar, situation.now),
        alerts=tuple(sorted(alerts, key=lambda alert: order.get(alert.id, len(order)))),
        deliveries=tuple(deliveries),
    )


def choices_of(ticket: Ticket, situation: Situation) -> Choices:
    """What the needs of the moves that a ticket now has can be filled with."""
    desk, about = situation.desk, ticket.opening
    closing = ticket.state is State.VERIFYING
    standards = standard_choices(ticket, Move.PASS if closing else Move.ACCEPT, desk)
    persons = tuple(person.id for person in desk.takers(ticket.unit)) if ticket.state is State.DISPATCHED else ()
    units: tuple[str, ...] = ()
    if ticket.state is State.ACCEPTED:
        proposed = desk.route(about.category, about.cell, about.position, situation.now, situation.loads).unit
        units = tuple(dict.fromkeys(unit for unit in (proposed, *sorted(desk.units)) if unit is not None))
    return Choices(standards=standards, persons=persons, units=units)


def hidden(ticket: Ticket | None, actor: Actor) -> bool:
    """Whether an actor must not know of a ticket."""
    return ticket is None or not sees(actor, ticket.unit)


def unknown_ticket(ticket: str) -> Refusal:
    """The answer about a ticket that is not there, or not in scope: the same for both."""
    return Refusal(kind=RefusalKind.UNKNOWN, what=f"There is no ticket {ticket}.", fix="Look it up in the list.")


def unknown_alert(alert: str) -> Refusal:
    """The answer about an alert that is not there, or not in scope: the same for both."""
    return Refusal(kind=RefusalKind.UNKNOWN, what=f"There is no alert {alert}.", fix="Look it up in the list.")
