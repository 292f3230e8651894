"""Faust's Kafka transport with a fetch that does not linger, and which delivers every record of a partition or none.

Faust drops what it has fetched while a rebalance stops the flow, and then goes back to the committed offsets. A partition
of a group that has committed nothing yet has none to go back to, so that its first records were passed over; and what a
fetch under way brings after going back counts for Faust as a hole in the log, which it takes for acknowledged
(faust-streaming 0.15, ``transport/consumer.py``: ``getmany``, ``_add_gap``; aiokafka 0.14, ``seek_to_committed``). Here
every partition is sought, and what was passed over is read again.

Faust also makes a message, an event, two tasks and an entry in its books of every record. A fold takes runs of records instead:
one message each, and one number for each partition of what may be committed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from streams.positions import Arrival, Positions, runs_of

FETCH_WAIT_MILLISECONDS = 100
"""How long the broker may hold back a fetch that has nothing to give.

Apache Kafka answers as soon as there is a record. The embedded broker looks at the end of the wait, so that Faust's
fixed 1,500 ms would add three quarters of a second to every alert of a quiet stream.
"""

RUN = 50
"""Records of a run, at most: so that the partitions take turns, and no run is a long time's work."""

_log = structlog.get_logger(__name__)


async def _always() -> bool:
    return True


class _Thread(driver.AIOKafkaConsumerThread):
    transport: Any  # Ours, below.

    async def on_start(self) -> None:
        await super().on_start()
        if await self.transport.says_goodbye():
            return
        coordinator: Any = self._ensure_consumer()._coordinator  # noqa: SLF001  # There is no setting for it.

        async def forget() -> None:
            coordinator.reset_generation()

        coordinator._maybe_leave_group = forget  # noqa: SLF001  # As above.

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no setting for it. The consumer reads this when it starts, which is after this.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MILLISECONDS  # noqa: SLF001  # See above.
        return consumer

    async def rewind(self, offsets: Mapping[TP, int]) -> None:
        """Seek partitions, on the thread whose loop the consumer belongs to."""
        await self.call_thread(self._rewind, offsets)

    async def _rewind(self, offsets: Mapping[TP, int]) -> None:
        consumer = self._ensure_consumer()
        for tp, offset in offsets.items():
            if tp in consumer.assignment():  # The group may have moved on.
                consumer.seek(driver.ensure_aiokafka_TP(tp), offset)


class Consumer(driver.Consumer):
    """Delivers each partition's records in the order of their offsets without a hole, from its committed offset on.

    Attributes:
        holding: whether the group's partitions are ours; not between a revocation and the next assignment.
    """

    _thread: _Thread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holding = False
        self._positions = Positions[TP]()

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget what was due."""
        self.holding = False
        self._positions.forget(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin to hold the partitions."""
        self.holding = True
        await super().on_partitions_assigned(assigned, generation_id)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Seek every partition to its committed offset, or to the first that the broker keeps; returns where each stands."""
        committed = await super().seek_to_committed()
        first = await self.earliest_offsets(*committed)
        starts = {tp: max(offset or 0, first[tp]) for tp, offset in committed.items()}
        await self._thread.rewind(starts)
        for tp, start in starts.items():
            if committed[tp] and start > committed[tp]:
                _log.error("records.deleted", topic=tp.topic, partition=tp.partition, unread=committed[tp], first=start)
            self._positions.start(tp, start)
        return starts

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Any]]:  # noqa: ASYNC109  # Faust names it so.
        """What was fetched, without what lies beyond a hole: that is read again together with what was passed over."""
        sought: set[TP] = set()
        async for tp, message in super().getmany(timeout):
            if tp in sought:
                continue
            first = self._first_offset(message)
            if self._positions.take(tp, first, message.offset) is Arrival.SKIPPED:
                sought.add(tp)
                await self._go_back(tp, first)
                continue
            yield tp, message

    def _first_offset(self, message: Any) -> int:
        """Where a message begins; it ends with its own offset."""
        return int(message.offset)

    async def _go_back(self, tp: TP, offset: int) -> None:
        due, first = self._positions.due(tp), (await self.earliest_offsets(tp))[tp]
        start = max(due or 0, first)
        _log.warning("records.passed_over", topic=tp.topic, partition=tp.partition, due=due, came=offset, read_again_from=start)
        self._positions.start(tp, start)
        await self._thread.rewind({tp: start})


class Transport(driver.Transport):
    """The transport that :func:`streams.app.build_app` gives its application.

    Attributes:
        says_goodbye: asked once, whether a member that ends leaves its group at once, or is given up by the broker when its session is over.
    """

    Consumer = Consumer
    says_goodbye: Callable[[], Awaitable[bool]] = staticmethod(_always)


class Run(ConsumerMessage):
    """Records of one partition without a hole, as one message: its offset is that of the last, its value is empty.

    Attributes:
        records: as aiokafka has them.
    """

    __slots__ = ("records",)

    records: Sequence[Any]


class _Fetched(NamedTuple):
    records: Sequence[Any]


class RunConsumer(Consumer):
    """Delivers runs of records, and commits what it is told, since Faust's books know single records only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._settled: dict[TP, int] = {}

    def settle(self, tp: TP, offset: int) -> None:
        """Let the records of a partition up to an offset be committed."""
        self._settled[tp] = offset + 1

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget what may be committed."""
        for tp in revoked:
            self._settled.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109  # Faust names it so.
        records, active = await super()._wait_next_records(timeout)
        if records:
            records = {tp: [_Fetched(run) for run in runs_of(found, RUN)] for tp, found in records.items()}
        return records, active

    def _to_message(self, tp: TP, record: _Fetched) -> Run:
        last = record.records[-1]
        stamp, kind = last.timestamp / 1000, last.timestamp_type
        generation = self.app.consumer_generation_id
        run = Run(last.topic, last.partition, last.offset, stamp, kind, None, None, b"", None, 0, 0, tp, generation_id=generation)
        run.records = record.records
        return run

    def _first_offset(self, message: Run) -> int:
        return int(message.records[0].offset)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """From one run's end to the next one's is no hole."""

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in tuple(self._settled) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._settled.get(tp)


class RunTransport(Transport):
    """The transport of an application that folds."""

    Consumer = RunConsumer
