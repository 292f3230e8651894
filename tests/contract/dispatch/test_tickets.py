"""What every case book does with tickets."""

from config.moment import SECOND
from dispatch.actor import SYSTEM
from dispatch.clocks.lights import Light
from dispatch.command import FactCommand, MoveCommand
from dispatch.delivery import Purpose
from dispatch.event import broken_link
from dispatch.lifecycle import Fact, Move, Need, State
from dispatch.query import Subject, TicketQuery
from dispatch.refusal import Refusal, RefusalKind
from dispatch.ticket import Ticket, fold
from streams.alert import TicketPolicy
from tests.contract.dispatch.conftest import Books
from tests.fakes.town import BIN, NOON, PHOTO, SMOKE, actor, alert


async def opened(books: Books, category: str = "09009", policy: TicketPolicy = TicketPolicy.AUTO) -> Ticket:
    case = await books.book.take_alert(alert(category, ticket=policy))
    found = await books.book.ticket(SYSTEM, case.ticket or "")
    assert found is not None
    return found.ticket


async def move(books: Books, ticket: Ticket, who: str, name: Move, **fields: object) -> Ticket:
    done = await books.book.act(actor(who), MoveCommand(ticket=ticket.id, move=name, version=ticket.version, **fields))  # type: ignore[arg-type]
    assert isinstance(done, Ticket), done
    return done


async def refused(books: Books, ticket: Ticket, who: str, name: Move, **fields: object) -> Refusal:
    fields = {"version": ticket.version} | fields
    done = await books.book.act(actor(who), MoveCommand(ticket=ticket.id, move=name, **fields))  # type: ignore[arg-type]
    assert isinstance(done, Refusal), done
    return done


async def handled(books: Books) -> Ticket:
    ticket = await move(books, await opened(books), "sue", Move.ASSIGN)
    return await move(books, ticket, "sue", Move.SUBMIT, note="towed", photos=(PHOTO,))


async def test_a_ticket_goes_from_alert_to_closed(books: Books) -> None:
    """Staff take and submit, the leader confirms, somebody else verifies, and the chain of its history is sound."""
    ticket = await move(books, await handled(books), "lee", Move.CONFIRM)
    ticket = await move(books, ticket, "cora", Move.PASS)
    found = await books.book.ticket(SYSTEM, ticket.id)
    assert found is not None
    assert (ticket.state, found.moves) == (State.CLOSED, ())
    assert ticket.standard is not None
    assert fold(found.events) == found.ticket == ticket
    assert broken_link(found.events) is None


async def test_a_stale_move_is_told_who_changed_what(books: Books) -> None:
    """The second of two moves that saw the same version is refused and changes nothing."""
    seen = await opened(books)
    await move(books, seen, "sue", Move.ASSIGN)
    answer = await refused(books, seen, "lee", Move.ASSIGN, person="sam")
    assert answer.kind is RefusalKind.STALE
    assert [(event.actor, event.fact) for event in answer.changed] == [("sue", Fact.ASSIGNED)]
    assert answer.version == seen.version + 1
    assert answer.what == "The ticket is at version 4, not 3: meanwhile sue assigned."


async def test_a_move_that_the_state_has_not_is_refused(books: Books) -> None:
    """A dispatched ticket cannot be closed; the refusal names the moves that there are."""
    answer = await refused(books, await opened(books), "cora", Move.PASS)
    assert (answer.kind, answer.fix) == (RefusalKind.ILLEGAL, "Known: assign, return.")


async def test_a_move_of_another_role_is_refused(books: Books) -> None:
    """A collector cannot take a ticket."""
    assert (await refused(books, await opened(books), "cora", Move.ASSIGN)).kind is RefusalKind.FORBIDDEN


async def test_a_submission_without_photo_and_note_is_incomplete(books: Books) -> None:
    """Submitting asks for both, and says which are missing."""
    ticket = await move(books, await opened(books), "sue", Move.ASSIGN)
    answer = await refused(books, ticket, "sue", Move.SUBMIT)
    assert (answer.kind, answer.missing) == (RefusalKind.INCOMPLETE, (Need.PHOTO, Need.NOTE))


async def test_a_ticket_out_of_scope_is_as_unknown(books: Books) -> None:
    """Staff of another unit neither see a ticket nor learn from a refusal that it exists."""
    ticket = await opened(books, SMOKE)
    answer = await refused(books, ticket, "sam", Move.ASSIGN)
    assert (answer.kind, answer.what) == (RefusalKind.UNKNOWN, f"There is no ticket {ticket.id}.")
    assert await books.book.ticket(actor("sam"), ticket.id) is None
    assert (await books.book.tickets(actor("sam"), TicketQuery())).items == ()


async def test_facts_are_added_without_a_version(books: Books) -> None:
    """Arriving, a note and a photo lengthen the story and leave the state."""
    ticket = await move(books, await opened(books), "sue", Move.ASSIGN)
    done: Ticket | Refusal = ticket
    for command in (
        FactCommand(ticket=ticket.id, fact=Fact.ARRIVED),
        FactCommand(ticket=ticket.id, fact=Fact.NOTED, note="blue van"),
        FactCommand(ticket=ticket.id, fact=Fact.PHOTOGRAPHED, photos=(PHOTO,)),
    ):
        done = await books.book.add_fact(actor("sue"), command)
        assert isinstance(done, Ticket)
        assert done.state is State.HANDLING
    assert isinstance(done, Ticket)
    assert (done.version, done.photos) == (ticket.version + 3, (PHOTO,))


async def test_a_fact_about_an_unknown_ticket_is_refused(books: Books) -> None:
    """A fact needs a ticket that is there."""
    answer = await books.book.add_fact(actor("sue"), FactCommand(ticket="nope", fact=Fact.ARRIVED))
    assert isinstance(answer, Refusal)
    assert answer.kind is RefusalKind.UNKNOWN


async def test_the_detail_tells_moves_choices_and_clocks(books: Books) -> None:
    """The leader of the unit is told whom he can assign, and how much of the limit has passed."""
    ticket = await opened(books)
    books.watch.forward(3 * 3600 * 0.9)
    found = await books.book.ticket(actor("lee"), ticket.id)
    assert found is not None
    assert [legal.move for legal in found.moves] == [Move.ASSIGN, Move.RETURN]
    assert found.choices.persons == ("lee", "nat", "sam", "sue")
    (clock,) = found.clocks
    assert (clock.due_at, clock.light) == (NOON + 3 * 3600 * SECOND, Light.YELLOW)


async def test_tickets_are_filtered_and_paged(books: Books) -> None:
    """State, hands and unit narrow the list; pages follow each other."""
    parking = await opened(books)
    books.watch.forward(1)
    smoke = await opened(books, SMOKE)

    async def ids(query: TicketQuery) -> list[str]:
        return [ticket.id for ticket in (await books.book.tickets(SYSTEM, query)).items]

    assert await ids(TicketQuery()) == [smoke.id, parking.id]
    assert await ids(TicketQuery(assignee="finn")) == [smoke.id]
    assert await ids(TicketQuery(unit="order")) == [parking.id]
    assert await ids(TicketQuery(unit="centre")) == [smoke.id, parking.id]
    assert await ids(TicketQuery(states=(State.CLOSED,))) == []
    first = await books.book.tickets(SYSTEM, TicketQuery(limit=1))
    assert await ids(TicketQuery(limit=1, after=first.next)) == [parking.id]


async def test_load_decides_between_people_on_duty(books: Books) -> None:
    """The second ticket goes to whoever has none yet, although the other one is nearer."""
    assert (await opened(books)).assignee == "sue"
    assert (await opened(books, BIN)).assignee == "sam"


async def test_a_dispatch_is_noticed_to_the_unit(books: Books) -> None:
    """A ticket's dispatch makes one notice, to the unit's own address where it has one."""
    found = await books.book.ticket(SYSTEM, (await opened(books, SMOKE)).id)
    assert found is not None
    (delivery,) = found.deliveries
    assert (delivery.purpose, delivery.url, delivery.person, delivery.number) == (Purpose.DISPATCHED, "http://127.0.0.1:9/fire", "finn", 3)
    assert delivery.life_safety


async def test_rework_keeps_evidence_and_unit_and_is_noticed(books: Books) -> None:
    """A failed verification sends the ticket back to the same unit with its pictures, and tells it."""
    ticket = await move(books, await handled(books), "lee", Move.CONFIRM)
    ticket = await move(books, ticket, "cora", Move.FAIL, reason="still there")
    found = await books.book.ticket(SYSTEM, ticket.id)
    assert found is not None
    assert (ticket.state, ticket.unit, ticket.photos, ticket.rework) == (State.DISPATCHED, "order", (PHOTO,), 1)
    assert [delivery.purpose for delivery in found.deliveries] == [Purpose.DISPATCHED, Purpose.REWORK]


async def test_the_feed_tells_every_change_in_order(books: Books) -> None:
    """Alert and ticket events come with growing numbers, and reading goes on after any of them."""
    ticket = await opened(books)
    await move(books, ticket, "sue", Move.ASSIGN)
    items = await books.book.feed(SYSTEM, 0, 100)
    assert [(item.subject, item.event) for item in items] == [
        (Subject.ALERT, "firing"), (Subject.TICKET, "reported"), (Subject.TICKET, "accepted"), (Subject.TICKET, "dispatched"),
        (Subject.TICKET, "assigned"),
    ]  # fmt: skip
    sequences = [item.sequence for item in items]
    assert sequences == sorted(set(sequences))
    assert sequences[-1] == await books.book.feed_head()
    assert await books.book.feed(SYSTEM, sequences[2], 1) == items[3:4]


async def test_the_feed_respects_the_scope(books: Books) -> None:
    """Staff hear of their own unit's changes only."""
    await opened(books, SMOKE)
    assert await books.book.feed(actor("sam"), 0, 100) == ()
    assert len(await books.book.feed(actor("finn"), 0, 100)) == 4


async def test_the_summary_counts_what_the_actor_sees(books: Books) -> None:
    """Counts by state name every state; what is out of scope is not counted; overdue tickets are."""
    await opened(books)
    await opened(books, SMOKE)
    books.watch.forward(3600)
    everything = await books.book.summary(actor("root"))
    assert everything.alerts == {"firing": 2, "resolved": 0}
    assert everything.alerts_by_rule == {"illegal-parking": 1, "smoke-alarm": 1}
    assert (everything.unacknowledged, everything.overdue) == (2, 1)
    assert set(everything.tickets) == {state.value for state in State}
    assert everything.tickets["dispatched"] == 2
    assert everything.deliveries == {"waiting": 2, "sent": 0, "dead": 0}
    assert (await books.book.summary(actor("sam"))).tickets["dispatched"] == 1
