"""A ticket: the fold of its events, and nothing else."""

from collections.abc import Iterable, Mapping

import msgspec

from config.matters import Standard
from config.moment import Micros
from dispatch.event import GENESIS, Opening, TicketEvent, seal
from dispatch.lifecycle import BY_FACT, ENDED, STORY, Fact, Move, Row, State

Pause = tuple[Micros, Micros]
"""A stretch of time that the case clock does not count."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a case after ``version`` events.

    Attributes:
        id: uuid5 of the alert's id for automatic tickets.
        version: number of events.
        state: where it stands.
        opening: what it is about.
        alerts: ids of its alerts, the opening one first.
        follows: the earlier ticket at the same place.
        standard: the standard it was accepted under.
        unit: who handles it.
        assignee: who was proposed or took it.
        handlers: everybody who ever submitted a result; none of them may verify.
        photos: references to people's pictures, in order.
        route: why this unit and this person.
        made: who made each move last.
        barred: who may not make a forward move any more, since it was returned to them.
        withdrawal_offered_at: when the trouble cleared by itself before dispatch.
        cleared: those of its alerts that have resolved.
        alert_resolved_at: when the last of its alerts resolved; ``None`` while one fires.
        rework: how often verification failed.
        opened_at: first event.
        changed_at: last event.
        changed_by: its actor.
        clock_started_at: when the case clock began: the first dispatch.
        pauses: what the case clock does not count.
        clock_stopped_at: the unit's confirm, or the end of the case.
        ended_at: when it was closed, refused or withdrawn.
        hash: hash of the last event.
    """

    id: str
    version: int
    state: State
    opening: Opening
    opened_at: Micros
    changed_at: Micros
    changed_by: str
    hash: str
    alerts: tuple[str, ...] = ()
    follows: str | None = None
    standard: Standard | None = None
    unit: str | None = None
    assignee: str | None = None
    handlers: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    made: Mapping[Move, str] = {}
    barred: Mapping[Move, tuple[str, ...]] = {}
    withdrawal_offered_at: Micros | None = None
    cleared: tuple[str, ...] = ()
    alert_resolved_at: Micros | None = None
    rework: int = 0
    clock_started_at: Micros | None = None
    pauses: tuple[Pause, ...] = ()
    clock_stopped_at: Micros | None = None
    ended_at: Micros | None = None

    @property
    def ended(self) -> bool:
        """Whether nobody owes anything any more."""
        return self.state in ENDED


class HistoryError(ValueError):
    """An event does not follow from the ones before it."""


def fold(events: Iterable[TicketEvent]) -> Ticket:
    """The ticket that a whole history amounts to.

    Raises:
        HistoryError: no event at all, or one that the lifecycle does not know.
    """
    ticket: Ticket | None = None
    for event in events:
        ticket = apply(ticket, event)
    if ticket is None:
        msg = "a ticket has at least one event"
        raise HistoryError(msg)
    return ticket


def apply(ticket: Ticket | None, event: TicketEvent) -> Ticket:
    """One step of the fold.

    Raises:
        HistoryError: the event is not the next one of this ticket, or the lifecycle has no row for it.
    """
    if ticket is None:
        return _begin(event)
    if event.ticket != ticket.id or event.number != ticket.version + 1:
        msg = f"event {event.number} of {event.ticket} does not follow version {ticket.version} of {ticket.id}"
        raise HistoryError(msg)
    changes = _story(ticket, event) if event.fact in STORY else _step(ticket, event)
    return msgspec.structs.replace(
        ticket, version=event.number, changed_at=event.at, changed_by=event.actor, hash=event.hash,
        photos=ticket.photos + event.particulars.photos, **changes,
    )  # fmt: skip


def following(ticket: Ticket | None, event: TicketEvent) -> TicketEvent:
    """Number and seal an event as the next one of a ticket."""
    number, previous = (ticket.version + 1, ticket.hash) if ticket is not None else (1, GENESIS)
    return seal(msgspec.structs.replace(event, number=number, previous=previous))


def _begin(event: TicketEvent) -> Ticket:
    told = event.particulars
    if event.fact is not Fact.REPORTED or event.number != 1 or told.opening is None:
        msg = f"a ticket begins with {Fact.REPORTED.value} and says what it is about, not with event {event.number} {event.fact.value}"
        raise HistoryError(msg)
    return Ticket(
        id=event.ticket, version=1, state=State.REPORTED, opening=told.opening, follows=told.follows, photos=told.photos,
        alerts=(told.alert,) if told.alert is not None else (),
        opened_at=event.at, changed_at=event.at, changed_by=event.actor, hash=event.hash,
    )  # fmt: skip


def _story(ticket: Ticket, event: TicketEvent) -> dict[str, object]:
    told = event.particulars
    if event.fact is Fact.ALERT_JOINED and told.alert is not None:
        return {"alerts": (*ticket.alerts, told.alert), "alert_resolved_at": None, "withdrawal_offered_at": None}
    if event.fact is Fact.ALERT_RESOLVED and told.alert is not None:
        cleared = (*ticket.cleared, told.alert)
        return {"cleared": cleared, "alert_resolved_at": event.at if {*cleared} >= {*ticket.alerts} else None}
    if event.fact is Fact.WITHDRAWAL_OFFERED:
        return {"withdrawal_offered_at": event.at}
    return {}


def _step(ticket: Ticket, event: TicketEvent) -> dict[str, object]:
    row = BY_FACT.get((ticket.state, event.fact))
    if row is None:
        msg = f"{event.fact.value} cannot happen to a ticket that is {ticket.state.value}"
        raise HistoryError(msg)
    told = event.particulars
    changes: dict[str, object] = {"state": row.to, "made": {**ticket.made, row.move: event.actor}}
    if told.unit is not None:
        changes["unit"] = told.unit
    if told.standard is not None:
        changes["standard"] = told.standard
    if told.why:
        changes["route"] = told.why
    changes |= _people(ticket, row, event) | _clock(ticket, row, event)
    return changes


def _people(ticket: Ticket, row: Row, event: TicketEvent) -> dict[str, object]:
    changes: dict[str, object] = {}
    if row.undoes is not None and row.undoes in ticket.made:
        barred = dict.fromkeys((*ticket.barred.get(row.undoes, ()), ticket.made[row.undoes]))
        changes["barred"] = {**ticket.barred, row.undoes: tuple(barred)}
    if row.fact in (Fact.DISPATCHED, Fact.ASSIGNED):
        changes["assignee"] = event.particulars.person
    elif row.fact in (Fact.RETURNED, Fact.HANDED_BACK):
        changes["assignee"] = None
    if row.fact is Fact.RETURNED:
        changes["unit"] = None
    if row.fact is Fact.SUBMITTED:
        changes["handlers"] = tuple(dict.fromkeys((*ticket.handlers, event.actor)))
    if row.fact is Fact.FAILED:
        changes["rework"] = ticket.rework + 1
    return changes


def _clock(ticket: Ticket, row: Row, event: TicketEvent) -> dict[str, object]:
    changes: dict[str, object] = {}
    if row.fact is Fact.DISPATCHED and ticket.clock_started_at is None:
        changes["clock_started_at"] = event.at
    elif row.fact is Fact.CONFIRMED:
        changes["clock_stopped_at"] = event.at
    elif row.fact is Fact.FAILED and ticket.clock_stopped_at is not None:
        changes |= {"pauses": (*ticket.pauses, (ticket.clock_stopped_at, event.at)), "clock_stopped_at": None}
    if row.to in ENDED:
        changes |= {"ended_at": event.at, "clock_stopped_at": ticket.clock_stopped_at or event.at}
    return changes
