"""Whom every case book shows a picture."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from config.moment import SECOND
from dispatch.actor import SYSTEM, Actor
from dispatch.command import FactCommand, MoveCommand
from dispatch.desk import Desk
from dispatch.lifecycle import Fact, Move
from dispatch.ports import CaseBook
from dispatch.store import tables
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import reading
from dispatch.store.migrate import downgrade, upgrade
from dispatch.ticket import Ticket
from streams.alert import Change, TicketPolicy
from tests.contract.dispatch.conftest import Books
from tests.fakes.town import HOOK, PARKING, PHOTO, SMOKE, Watch, actor, alert, town

SEEN, LATER = "evidence:sha256/" + "1" * 64, "evidence:sha256/" + "2" * 64
EVERYBODY = ("sue", "lee", "nat", "finn", "dora", "cora", "root")
CITY = ("dora", "cora", "root")


async def viewers(book: CaseBook, picture: str) -> tuple[str, ...]:
    """Those of the town who may see a picture."""
    return tuple([person for person in EVERYBODY if await book.evidence_visible(actor(person), picture)])


async def act(book: CaseBook, ticket: str, who: str, name: Move, **fields: object) -> None:
    """Make a move on the present version."""
    found = await book.ticket(SYSTEM, ticket)
    assert found is not None
    done = await book.act(actor(who), MoveCommand(ticket=ticket, move=name, version=found.ticket.version, **fields))  # type: ignore[arg-type]
    assert isinstance(done, Ticket), done


async def test_a_picture_that_nothing_names_is_shown_to_nobody(books: Books) -> None:
    """Neither people nor the system see a picture that no row names."""
    assert await viewers(books.book, PHOTO) == ()
    assert not await books.book.evidence_visible(SYSTEM, PHOTO)


@pytest.mark.parametrize(
    ("category", "seen_by"), [(PARKING, ("sue", "lee", *CITY)), (SMOKE, ("finn", *CITY))], ids=["of the order unit", "of the fire unit"]
)
@pytest.mark.parametrize("policy", [TicketPolicy.AUTO, TicketPolicy.NONE])
async def test_an_alerts_picture_is_shown_within_its_scope(
    books: Books, category: str, seen_by: tuple[str, ...], policy: TicketPolicy
) -> None:
    """The unit that answers for an alert sees its picture, with or without a ticket; so does who serves the whole city."""
    await books.book.take_alert(alert(category, evidence=(SEEN,), ticket=policy))
    assert await viewers(books.book, SEEN) == seen_by
    assert await books.book.evidence_visible(SYSTEM, SEEN)


async def test_an_uploader_sees_the_picture_at_once_and_alone(books: Books) -> None:
    """Before a picture is attached only its uploader sees it; a second upload of the same bytes adds a second uploader."""
    await books.book.note_upload(actor("sue"), PHOTO)
    assert await viewers(books.book, PHOTO) == ("sue",)
    assert not await books.book.evidence_visible(SYSTEM, PHOTO)
    for person in ("finn", "sue"):
        await books.book.note_upload(actor(person), PHOTO)
    assert await viewers(books.book, PHOTO) == ("sue", "finn")


async def test_an_actor_is_no_unit_and_no_ticket(books: Books) -> None:
    """Whose id happens to be that of a row is not shown what the row names."""
    case = await books.book.take_alert(alert(evidence=(SEEN,)))
    for name in (case.id, case.ticket):
        assert not await books.book.evidence_visible(Actor(id=str(name)), SEEN)


async def test_a_photo_is_shown_to_whom_the_ticket_is(books: Books) -> None:
    """A photo that was added to a ticket is seen by everybody who sees the ticket, and by no other unit."""
    case = await books.book.take_alert(alert())
    await books.book.note_upload(actor("sue"), PHOTO)
    done = await books.book.add_fact(actor("sue"), FactCommand(ticket=str(case.ticket), fact=Fact.PHOTOGRAPHED, photos=(PHOTO,)))
    assert isinstance(done, Ticket), done
    assert await viewers(books.book, PHOTO) == ("sue", "lee", *CITY)


async def test_pictures_follow_the_ticket_to_another_unit(books: Books) -> None:
    """When a ticket goes to another unit that one sees its pictures and its alerts'; the first keeps its alerts', and its own uploads."""
    case = await books.book.take_alert(alert(evidence=(SEEN,)))
    ticket = str(case.ticket)
    await books.book.note_upload(actor("sue"), PHOTO)
    await books.book.add_fact(actor("sue"), FactCommand(ticket=ticket, fact=Fact.PHOTOGRAPHED, photos=(PHOTO,)))
    await act(books.book, ticket, "lee", Move.RETURN, reason="not ours")
    await act(books.book, ticket, "dora", Move.DISPATCH, unit="fire")
    assert await viewers(books.book, PHOTO) == ("sue", "finn", *CITY)
    assert await viewers(books.book, SEEN) == ("sue", "lee", "finn", *CITY)


async def test_every_picture_of_an_episode_counts(books: Books) -> None:
    """A picture that only an earlier change of an alert named stays in sight, as that change does, and a repeated change is no error."""
    await books.book.take_alert(alert(evidence=(SEEN,)))
    change = alert(event=Change.RESOLVED, after=SECOND, evidence=(SEEN, LATER))
    for _ in range(2):
        await books.book.take_alert(change)
    assert await viewers(books.book, SEEN) == await viewers(books.book, LATER) == ("sue", "lee", *CITY)


async def test_one_picture_of_two_cases_is_shown_to_both_sides(books: Books) -> None:
    """A picture that two alerts name is seen by whoever sees one of them."""
    for category in (PARKING, SMOKE):
        await books.book.take_alert(alert(category, evidence=(SEEN,)))
    assert await viewers(books.book, SEEN) == ("sue", "lee", "finn", *CITY)


async def test_a_database_of_before_knows_whose_its_pictures_are(engine: AsyncEngine) -> None:
    """The step that adds the table fills it from the events that there are; loose uploads have no uploader any more."""
    book = SqlCaseBook(engine, Desk(town()), Watch(), webhook=HOOK)
    case = await book.take_alert(alert(evidence=(SEEN, LATER)))
    await book.take_alert(alert(SMOKE))
    await book.add_fact(actor("sue"), FactCommand(ticket=str(case.ticket), fact=Fact.PHOTOGRAPHED, photos=(PHOTO,)))
    select = sa.select(tables.evidence).order_by(*tables.evidence.c)
    async with reading(engine) as connection:
        before = [tuple(row) for row in await connection.execute(select)]
    await book.note_upload(actor("sue"), "evidence:sha256/" + "3" * 64)
    await downgrade(engine, "0001")
    await upgrade(engine)
    async with reading(engine) as connection:
        assert [tuple(row) for row in await connection.execute(select)] == before
    assert [row[1:] for row in before] == [
        ("alert", case.id), ("ticket", case.ticket), ("alert", case.id), ("ticket", case.ticket), ("ticket", case.ticket)
    ]  # fmt: skip
