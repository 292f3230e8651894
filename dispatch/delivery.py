"""A notice on its way to somebody: one row of the notification table."""

from enum import StrEnum

import msgspec

from config.moment import Micros


class DeliveryState(StrEnum):
    """Waiting for its (next) try, sent, or given up with the reason kept."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Purpose(StrEnum):
    """Why somebody is told."""

    DISPATCHED = "dispatched"
    ASSIGNED = "assigned"
    ALERT_JOINED = "alert_joined"
    REWORK = "rework"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    GROUP = "group"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One notice to one address.

    Attributes:
        id: uuid5(ticket, event number, purpose, address): a repeat carries the same one, and receivers fold it.
        ticket: id; ``None`` for the notice of a group.
        number: the event that it tells of; for a group, which of its notices it is.
        purpose: why.
        unit: to which unit.
        person: to whom.
        url: where it goes.
        body: JSON.
        state: waiting, sent or dead.
        attempts: tries so far.
        next_at: when to try (again).
        created_at: when the event was written.
        sent_at: when the receiver acknowledged it.
        error: why the last try failed; kept for the dead.
        life_safety: goes before all others.
        group: id of the group that it speaks for.
    """

    id: str
    ticket: str | None
    number: int
    purpose: Purpose
    unit: str | None
    person: str | None
    url: str
    body: bytes
    created_at: Micros
    next_at: Micros
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    sent_at: Micros | None = None
    error: str | None = None
    life_safety: bool = False
    group: str | None = None
