"""Tickets as the API shows them."""

from datetime import datetime

import msgspec

from config.kinds import Text
from config.matters import ClockType, Standard
from config.moment import to_datetime
from console.directory import Coded, Directory, Named
from console.shapes.alerts import Place, place_of, when
from dispatch.clocks.lights import ClockView, Light
from dispatch.delivery import DeliveryState, Purpose
from dispatch.event import TicketEvent
from dispatch.lifecycle import Fact, State
from dispatch.permission import LegalMove
from dispatch.query import TicketDetail as TicketFile
from dispatch.ticket import Ticket
from streams.alert import Severity


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit.

    Attributes:
        name: which one.
        type: how it is counted.
        limit: in units of the type.
        started_at: when it began.
        due_at: when the counted time reaches the limit.
        stopped_at: when it stopped.
        part: counted time as a part of the limit; above 1 when overdue.
        light: green up to 0.8, yellow up to 1, red beyond.
    """

    name: str
    type: ClockType
    limit: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    part: float
    light: Light


class StandardShape(msgspec.Struct, frozen=True, kw_only=True):
    """A standard: under which condition of the category, and when the case is closed."""

    condition: str
    closing_condition: str
    limit: int
    clock: ClockType


class TicketRow(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket as a line of a list.

    Attributes:
        id: its id.
        version: what a move has to carry.
        state: where it stands.
        category: what it is about.
        severity: of its alert.
        summary: what is told to people.
        life_safety: whether lives may be at stake.
        place: name of the place.
        cell: code of the cell.
        position: where.
        source: camera or sensor.
        unit: who handles it.
        assignee: whose task it is, or would be.
        opened_at: when it was reported.
        changed_at: when it last changed.
        clock: its time limit, when one runs or has run.
        rework: how often verification failed.
        evidence: references to the alert's pictures.
    """

    id: str
    version: int
    state: State
    category: Coded
    severity: Severity
    summary: Text
    life_safety: bool
    place: str
    cell: str | None
    position: Place | None
    source: str | None
    unit: Named | None
    assignee: Named | None
    opened_at: datetime
    changed_at: datetime
    clock: Clock | None
    rework: int
    evidence: tuple[str, ...]


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a ticket's history."""

    number: int
    fact: Fact
    at: datetime
    by: Named
    reason: str | None
    note: str | None
    photos: tuple[str, ...]
    person: Named | None
    unit: Named | None
    standard: str | None
    hash: str


class ChoicesShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the needs of the moves can be filled with."""

    standards: tuple[StandardShape, ...]
    persons: tuple[Named, ...]
    units: tuple[Named, ...]


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A notice about the ticket; ``error`` says why one was given up."""

    purpose: Purpose
    state: DeliveryState
    attempts: int
    sent_at: datetime | None
    error: str | None


class TicketDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a ticket, for the one who asks.

    Attributes:
        ticket: as in the list.
        standard: under which it was accepted.
        follows: the earlier ticket at the same place.
        alerts: ids of its alerts.
        handlers: who submitted results; none of them may verify.
        photos: people's pictures.
        route: why this unit and this person.
        arrived_at: when somebody was last at the place.
        withdrawal_offered: the trouble cleared by itself before dispatch.
        moves: what the one who asks may do now.
        choices: what the moves' needs can be filled with.
        clocks: every time limit.
        history: what happened, oldest first.
        deliveries: notices.
    """

    ticket: TicketRow
    standard: StandardShape | None
    follows: str | None
    alerts: tuple[str, ...]
    handlers: tuple[Named, ...]
    photos: tuple[str, ...]
    route: tuple[str, ...]
    arrived_at: datetime | None
    withdrawal_offered: bool
    moves: tuple[LegalMove, ...]
    choices: ChoicesShape
    clocks: tuple[Clock, ...]
    history: tuple[HistoryLine, ...]
    deliveries: tuple[DeliveryLine, ...]


class TicketList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of tickets; ``next`` goes into ``after`` for the following one."""

    items: tuple[TicketRow, ...]
    next: str | None


def clock_shape(view: ClockView) -> Clock:
    """A clock with its counted time as a part of the limit."""
    return Clock(
        name=view.name, type=view.type, limit=view.limit, started_at=to_datetime(view.started_at), due_at=to_datetime(view.due_at),
        stopped_at=when(view.stopped_at), part=round(view.counted / view.total, 4) if view.total else 0.0, light=view.light,
    )  # fmt: skip


def ticket_row(ticket: Ticket, clock: ClockView | None, directory: Directory) -> TicketRow:
    """A ticket as a line of a list."""
    about = ticket.opening
    return TicketRow(
        id=ticket.id, version=ticket.version, state=ticket.state, category=directory.category(about.category), severity=about.severity,
        summary=about.summary, life_safety=about.life_safety, place=about.place, cell=about.cell, position=place_of(about.position),
        source=about.source, unit=None if ticket.unit is None else directory.unit(ticket.unit),
        assignee=None if ticket.assignee is None else directory.person(ticket.assignee),
        opened_at=to_datetime(ticket.opened_at), changed_at=to_datetime(ticket.changed_at),
        clock=None if clock is None else clock_shape(clock), rework=ticket.rework, evidence=about.evidence,
    )  # fmt: skip


def ticket_detail(file: TicketFile, directory: Directory) -> TicketDetail:
    """Everything about a ticket."""
    ticket = file.ticket
    arrivals = [event.at for event in file.events if event.fact is Fact.ARRIVED]
    return TicketDetail(
        ticket=ticket_row(ticket, file.clocks[0] if file.clocks else None, directory),
        standard=None if ticket.standard is None else _standard(ticket.standard),
        follows=ticket.follows, alerts=ticket.alerts, handlers=tuple(directory.person(handler) for handler in ticket.handlers),
        photos=ticket.photos, route=ticket.route, arrived_at=when(arrivals[-1] if arrivals else None),
        withdrawal_offered=ticket.withdrawal_offered_at is not None and not ticket.ended, moves=file.moves,
        choices=ChoicesShape(
            standards=tuple(_standard(standard) for standard in file.choices.standards),
            persons=tuple(directory.person(person) for person in file.choices.persons),
            units=tuple(directory.unit(unit) for unit in file.choices.units),
        ),
        clocks=tuple(clock_shape(view) for view in file.clocks),
        history=tuple(_line(event, directory) for event in file.events),
        deliveries=tuple(
            DeliveryLine(purpose=notice.purpose, state=notice.state, attempts=notice.attempts, sent_at=when(notice.sent_at), error=notice.error)
            for notice in file.deliveries
        ),
    )  # fmt: skip


def _standard(standard: Standard) -> StandardShape:
    return StandardShape(
        condition=standard.condition, closing_condition=standard.closing_condition, limit=standard.limit, clock=standard.clock
    )


def _line(event: TicketEvent, directory: Directory) -> HistoryLine:
    told = event.particulars
    return HistoryLine(
        number=event.number, fact=event.fact, at=to_datetime(event.at), by=directory.person(event.actor), reason=told.reason, note=told.note,
        photos=told.photos, person=None if told.person is None else directory.person(told.person),
        unit=None if told.unit is None else directory.unit(told.unit),
        standard=None if told.standard is None else told.standard.condition, hash=event.hash,
    )  # fmt: skip
