"""Tampered rows, found in a real database."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from dispatch.audit import Chained
from dispatch.command import FactCommand
from dispatch.desk import Desk
from dispatch.lifecycle import Fact
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.matchertext import parse_matcher
from dispatch.noise.silence import Silence
from dispatch.noisequery import SilenceAdded
from dispatch.store import tables
from dispatch.store.audit import Verdict, verify
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import writing
from dispatch.store.noisebook import SqlNoiseBook
from tests.fakes.noisebook import numbered
from tests.fakes.town import HOOK, NOON, SMOKE, Watch, actor, alert, town


def book_on(engine: AsyncEngine) -> SqlCaseBook:
    return SqlCaseBook(engine, Desk(town()), Watch(), webhook=HOOK)


async def written(engine: AsyncEngine, number: int = 3) -> list[str]:
    """Tickets of the fire unit, the first of them with a note."""
    cases = [await book_on(engine).take_alert(alert(SMOKE, source=f"sensor/{index + 1}")) for index in range(number)]
    names = [str(case.ticket) for case in cases]
    await book_on(engine).add_fact(actor("finn"), FactCommand(ticket=names[0], fact=Fact.NOTED, note="on my way"))
    return names


async def run(engine: AsyncEngine, *statements: sa.Executable) -> None:
    """Change rows behind the program's back."""
    async with writing(engine) as connection:
        for statement in statements:
            await connection.execute(statement)


def broken(verdict: Verdict) -> list[tuple[str, int, str]]:
    return [(fault.ticket, fault.sequence, fault.what) for fault in verdict.broken]


async def test_a_database_that_nobody_touched_is_sound(engine: AsyncEngine) -> None:
    """Every ticket and every event is examined, whatever the size of a batch, and none is broken; an empty database is sound too."""
    assert await verify(engine) == Verdict(tickets=0, events=0, broken=())
    await written(engine)
    for batch in (1, 2, 200):
        assert await verify(engine, batch) == Verdict(tickets=3, events=10, broken=())


async def test_a_changed_word_is_found(engine: AsyncEngine) -> None:
    """A note that was rewritten in place is told with its ticket and its number."""
    first = (await written(engine))[0]
    body = tables.ticket_events.c.body
    await run(engine, sa.update(tables.ticket_events).values(body=sa.func.replace(body, "on my way", "been there")))
    assert broken(await verify(engine)) == [
        (first, 4, "The content of the event (noted, by finn) does not give its hash: it was changed."),
    ]


@pytest.mark.parametrize(
    ("number", "sequence", "what"),
    [
        (2, 3, "Event 3 stands where event 2 should: one is missing, or one too many."),
        (4, 4, "The ticket is at version 4, its history ends at 3."),
    ],
    ids=["in the middle", "at the end"],
)
async def test_a_removed_event_is_found(engine: AsyncEngine, number: int, sequence: int, what: str) -> None:
    """An event that was deleted leaves a gap, or a history that ends too early."""
    first = (await written(engine))[0]
    table = tables.ticket_events
    await run(engine, sa.delete(table).where(table.c.ticket == first, table.c.number == number))
    assert broken(await verify(engine)) == [(first, sequence, what)]


@pytest.mark.parametrize(("column", "value"), [("actor", "nobody"), ("at", 1), ("fact", "accepted"), ("hash", "0" * 64)])
async def test_a_changed_column_of_an_event_is_found(engine: AsyncEngine, column: str, value: object) -> None:
    """What lists are made from is held against the event itself."""
    first = (await written(engine))[0]
    table = tables.ticket_events
    await run(engine, sa.update(table).where(table.c.ticket == first, table.c.number == 4).values({column: value}))
    assert broken(await verify(engine)) == [(first, 4, f"The row says otherwise than the event that it holds: {column}.")]


@pytest.mark.parametrize(("column", "value"), [("unit", "order"), ("state", "closed"), ("assignee", None), ("ended_at", 5)])
async def test_a_changed_column_of_a_ticket_is_found(engine: AsyncEngine, column: str, value: object) -> None:
    """A ticket that was moved to another unit, or closed, in its row alone is told."""
    first = (await written(engine))[0]
    await run(engine, sa.update(tables.tickets).where(tables.tickets.c.id == first).values({column: value}))
    assert broken(await verify(engine)) == [(first, 0, f"The row says otherwise than the ticket that it holds: {column}.")]


async def test_what_cannot_be_read_is_a_fault_and_not_the_end(engine: AsyncEngine) -> None:
    """Rows that are no JSON, tickets that are gone and tickets without history are told one by one, and the rest is examined."""
    first, second, third = await written(engine)
    events, tickets = tables.ticket_events, tables.tickets
    await run(
        engine,
        sa.update(events).where(events.c.ticket == first, events.c.number == 2).values(body="{"),
        sa.delete(tickets).where(tickets.c.id == second),
        sa.delete(events).where(events.c.ticket == third),
    )
    verdict = await verify(engine, batch=1)
    found = {fault.ticket: (fault.sequence, fault.what) for fault in verdict.broken}
    assert (verdict.tickets, verdict.events) == (3, 7)
    assert found[first][0] == 2
    assert found[first][1].startswith("The event cannot be read: ")
    assert found[second] == (0, "There are events of this ticket, and the ticket itself is gone.")
    assert found[third] == (1, "The ticket is at version 3, its history ends at 0.")


async def test_a_ticket_that_cannot_be_read_is_told(engine: AsyncEngine) -> None:
    """A ticket's own JSON that is broken is a fault of the ticket."""
    first = (await written(engine))[0]
    await run(engine, sa.update(tables.tickets).where(tables.tickets.c.id == first).values(body="{}"))
    [(name, sequence, what)] = broken(await verify(engine))
    assert (name, sequence) == (first, 0)
    assert what.startswith("The ticket cannot be read: ")


async def test_who_writes_meanwhile_is_no_fault(engine: AsyncEngine) -> None:
    """An audit sees one moment: tickets that change while it reads are neither broken nor kept waiting."""
    names = await written(engine, 12)

    async def write() -> None:
        for round_ in range(4):
            for name in names:
                await book_on(engine).add_fact(actor("finn"), FactCommand(ticket=name, fact=Fact.NOTED, note=f"round {round_}"))

    writer = asyncio.create_task(write())
    while not writer.done():
        assert (await verify(engine, batch=1)).broken == ()
    await writer
    assert (await verify(engine)).events == 12 * 3 + 1 + 12 * 4


async def test_a_silence_is_audited_as_tickets_are(engine: AsyncEngine) -> None:
    """A changed event, a changed row, a row without history and a history without row are each told, and sound ones are counted."""
    noise = SqlNoiseBook(engine, Desk(town()), Watch(), draw=numbered())
    draft = SilenceDraft(matchers=(parse_matcher("rule=x"),), comment="works", ends_at=NOON + 10**9)
    for _ in range(5):
        assert isinstance(await noise.add_silence(actor("dora"), draft), SilenceAdded)
    assert isinstance(await noise.expire_silence(actor("root"), "silence-1"), Silence)
    assert await verify(engine) == Verdict(tickets=0, events=0, broken=(), silences=5)
    silences, events = tables.silences, tables.silence_events
    async with writing(engine) as connection:
        body = await connection.scalar(sa.select(events.c.body).where(events.c.silence == "silence-1", events.c.number == 1))
        told = str(body).replace("works", "peace")
        await connection.execute(sa.update(events).where(events.c.silence == "silence-1", events.c.number == 1).values(body=told))
        await connection.execute(sa.update(silences).where(silences.c.id == "silence-2").values(author="nobody"))
        await connection.execute(sa.delete(events).where(events.c.silence == "silence-3"))
        await connection.execute(sa.delete(silences).where(silences.c.id == "silence-4"))
        await connection.execute(sa.update(silences).where(silences.c.id == "silence-5").values(body="{"))
    verdict = await verify(engine)
    assert {fault.kind for fault in verdict.broken} == {Chained.SILENCE}
    assert [(fault.ticket, fault.sequence, fault.what.split(":")[0]) for fault in verdict.broken] == [
        ("silence-1", 1, "The content of the event (created, by dora) does not give its hash"),
        ("silence-2", 0, "The row says otherwise than the silence that it holds"),
        ("silence-3", 1, "The silence has no history."),
        ("silence-4", 0, "There are events of this silence, and the silence itself is gone."),
        ("silence-5", 0, "The silence or its history cannot be read"),
    ]
