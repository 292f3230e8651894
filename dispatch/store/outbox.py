"""What waits to be sent on: records for Kafka, and notices."""

from collections.abc import Collection, Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from config.moment import Micros
from dispatch.change import of_delivery
from dispatch.delivery import Delivery, DeliveryState
from dispatch.store import rows, tables
from dispatch.store.engine import reading, writing
from dispatch.store.writing import write_feed


class OutboxRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that Kafka has not acknowledged yet.

    Attributes:
        sequence: order of commits.
        topic: without the installation's suffix.
        key: partitioning key.
        value: raw value.
        created_at: when it was written here.
    """

    sequence: int
    topic: str
    key: str
    value: bytes
    created_at: Micros


class SqlOutbox:
    """Implements :class:`dispatch.relay.Outbox`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def pending(self, limit: int) -> tuple[OutboxRecord, ...]:
        """The oldest records, in order."""
        table = tables.outbox
        async with reading(self._engine) as connection:
            found = await connection.execute(sa.select(table).order_by(table.c.sequence).limit(limit))
            return tuple(OutboxRecord(**row._mapping) for row in found)  # noqa: SLF001  # SQLAlchemy's public way to a row's names.

    async def settle(self, sequences: Sequence[int]) -> None:
        """Forget records that Kafka has acknowledged."""
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(tables.outbox).where(tables.outbox.c.sequence.in_(sequences)))


class SqlDeliveries:
    """Implements :class:`dispatch.notify.notifier.Deliveries`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, now: Micros, limit: int, besides: Collection[str]) -> tuple[Delivery, ...]:
        """Notices whose time has come, life safety first, then the longest due."""
        table = tables.deliveries
        wanted = table.c.state == DeliveryState.WAITING.value, table.c.next_at <= now, table.c.id.not_in(besides)
        order = table.c.life_safety.desc(), table.c.next_at, table.c.id
        async with reading(self._engine) as connection:
            found = await connection.execute(sa.select(table).where(*wanted).order_by(*order).limit(limit))
            return tuple(rows.read_delivery(row) for row in found)

    async def next_at(self, now: Micros) -> Micros | None:
        """When the next notice that is not due yet will be."""
        table = tables.deliveries
        wanted = table.c.state == DeliveryState.WAITING.value, table.c.next_at > now
        async with reading(self._engine) as connection:
            found: Micros | None = await connection.scalar(sa.select(sa.func.min(table.c.next_at)).where(*wanted))
            return found

    async def record(self, delivery: Delivery, now: Micros) -> None:
        """Keep how a try went; its end, good or bad, is a line of the feed. What was sent stays sent."""
        table = tables.deliveries
        async with writing(self._engine) as connection:
            found = table.c.id == delivery.id, table.c.state == DeliveryState.WAITING.value
            done = await connection.execute(sa.update(table).where(*found).values(rows.delivery_row(delivery)))
            if done.rowcount == 1 and delivery.state is not DeliveryState.WAITING:
                await write_feed(connection, (of_delivery(delivery, now),))
