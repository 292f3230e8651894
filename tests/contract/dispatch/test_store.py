"""What the database itself promises: the schema, one winner among rivals, and what waits to be sent."""

import asyncio

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from config.moment import SECOND
from dispatch.actor import SYSTEM
from dispatch.change import Addresses, of_decision
from dispatch.command import MoveCommand
from dispatch.decide import decide
from dispatch.delivery import DeliveryState
from dispatch.desk import Desk, Situation
from dispatch.event import TicketEvent
from dispatch.lifecycle import Move
from dispatch.query import Subject
from dispatch.refusal import Refusal, RefusalKind
from dispatch.store import rows, tables
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine, reading, writing
from dispatch.store.guard import Guard
from dispatch.store.migrate import BASE, SchemaError, current, downgrade, newest, upgrade
from dispatch.store.outbox import SqlDeliveries, SqlOutbox
from dispatch.store.writing import StaleTicketError, write
from dispatch.ticket import Ticket
from streams.alert import AlertEvent
from tests.fakes.town import HOOK, NOON, SMOKE, Watch, actor, alert, town

DESK = Desk(town())


def book_on(engine: AsyncEngine, watch: Watch | None = None) -> SqlCaseBook:
    return SqlCaseBook(engine, DESK, watch or Watch(), webhook=HOOK)


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), tables.METADATA))


async def test_the_steps_make_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    """After all steps the schema differs in nothing from the tables in the code."""
    async with reading(engine) as connection:
        assert await connection.run_sync(differences) == []
    assert await current(engine) == newest()


async def test_the_steps_lead_back_to_nothing_and_forward_again(empty_engine: AsyncEngine) -> None:
    """Downgrading to the base leaves no table of ours, and upgrading once more works."""
    await upgrade(empty_engine)
    assert await downgrade(empty_engine, BASE) is None
    async with reading(empty_engine) as connection:
        assert await connection.run_sync(lambda found: sa.inspect(found).get_table_names()) == ["alembic_version"]
    assert await upgrade(empty_engine) == newest()


async def test_processes_that_upgrade_at_once_do_not_disturb_each_other(empty_engine: AsyncEngine) -> None:
    """Several roles start together: one makes the tables, the others find them."""
    engines = [open_engine(empty_engine.url.render_as_string(hide_password=False)) for _ in range(4)]
    assert await asyncio.gather(*(upgrade(engine) for engine in engines)) == [newest()] * 4
    for engine in engines:
        await engine.dispose()


async def test_an_unknown_revision_is_an_error(engine: AsyncEngine) -> None:
    """A revision that no step has is refused by name."""
    with pytest.raises(SchemaError, match="revision '9999'"):
        await upgrade(engine, "9999")


async def test_of_rivals_with_one_version_one_wins(engine: AsyncEngine) -> None:
    """Ten moves at once that saw the same version: one is made, nine are told who made it."""
    case = await book_on(engine).take_alert(alert())
    command = MoveCommand(ticket=case.ticket or "", move=Move.ASSIGN, version=3)
    answers = await asyncio.gather(*(book_on(engine).act(actor("sue"), command) for _ in range(10)))
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(refusals) == 9
    assert {refusal.kind for refusal in refusals} == {RefusalKind.STALE}
    assert {event.actor for refusal in refusals for event in refusal.changed} == {"sue"}


async def test_the_same_alert_at_once_is_one_ticket(engine: AsyncEngine) -> None:
    """Ten processes that take the same change in at once write one alert, one ticket and one notice."""
    await asyncio.gather(*(book_on(engine).take_alert(alert()) for _ in range(10)))
    async with reading(engine) as connection:
        for table, count in (
            (tables.alerts, 1),
            (tables.alert_events, 1),
            (tables.tickets, 1),
            (tables.ticket_events, 3),
            (tables.deliveries, 1),
        ):
            assert await connection.scalar(sa.select(sa.func.count()).select_from(table)) == count


async def test_a_stale_write_is_refused_by_the_database(engine: AsyncEngine) -> None:
    """Even when a decision was taken on an old version, the version check of the update refuses it and nothing is written."""
    book = book_on(engine)
    case = await book.take_alert(alert())
    detail = await book.ticket(SYSTEM, case.ticket or "")
    assert detail is not None
    command = MoveCommand(ticket=detail.ticket.id, move=Move.ASSIGN, version=3)
    decision = decide(detail.ticket, detail.events, command, actor("sue"), Situation(NOON, DESK, {}))
    assert isinstance(decision, tuple)
    assert isinstance(await book.act(actor("sue"), command), Ticket)
    head = await book.feed_head()
    with pytest.raises(StaleTicketError):
        async with writing(engine) as connection:
            await write(connection, of_decision(detail.ticket, decision, Addresses(DESK, HOOK)))
    assert await book.feed_head() == head


async def test_a_failed_transaction_leaves_nothing(engine: AsyncEngine) -> None:
    """When anything fails within a transaction, neither alert nor ticket nor notice nor feed is there afterwards."""

    class Broken(SqlCaseBook):
        """Fails after everything was written, before the commit."""

        async def take_alert(self, event: AlertEvent) -> None:  # type: ignore[override]
            """Write and fail."""
            async with writing(self._engine) as connection:
                await connection.execute(sa.insert(tables.outbox), {"topic": "t", "key": event.id, "value": b"", "created_at": 0})
                raise ConnectionError

    with pytest.raises(ConnectionError):
        await Broken(engine, DESK, Watch()).take_alert(alert())
    assert await SqlOutbox(engine).pending(10) == ()


async def test_the_feeds_numbers_follow_the_commits(engine: AsyncEngine) -> None:
    """A reader that saw a number never misses a lower one that was committed later."""
    seen: list[int] = []
    done = asyncio.Event()

    async def read() -> None:
        while not done.is_set():
            items = await book_on(engine).feed(SYSTEM, seen[-1] if seen else 0, 500)
            seen.extend(item.sequence for item in items)
            await asyncio.sleep(0)

    reader = asyncio.create_task(read())
    await asyncio.gather(*(book_on(engine).take_alert(alert(SMOKE, source=f"sensor/{number}")) for number in range(20)))
    await asyncio.sleep(0.1)
    done.set()
    await reader
    every = [item.sequence for item in await book_on(engine).feed(SYSTEM, 0, 500)]
    assert seen == every
    assert len(every) == 80


async def test_the_outbox_holds_ticket_events_until_they_are_settled(engine: AsyncEngine) -> None:
    """Every event of a ticket waits in order; settled ones are gone for good."""
    await book_on(engine).take_alert(alert())
    outbox = SqlOutbox(engine)
    records = await outbox.pending(10)
    events = [msgspec.json.decode(record.value, type=TicketEvent) for record in records]
    assert [event.number for event in events] == [1, 2, 3]
    assert {record.key for record in records} == {events[0].ticket}
    await outbox.settle([record.sequence for record in records[:2]])
    assert [record.sequence for record in await outbox.pending(10)] == [records[2].sequence]


async def test_deliveries_come_due_life_safety_first(engine: AsyncEngine) -> None:
    """What is due comes with life safety first, without what is on its way, and not before its time."""
    watch = Watch()
    book, deliveries = book_on(engine, watch), SqlDeliveries(engine)
    await book.take_alert(alert())
    watch.forward(1)
    await book.take_alert(alert(SMOKE))
    due = await deliveries.due(watch.now, 10, ())
    assert [delivery.life_safety for delivery in due] == [True, False]
    assert await deliveries.due(watch.now, 10, [due[0].id]) == due[1:]
    assert await deliveries.due(NOON - 1, 10, ()) == ()
    assert await deliveries.next_at(NOON) == NOON + SECOND


async def test_what_was_sent_stays_sent(engine: AsyncEngine) -> None:
    """The end of a notice is a line of the feed, and a late failure of another process does not bring it back."""
    book, deliveries = book_on(engine), SqlDeliveries(engine)
    await book.take_alert(alert())
    (waiting,) = await deliveries.due(NOON, 10, ())
    await deliveries.record(msgspec.structs.replace(waiting, state=DeliveryState.SENT, sent_at=NOON, attempts=1), NOON)
    await deliveries.record(msgspec.structs.replace(waiting, attempts=2, error="late"), NOON)
    assert await deliveries.due(NOON + 10**9, 10, ()) == ()
    last = (await book.feed(SYSTEM, 0, 100))[-1]
    assert (last.subject, last.event, last.id) == (Subject.DELIVERY, "sent", waiting.id)
    assert (await book.summary(SYSTEM)).deliveries == {"waiting": 0, "sent": 1, "dead": 0}


async def test_one_process_at_a_time_sends(engine: AsyncEngine) -> None:
    """The second guard gets the right only when the first has given it back."""
    first, second = Guard(engine), Guard(engine)
    assert await first.held()
    assert not await second.held()
    assert await first.held()
    await first.release()
    assert await second.held()
    await second.release()


async def test_alerts_from_before_noise_control_are_filled_in(engine: AsyncEngine) -> None:
    """A database of the step before is brought forward with what is in it: the columns follow from the alerts, notices stay."""
    case = await book_on(engine).take_alert(alert())
    columns = {name: value for name, value in rows.alert_row(case).items() if name in {"series", "starts_at", "suppressed", "flapping"}}
    await downgrade(engine, "0002")
    await upgrade(engine)
    async with reading(engine) as connection:
        found = (await connection.execute(sa.select(tables.alerts))).one()
        assert await connection.run_sync(differences) == []
    assert {name: getattr(found, name) for name in columns} == columns
    assert found.judge_at is None
    assert [delivery.ticket for delivery in await SqlDeliveries(engine).due(NOON, 10, ())] == [case.ticket]
