"""Which notices follow from a ticket's events, and what they say. Pure: the same events give the same ids in every run."""

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from config.moment import Micros, render
from config.people import Unit
from dispatch.delivery import Delivery, Purpose
from dispatch.event import TicketEvent
from dispatch.lifecycle import Fact
from dispatch.ticket import Ticket
from streams.ids import NAMESPACE, canonical

PURPOSES: Mapping[Fact, Purpose] = {
    Fact.DISPATCHED: Purpose.DISPATCHED,
    Fact.ASSIGNED: Purpose.ASSIGNED,
    Fact.FAILED: Purpose.REWORK,
    Fact.REDO_ASKED: Purpose.REWORK,
    Fact.ALERT_JOINED: Purpose.ALERT_JOINED,
}
"""Facts that somebody outside must hear of."""


def delivery_id(ticket: str, number: int, purpose: Purpose, url: str) -> str:
    """The identity of a notice: a repeat after a crash carries the same one, so that its receiver folds it."""
    return str(uuid.uuid5(NAMESPACE, canonical(("notice", ticket, number, purpose, url))))


def address_of(unit: str | None, units: Mapping[str, Unit], default: str) -> str | None:
    """Where a unit's notices go: its own address, that of a unit above it, or the city's default."""
    seen: set[str] = set()
    here = unit
    while here is not None and here in units and here not in seen:
        seen.add(here)
        address = units[here].webhook
        if address:
            return address
        here = units[here].parent
    return default or None


def notices(ticket: Ticket, events: Sequence[TicketEvent], due_at: Micros | None, url: str | None) -> tuple[Delivery, ...]:
    """The notices that events give rise to.

    Args:
        ticket: as it stands after them.
        events: what happened.
        due_at: when its limit is reached.
        url: where the unit's notices go; ``None``: nowhere.
    """
    if url is None:
        return ()
    return tuple(_notice(ticket, event, due_at, url) for event in events if _is_news(ticket, event))


def _is_news(ticket: Ticket, event: TicketEvent) -> bool:
    """Nobody is told what they did themselves; a joining alert is news only where lives are at stake."""
    if event.fact is Fact.ASSIGNED:
        return event.particulars.person != event.actor
    if event.fact is Fact.ALERT_JOINED:
        return ticket.opening.life_safety
    return event.fact in PURPOSES


def _notice(ticket: Ticket, event: TicketEvent, due_at: Micros | None, url: str) -> Delivery:
    purpose = PURPOSES[event.fact]
    about = ticket.opening
    data: dict[str, object] = {
        "ticket": ticket.id,
        "version": event.number,
        "state": ticket.state.value,
        "category": about.category,
        "severity": about.severity.value,
        "life_safety": about.life_safety,
        "summary": msgspec.to_builtins(about.summary),
        "place": about.place,
        "cell": about.cell,
        "position": None if about.position is None else {"lon": about.position.lon, "lat": about.position.lat},
        "unit": ticket.unit,
        "person": ticket.assignee,
        "due_at": None if due_at is None else render(due_at),
        "alert": ticket.alerts[-1] if ticket.alerts else None,
        "evidence": list(about.evidence),
        "reason": event.particulars.reason,
    }
    body = {"type": f"ticket.{purpose.value}", "timestamp": render(event.at), "data": data}
    return Delivery(
        id=delivery_id(ticket.id, event.number, purpose, url), ticket=ticket.id, number=event.number, purpose=purpose, unit=ticket.unit,
        person=ticket.assignee, url=url, body=msgspec.json.encode(body), created_at=event.at, next_at=event.at, life_safety=about.life_safety,
    )  # fmt: skip
