"""What every case book does with alerts."""

from config.moment import SECOND
from dispatch.actor import SYSTEM
from dispatch.alertcase import AlertCase, AlertState
from dispatch.lifecycle import Fact, State
from dispatch.query import AlertQuery, TicketDetail, TicketQuery
from dispatch.refusal import Refusal, RefusalKind
from streams.alert import Change, TicketPolicy
from streams.observation import Position
from tests.contract.dispatch.conftest import Books
from tests.fakes.town import BIN, NOON, SMOKE, actor, alert


async def detail(books: Books, ticket: str | None) -> TicketDetail:
    found = await books.book.ticket(SYSTEM, ticket or "")
    assert found is not None
    return found


async def test_an_automatic_alert_becomes_one_dispatched_ticket(books: Books) -> None:
    """An alert with ``ticket: auto`` is accepted and dispatched in one go to the unit and the person on duty."""
    case = await books.book.take_alert(alert())
    found = await detail(books, case.ticket)
    assert [event.fact for event in found.events] == [Fact.REPORTED, Fact.ACCEPTED, Fact.DISPATCHED]
    assert (found.ticket.state, found.ticket.unit, found.ticket.assignee) == (State.DISPATCHED, "order", "sue")
    assert found.ticket.opening.cell == "A1"
    assert found.alerts == (case,)
    assert case.summary.en == "Trouble at West House 1"


async def test_a_repeated_event_changes_nothing(books: Books) -> None:
    """The same ``event_id`` a second time leaves alert, ticket and feed as they are."""
    first = await books.book.take_alert(alert())
    head = await books.book.feed_head()
    books.watch.forward(60)
    assert await books.book.take_alert(alert()) == first
    assert await books.book.feed_head() == head


async def test_a_confirmed_alert_waits_for_the_acceptors(books: Books) -> None:
    """An alert with ``ticket: confirm`` opens a ticket that is only reported."""
    case = await books.book.take_alert(alert(ticket=TicketPolicy.CONFIRM))
    assert (await detail(books, case.ticket)).ticket.state is State.REPORTED


async def test_an_alert_without_ticket_policy_opens_none(books: Books) -> None:
    """An alert with ``ticket: none`` is shown and nothing else."""
    assert (await books.book.take_alert(alert(ticket=TicketPolicy.NONE))).ticket is None
    assert (await books.book.tickets(SYSTEM, TicketQuery())).items == ()


async def test_a_resolution_is_noted_on_the_dispatched_ticket(books: Books) -> None:
    """The end of the alert after dispatch is a fact of the ticket and closes nothing."""
    case = await books.book.take_alert(alert())
    books.watch.forward(30)
    resolved = await books.book.take_alert(alert(event=Change.RESOLVED, after=30 * SECOND))
    found = await detail(books, case.ticket)
    assert resolved.state is AlertState.RESOLVED
    assert found.ticket.state is State.DISPATCHED
    assert found.events[-1].fact is Fact.ALERT_RESOLVED


async def test_a_resolution_before_dispatch_offers_withdrawal(books: Books) -> None:
    """When the alert clears by itself before dispatch, the acceptor may withdraw the ticket, and nobody does it silently."""
    case = await books.book.take_alert(alert(ticket=TicketPolicy.CONFIRM))
    await books.book.take_alert(alert(event=Change.RESOLVED, after=SECOND, ticket=TicketPolicy.CONFIRM))
    found = await books.book.ticket(actor("ann"), case.ticket or "")
    assert found is not None
    assert found.ticket.state is State.REPORTED
    assert "withdraw" in [move.move.value for move in found.moves]


async def test_a_new_episode_at_the_same_place_joins_the_open_ticket(books: Books) -> None:
    """A second episode of the same camera zone within the window is one more alert of the same ticket."""
    first = await books.book.take_alert(alert())
    books.watch.forward(600)
    second = await books.book.take_alert(alert(starts_at=NOON + 600 * SECOND))
    found = await detail(books, first.ticket)
    assert second.ticket == first.ticket
    assert [case.id for case in found.alerts] == [first.id, second.id]
    assert found.events[-1].fact is Fact.ALERT_JOINED


async def test_another_place_opens_another_ticket(books: Books) -> None:
    """Two smoke alarms in neighbouring flats are two tickets, although they lie in one cell."""
    first = await books.book.take_alert(alert(SMOKE))
    second = await books.book.take_alert(alert(SMOKE, source="sensor/2"))
    assert first.ticket != second.ticket


async def test_alerts_are_listed_newest_first_and_paged(books: Books) -> None:
    """Pages follow each other without a gap or a repeat, the newest change first."""
    taken = []
    for number in range(5):
        books.watch.forward(1)
        taken.append((await books.book.take_alert(alert(BIN, source=f"sensor/{number}", position=Position(0.1, 0.1)))).id)
    first = await books.book.alerts(SYSTEM, AlertQuery(limit=3))
    rest = await books.book.alerts(SYSTEM, AlertQuery(limit=3, after=first.next))
    assert [case.id for case in (*first.items, *rest.items)] == taken[::-1]
    assert rest.next is None


async def test_alerts_are_filtered(books: Books) -> None:
    """State, rule and acknowledgement narrow the list."""
    parking = await books.book.take_alert(alert())
    smoke = await books.book.take_alert(alert(SMOKE))
    await books.book.take_alert(alert(event=Change.RESOLVED, after=SECOND))
    await books.book.acknowledge_alert(actor("ann"), smoke.id)

    async def ids(query: AlertQuery) -> list[str]:
        return [case.id for case in (await books.book.alerts(SYSTEM, query)).items]

    assert await ids(AlertQuery(state=AlertState.FIRING)) == [smoke.id]
    assert await ids(AlertQuery(rule="illegal-parking")) == [parking.id]
    assert await ids(AlertQuery(acknowledged=True)) == [smoke.id]
    assert await ids(AlertQuery(acknowledged=False)) == [parking.id]


async def test_the_first_acknowledgement_counts(books: Books) -> None:
    """A second acknowledgement is no error and changes nothing."""
    case = await books.book.take_alert(alert())
    books.watch.forward(5)
    first = await books.book.acknowledge_alert(actor("ann"), case.id)
    books.watch.forward(5)
    assert isinstance(first, AlertCase)
    assert first.acknowledged_by == "ann"
    assert await books.book.acknowledge_alert(actor("abe"), case.id) == first


async def test_an_unknown_alert_is_refused(books: Books) -> None:
    """An alert that nobody knows cannot be acknowledged and is not found."""
    answer = await books.book.acknowledge_alert(actor("ann"), "nope")
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.UNKNOWN
    assert await books.book.alert(actor("ann"), "nope") is None


async def test_rows_outside_of_the_unit_are_as_unknown(books: Books) -> None:
    """Staff see the alerts of their unit and those below it only; the operations centre sees all."""
    smoke = await books.book.take_alert(alert(SMOKE))
    assert await books.book.alert(actor("sam"), smoke.id) is None
    assert (await books.book.alerts(actor("sam"), AlertQuery())).items == ()
    assert isinstance(await books.book.acknowledge_alert(actor("sam"), smoke.id), Refusal)
    assert await books.book.alert(actor("finn"), smoke.id) is not None
    assert await books.book.alert(actor("ann"), smoke.id) is not None


async def test_an_alert_keeps_its_events(books: Books) -> None:
    """The detail of an alert holds every change that the rules told, oldest first."""
    case = await books.book.take_alert(alert())
    books.watch.forward(9)
    await books.book.take_alert(alert(event=Change.UPDATED, after=5 * SECOND))
    await books.book.take_alert(alert(event=Change.RESOLVED, after=9 * SECOND))
    found = await books.book.alert(SYSTEM, case.id)
    assert found is not None
    assert [event.event for event in found.events] == [Change.FIRING, Change.UPDATED, Change.RESOLVED]
