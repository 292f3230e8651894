"""Faust's Kafka transport with a fetch that does not linger, and which delivers every record of a partition or none.

Faust drops what it has fetched while a rebalance stops the flow, and then goes back to the committed offsets. A partition
of a group that has committed nothing yet has none to go back to, so that its first records were passed over; and what a
fetch under way brings after going back counts for Faust as a hole in the log, which it takes for acknowledged
(faust-streaming 0.15, ``transport/consumer.py``: ``getmany``, ``_add_gap``; aiokafka 0.14, ``seek_to_committed``). Here
every partition is sought, and what was passed over is read again.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.positions import Arrival, Positions

FETCH_WAIT_MILLISECONDS = 100
"""How long the broker may hold back a fetch that has nothing to give.

Apache Kafka answers as soon as there is a record. The embedded broker looks at the end of the wait, so that Faust's
fixed 1,500 ms would add three quarters of a second to every alert of a quiet stream.
"""

_log = structlog.get_logger(__name__)


class _Thread(driver.AIOKafkaConsumerThread):
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
            if self._positions.take(tp, message.offset) is Arrival.SKIPPED:
                sought.add(tp)
                await self._go_back(tp, message.offset)
                continue
            yield tp, message

    async def _go_back(self, tp: TP, offset: int) -> None:
        due, first = self._positions.due(tp), (await self.earliest_offsets(tp))[tp]
        start = max(due or 0, first)
        _log.warning("records.passed_over", topic=tp.topic, partition=tp.partition, due=due, came=offset, read_again_from=start)
        self._positions.start(tp, start)
        await self._thread.rewind({tp: start})


class Transport(driver.Transport):
    """The transport that :func:`streams.app.build_app` gives its application."""

    Consumer = Consumer
