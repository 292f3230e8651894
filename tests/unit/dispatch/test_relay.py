"""The relay forgets a record only when Kafka has acknowledged it; taking acknowledges only what is kept."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry

from config.moment import Micros
from dispatch.alertcase import AlertCase
from dispatch.bell import Bell
from dispatch.desk import Desk
from dispatch.meters import Meters
from dispatch.relay import Relay
from dispatch.store.outbox import OutboxRecord
from dispatch.taking import TRIES, Taking
from streams.alert import AlertEvent
from streams.fold import Output, Record
from streams.rejected import Reason, decode_rejected
from tests.fakes.casebook import MemoryCaseBook
from tests.fakes.town import NOON, Watch, alert, town


class Waiting:
    """An outbox in a list."""

    def __init__(self, count: int) -> None:
        self.records = [
            OutboxRecord(sequence=n, topic="cityloop.tickets", key="t", value=b"%d" % n, created_at=NOON) for n in range(1, count + 1)
        ]

    async def pending(self, limit: int) -> tuple[OutboxRecord, ...]:
        """The oldest."""
        return tuple(self.records[:limit])

    async def settle(self, sequences: Sequence[int]) -> None:
        """Forget."""
        self.records = [record for record in self.records if record.sequence not in sequences]


class Kafka:
    """A producer that can fail to acknowledge."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None, bytes | None]] = []
        self.broken = False

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,  # The port's.
        *,
        headers: Sequence[tuple[str, bytes]] | None = None,
    ) -> Awaitable[Any]:
        """Queue a record."""
        assert dict(headers or ()) == {"content-type": b"application/json"}
        self.sent.append((topic, value, key))
        acknowledged: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.broken:
            acknowledged.set_exception(ConnectionError("no broker"))
        else:
            acknowledged.set_result(None)
        return acknowledged


async def yes() -> bool:
    return True


async def test_records_are_sent_in_order_and_then_forgotten() -> None:
    """The outbox empties in the order of commits, under the installation's topic names."""
    outbox, kafka = Waiting(3), Kafka()
    relay = Relay(outbox, kafka, yes, "-x", Meters(CollectorRegistry()))
    assert await relay.step() == 3
    assert kafka.sent == [("cityloop.tickets-x", b"1", b"t"), ("cityloop.tickets-x", b"2", b"t"), ("cityloop.tickets-x", b"3", b"t")]
    assert (outbox.records, await relay.step()) == ([], 0)


async def test_what_is_not_acknowledged_stays() -> None:
    """When the broker fails, every record is kept, health tells the reason, and later all are sent."""
    outbox, kafka, bell = Waiting(2), Kafka(), Bell()
    kafka.broken = True
    relay = Relay(outbox, kafka, yes, "", Meters(CollectorRegistry()))
    running = asyncio.create_task(relay.run(bell.listen()))
    await asyncio.sleep(0.05)
    assert str(relay.trouble) == "ConnectionError: no broker"
    assert len(outbox.records) == 2
    kafka.broken = False
    async with asyncio.timeout(5):
        while outbox.records:  # noqa: ASYNC110  # The relay's own pause is what is waited for.
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.01)
    assert relay.trouble is None
    running.cancel()


async def test_a_process_without_the_right_sends_nothing() -> None:
    """Only the holder of the lock relays."""

    async def no() -> bool:
        return False

    outbox, kafka = Waiting(1), Kafka()
    running = asyncio.create_task(Relay(outbox, kafka, no, "", Meters(CollectorRegistry())).run(Bell().listen()))
    await asyncio.sleep(0.05)
    running.cancel()
    assert kafka.sent == []


class Moody(MemoryCaseBook):
    """A case book that fails so many times before it works."""

    def __init__(self, failures: int, error: Exception) -> None:
        super().__init__(Desk(town()), Watch())
        self._failures = failures
        self._error = error

    async def take_alert(self, event: AlertEvent) -> AlertCase:
        """Fail, then work."""
        if self._failures:
            self._failures -= 1
            raise self._error
        return await super().take_alert(event)


def record(value: bytes) -> Record:
    return Record(topic="cityloop.alerts", partition=2, offset=7, timestamp=NOON, key=b"k", value=value, headers={})


async def taken(value: bytes, failures: int = 0, error: Exception | None = None) -> tuple[list[Output], Moody, list[float], Taking]:
    letters: list[Output] = []
    waits: list[float] = []

    async def reject(output: Output) -> None:
        letters.append(output)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    book = Moody(failures, error or KeyError("x"))
    taking = Taking(book=book, reject=reject, passing=(ConnectionError,), clock=_later, meters=Meters(CollectorRegistry()), sleep=sleep)
    await taking.take(record(value))
    return letters, book, waits, taking


def _later() -> Micros:
    return NOON + 1


async def test_an_alert_is_taken_in() -> None:
    """A good record ends in the case book and nowhere else."""
    letters, book, _, _ = await taken(msgspec.json.encode(alert()))
    assert (letters, await book.feed_head()) == ([], 4)


async def test_what_is_no_alert_is_put_aside_with_its_reason() -> None:
    """Undecodable bytes, a wrong type and a null value are kept in the rejected topic's own form, on the same partition."""
    for value in (b"\xff\xfe", b'{"event_id": 1}', b""):
        (letter,) = (await taken(value))[0]
        found = decode_rejected(letter.value)
        assert (letter.topic, letter.partition, found.raw, found.reason) == ("cityloop.rejected", 2, value, Reason.UNDECODABLE)
        assert found.problems[0].what.startswith("The record is not an alert: ")


async def test_a_database_that_is_away_is_waited_for() -> None:
    """Errors that pass are tried again for as long as it takes, with growing waits, and nothing is put aside."""
    letters, book, waits, taking = await taken(msgspec.json.encode(alert()), failures=9, error=ConnectionError("restarting"))
    assert (letters, await book.feed_head(), taking.trouble) == ([], 4, None)
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]


async def test_an_alert_that_decisions_crash_on_is_put_aside() -> None:
    """After so many tries the record is parked with the error, so that the next ones are taken."""
    letters, book, _, _ = await taken(msgspec.json.encode(alert()), failures=99)
    found = decode_rejected(letters[0].value)
    assert found.reason is Reason.CRASHED
    assert found.problems[0].what == f"Taking the alert in failed {TRIES} times: KeyError: 'x'."
    assert await book.feed_head() == 0
