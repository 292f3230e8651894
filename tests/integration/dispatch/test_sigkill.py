"""Dispatch killed between ticket and notice: every alert has one ticket, every notice arrives, nothing is lost or doubled."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from dispatch.actor import SYSTEM
from dispatch.desk import Desk
from dispatch.event import TicketEvent, broken_link
from dispatch.intake import ticket_id
from dispatch.query import TicketQuery
from dispatch.store.casebook import SqlCaseBook
from dispatch.store.engine import open_engine
from streams.alert import AlertEvent
from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError, BrokerProcess
from streams.clock import system_clock
from streams.producer import open_producer
from streams.provision import provision
from streams.rejected import decode_rejected
from streams.topics import ALERTS, REJECTED, TICKETS
from tests.fakes.dispatchprocess import SECRET, DispatchProcess
from tests.fakes.receiver import Receiver
from tests.fakes.town import PARKING, SMOKE, alert, town

ALERTS_SENT = 60


KAFKA = pytest.param("kafka", marks=pytest.mark.kafka)


@pytest.fixture
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerProcess]:
    """The embedded broker, or Apache Kafka where a test asks for both."""
    try:
        started = start_kafka(folder=tmp_path / "kafka") if getattr(request, "param", "") == "kafka" else start_embedded()
    except BrokerError as error:
        pytest.skip(str(error))
    with started:
        yield started


def wait_for(found: Callable[[], bool], told: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s: {told()}"
        time.sleep(0.05)


async def publish(process: DispatchProcess, values: list[tuple[str, bytes]]) -> None:
    producer = await open_producer(process.settings, client_id="test")
    try:
        for key, value in values:
            await producer.send_and_wait(ALERTS, value, key.encode())
    finally:
        await producer.stop()


def encoded(events: list[AlertEvent]) -> list[tuple[str, bytes]]:
    return [(event.id, msgspec.json.encode(event)) for event in events]


def many() -> list[AlertEvent]:
    """Alerts at as many places, every third a smoke alarm."""
    return [
        alert(SMOKE, source=f"sensor/s{number}") if number % 3 == 0 else alert(PARKING, source=f"camera/{number}")
        for number in range(ALERTS_SENT)
    ]


async def read_topic(process: DispatchProcess, topic: str) -> list[bytes]:
    reader = AIOKafkaConsumer(bootstrap_servers=process.settings.bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False)
    await reader.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(process.settings.partitions)]
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        found: list[bytes] = []
        while any([await reader.position(partition) < ends[partition] for partition in partitions]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                found.extend(record.value for record in records)
        return found
    finally:
        await reader.stop()


async def check(process: DispatchProcess, events: list[AlertEvent], receiver: Receiver) -> None:
    """Alerts against tickets, tickets against Kafka and against notices, all by their ids."""
    engine = open_engine(process.settings.database_url)
    book = SqlCaseBook(engine, Desk(town()), system_clock)
    tickets = (await book.tickets(SYSTEM, TicketQuery(limit=500))).items
    assert sorted(ticket.id for ticket in tickets) == sorted(ticket_id(event.id) for event in events)
    published = {
        (event.ticket, event.number): event for event in map(msgspec.json.Decoder(TicketEvent).decode, await read_topic(process, TICKETS))
    }
    wanted: set[str] = set()
    for ticket in tickets:
        detail = await book.ticket(SYSTEM, ticket.id)
        assert detail is not None
        assert broken_link(detail.events) is None
        assert [published[ticket.id, event.number] for event in detail.events] == list(detail.events)
        assert [delivery.state.value for delivery in detail.deliveries] == ["sent"]
        wanted.update(delivery.id for delivery in detail.deliveries)
    assert len(published) == sum(ticket.version for ticket in tickets)
    assert set(receiver.taken) == wanted
    assert {notice["data"]["ticket"] for notice in receiver.taken.values()} == {ticket.id for ticket in tickets}
    assert receiver.refused == []
    await engine.dispose()


def settled(process: DispatchProcess, receiver: Receiver) -> None:
    """Wait until every notice has arrived and the outbox is empty, then end the process in good order."""
    wait_for(lambda: len(receiver.taken) >= ALERTS_SENT, lambda: (len(receiver.taken), process.log.read_text()[-3000:]))
    time.sleep(2)  # The last answers are written down, the last records published.
    assert process.stop() == 0, process.log.read_text()[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("broker", ["embedded", KAFKA], indirect=True)
def test_killed_between_ticket_and_notice(broker: BrokerProcess, tmp_path: Path) -> None:
    """The process dies at the instant at which a notice reaches its receiver, five times over; what was due still arrives, once by its id."""
    deaths: list[int] = []

    def kill_first(number: int) -> int | None:
        """The first requests of each life find the receiver silent and the sender dead."""
        if len(deaths) < 5 and number >= len(deaths) * 9:
            deaths.append(number)
            process.kill()
            threading.Timer(0.3, process.start).start()
            return None
        return 204 if process.running else None

    with (
        Receiver(SECRET, kill_first) as receiver,
        DispatchProcess(broker.address, receiver.url, tmp_path, session_seconds=6.0) as process,
    ):
        provision(process.settings)
        events = many()
        process.start()
        asyncio.run(publish(process, encoded(events)))
        settled(process, receiver)
        asyncio.run(check(process, events, receiver))
    assert len(deaths) == 5
    assert max(receiver.seen.values()) > 1, "no notice was ever repeated, so nothing was killed in mid-flight"


@pytest.mark.slow
def test_killed_at_any_time(broker: BrokerProcess, tmp_path: Path) -> None:
    """Killed at random moments while alerts stream in, with each alert written twice: the same tickets and notices as undisturbed."""
    chance = random.Random(7)  # noqa: S311  # A seed, so that a failure can be repeated.
    with Receiver(SECRET) as receiver, DispatchProcess(broker.address, receiver.url, tmp_path) as process:
        provision(process.settings)
        events = many()
        process.start()
        for part in range(6):
            asyncio.run(publish(process, encoded(events[part * 10 : part * 10 + 10] * 2)))
            time.sleep(chance.uniform(0.1, 4.0))
            process.kill()
            process.start()
        settled(process, receiver)
        asyncio.run(check(process, events, receiver))


def test_poison_is_put_aside_and_the_rest_goes_on(broker: BrokerProcess, tmp_path: Path) -> None:
    """A record that is no alert goes to the rejected topic with its reason; the alert behind it in the partition becomes a ticket."""
    with Receiver(SECRET) as receiver, DispatchProcess(broker.address, receiver.url, tmp_path) as process:
        provision(process.settings)
        process.start()
        event = alert()
        asyncio.run(publish(process, [(event.id, b"{ not an alert"), *encoded([event])]))
        wait_for(lambda: len(receiver.taken) == 1, process.log.read_text)
        (letter,) = [decode_rejected(value) for value in asyncio.run(read_topic(process, REJECTED))]
        assert process.stop() == 0
    assert letter.raw == b"{ not an alert"
    assert letter.problems[0].what.startswith("The record is not an alert: ")


def test_an_alert_is_noticed_within_a_second(broker: BrokerProcess, tmp_path: Path) -> None:
    """From an alert's record to its notice at the receiver less than a second passes, at the median of twenty."""
    with Receiver(SECRET) as receiver, DispatchProcess(broker.address, receiver.url, tmp_path) as process:
        provision(process.settings)
        process.start()
        asyncio.run(publish(process, encoded([alert(source="camera/first")])))
        wait_for(lambda: len(receiver.taken) == 1, process.log.read_text)
        sent: dict[str, float] = {}
        for number in range(20):
            event = alert(source=f"camera/x{number}")
            asyncio.run(publish(process, encoded([event])))
            sent[ticket_id(event.id)] = time.time()
            time.sleep(0.05)
        wait_for(lambda: len(receiver.taken) == 21, process.log.read_text)
        process.stop()
    waits = sorted(
        receiver.arrived[message] - sent[notice["data"]["ticket"]]
        for message, notice in receiver.taken.items()
        if notice["data"]["ticket"] in sent
    )
    assert waits[10] < 1.0, f"alert to notice: median {waits[10] * 1000:.0f} ms, worst {waits[-1] * 1000:.0f} ms"
