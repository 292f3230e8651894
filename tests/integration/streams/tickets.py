"""Dispatch behind a disturbed engine, and the comparison of its tickets with those of the undisturbed fold's alerts."""

import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import NamedTuple

import msgspec

from dispatch.actor import SYSTEM
from dispatch.desk import Desk
from dispatch.event import TicketEvent, broken_link
from dispatch.intake import ticket_id
from dispatch.lifecycle import State
from dispatch.ports import CaseBook
from dispatch.query import TicketQuery
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from dispatch.ticket import Ticket
from streams.alert import AlertEvent, Change
from streams.clock import system_clock
from streams.topics import TICKETS
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.dispatchprocess import DispatchProcess
from tests.fakes.town import town
from tests.integration.streams.compare import Outcome
from tests.integration.streams.readback import read_log

CATCH_UP_SECONDS = 60.0
Place = tuple[str, str | None, str | None]
"""Category, source and zone: nobody works on the tickets, so every alert of a place belongs to its one ticket."""


class Case(NamedTuple):
    """What a ticket comes to, whenever and in however many tries its alerts arrived.

    Attributes:
        state: where it stands.
        alerts: the alerts that it names.
        cleared: those of them that have ended.
        version: how many events it has: none is missing and none was told twice.
    """

    state: State
    alerts: frozenset[str]
    cleared: frozenset[str]
    version: int


async def compare_tickets(process: DispatchProcess, outcome: Outcome) -> int:
    """Wait until dispatch has taken in every alert and sent on every event, end it, and compare; returns how many tickets there are.

    Raises:
        AssertionError: tickets, their alerts or their published events differ from those of an undisturbed run.
    """
    events = [(msgspec.json.decode(value, type=AlertEvent), partition) for value, partition in outcome.alerts]
    _catch_up(process, len(events))
    assert process.stop() == 0, process.log.read_text()[-3000:]
    undisturbed = MemoryCaseBook(Desk(town()), system_clock)
    for event, _ in events:
        await undisturbed.take_alert(event)
    engine = open_engine(process.settings.database_url)
    try:
        book = SqlCaseBook(engine, Desk(town()), system_clock)
        tickets = await _tickets(book)
        wanted = await _tickets(undisturbed)
        assert _cases(tickets) == _cases(wanted)
        assert len(tickets) == len(wanted), "a place has more than one ticket"
        openings = _openings(events)
        assert [ticket for ticket in tickets if ticket.id not in openings[_place(ticket)]] == []
        assert [ticket for ticket in tickets if ticket.id != ticket_id(ticket.alerts[0])] == []
        published = {(event.ticket, event.number): event for event in _published(process)}
        for ticket in tickets:
            detail = await book.ticket(SYSTEM, ticket.id)
            assert detail is not None
            assert broken_link(detail.events) is None
            assert [published.pop((ticket.id, event.number), None) for event in detail.events] == list(detail.events)
        assert published == {}, "events of tickets that nobody has"
    finally:
        await engine.dispose()
    return len(tickets)


def revive(process: DispatchProcess) -> None:
    """Start dispatch again if it has ended by itself, as the supervisor would."""
    if not process.running:
        process.start()


def kill_at_work(process: DispatchProcess) -> int:
    """Kill dispatch once it has taken in some alerts, and start it again; returns how many changes of alerts those were."""
    revive(process)
    process.await_ready()
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while not _progress(process)[0]:
        assert time.monotonic() < deadline, f"no alert was taken in:\n{process.log.read_text()[-3000:]}"
        time.sleep(0.05)
    process.kill()
    taken, _ = _progress(process)
    process.start()
    return taken


def _progress(process: DispatchProcess) -> tuple[int, int]:
    """How many changes of alerts dispatch has taken in, and how many records it has yet to publish."""
    with closing(sqlite3.connect(process.settings.database_url.partition("///")[2], timeout=30)) as database:
        taken, waiting = database.execute("SELECT (SELECT count(*) FROM alert_events), (SELECT count(*) FROM outbox)").fetchone()
    return taken, waiting


def _catch_up(process: DispatchProcess, alert_events: int) -> None:
    """Wait until it has taken in and published everything; a slow machine may take its time as long as it gets on."""
    seen, deadline = _progress(process), time.monotonic() + CATCH_UP_SECONDS
    while (done := _progress(process))[0] < alert_events or done[1]:
        if done != seen:
            seen, deadline = done, time.monotonic() + CATCH_UP_SECONDS
        assert time.monotonic() < deadline, f"{done[0]} of {alert_events} changes taken in, {done[1]} records wait to be published"
        revive(process)
        time.sleep(0.5)


async def _tickets(book: CaseBook) -> list[Ticket]:
    """Every ticket, page by page."""
    found: list[Ticket] = []
    after: str | None = None
    while True:
        page = await book.tickets(SYSTEM, TicketQuery(limit=500, after=after))
        found.extend(page.items)
        if (after := page.next) is None:
            return found


def _cases(tickets: Iterable[Ticket]) -> Mapping[Place, Case]:
    return {_place(ticket): Case(ticket.state, frozenset(ticket.alerts), frozenset(ticket.cleared), ticket.version) for ticket in tickets}


def _place(ticket: Ticket) -> Place:
    return ticket.opening.category, ticket.opening.source, ticket.opening.zone


def _openings(events: Iterable[tuple[AlertEvent, int]]) -> Mapping[Place, set[str]]:
    """The ids that the ticket of each place can have.

    The first alert of a place opens its ticket. A topic keeps the order within a partition only, and an alert's id is its
    key: of the place's alerts, the first one in each partition may come first, in an undisturbed run as well.
    """
    found: dict[Place, dict[int, str]] = {}
    for event, partition in events:
        if event.event is not Change.RESOLVED:
            place = (event.category or "", event.source, event.zone)
            found.setdefault(place, {}).setdefault(partition, ticket_id(event.id))
    return {place: set(first.values()) for place, first in found.items()}


def _published(process: DispatchProcess) -> list[TicketEvent]:
    return [msgspec.json.decode(record.value, type=TicketEvent) for record in read_log(process.settings, (TICKETS,))]
