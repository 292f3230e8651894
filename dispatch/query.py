"""What the console asks for, and the pages it gets."""

from enum import StrEnum

import msgspec

from config.matters import Standard
from config.moment import Micros
from dispatch.alertcase import AlertCase, AlertState
from dispatch.clocks.lights import ClockView
from dispatch.delivery import Delivery
from dispatch.event import TicketEvent
from dispatch.lifecycle import State
from dispatch.permission import LegalMove
from dispatch.ticket import Ticket
from streams.alert import AlertEvent


class AlertQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts, newest change first.

    Attributes:
        state: only these.
        rule: only of this rule.
        acknowledged: only acknowledged or only unacknowledged ones; ``None`` for both.
        suppressed: only those that are kept quiet, or only those that are not; ``None`` for both.
        limit: at most so many, 1 to 500.
        after: the ``next`` of the page before.
    """

    state: AlertState | None = None
    rule: str | None = None
    acknowledged: bool | None = None
    suppressed: bool | None = None
    limit: int = 100
    after: str | None = None


class TicketQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which tickets, newest change first.

    Attributes:
        states: only in these; empty for all.
        assignee: only in these hands.
        unit: only of this unit and those below it.
        limit: at most so many, 1 to 500.
        after: the ``next`` of the page before.
    """

    states: tuple[State, ...] = ()
    assignee: str | None = None
    unit: str | None = None
    limit: int = 100
    after: str | None = None


class AlertPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some alerts, and how to ask for more (``None``: that was all)."""

    items: tuple[AlertCase, ...]
    next: str | None = None


class TicketPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some tickets, and how to ask for more (``None``: that was all)."""

    items: tuple[Ticket, ...]
    next: str | None = None


class AlertDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with its events, oldest first."""

    alert: AlertCase
    events: tuple[AlertEvent, ...]


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the needs of a ticket's moves can be filled with.

    Attributes:
        standards: rows of the category; while verifying, the one it was accepted under.
        persons: ids of people of the ticket's unit who can handle it.
        units: ids of all units, routing's proposal first.
    """

    standards: tuple[Standard, ...] = ()
    persons: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class TicketDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a ticket, for one actor.

    Attributes:
        ticket: as it stands.
        events: its history, oldest first.
        moves: what the actor may do now.
        choices: what to fill the moves' needs with.
        clocks: its running limits.
        alerts: its alerts, the opening one first (each with its ``why``).
        deliveries: notices about it.
    """

    ticket: Ticket
    events: tuple[TicketEvent, ...]
    moves: tuple[LegalMove, ...]
    choices: Choices
    clocks: tuple[ClockView, ...]
    alerts: tuple[AlertCase, ...]
    deliveries: tuple[Delivery, ...]


class Subject(StrEnum):
    """What a line of the feed is about."""

    ALERT = "alert"
    TICKET = "ticket"
    DELIVERY = "delivery"


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One change, in the order of commits.

    Attributes:
        sequence: strictly increasing; what ``Last-Event-ID`` carries.
        at: when.
        subject: what it is about.
        id: of the alert, ticket or delivery.
        event: what happened (``firing``, ``dispatched``, ``sent``, ...).
        actor: who did it, if a person or the system acted on a ticket.
        unit: whom it concerns (row scope).
    """

    sequence: int
    at: Micros
    subject: Subject
    id: str
    event: str
    actor: str | None = None
    unit: str | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of what an actor may see.

    Attributes:
        alerts: by state.
        alerts_by_rule: by rule, firing ones only.
        unacknowledged: firing alerts that nobody has acknowledged, without those that are kept quiet.
        suppressed: firing alerts that are kept quiet.
        tickets: by state; every state is named.
        overdue: open tickets beyond their limit.
        deliveries: by state.
    """

    alerts: dict[str, int]
    alerts_by_rule: dict[str, int]
    unacknowledged: int
    suppressed: int
    tickets: dict[str, int]
    overdue: int
    deliveries: dict[str, int]
