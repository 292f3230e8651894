"""Reads the whole of a topic as it lies on the broker, from the first offset to the end at the time of asking."""

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from config.settings import Settings
from streams.fold import Record
from streams.tape import record_of
from streams.topics import topic_name

PATIENCE_MS = 1000


async def read_topic(settings: Settings, topic: str) -> list[Record]:
    """Every record of a topic by partition and offset; the records carry the table's name of the topic.

    Args:
        settings: where the broker is and which suffix its topics have.
        topic: a name of the topics table.

    Raises:
        aiokafka.errors.KafkaError: the broker does not answer.
    """
    name = topic_name(topic, settings.topic_suffix)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(name, number) for number in range(settings.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[Record] = []
        while await _behind(consumer, partitions, ends):
            for batch in (await consumer.getmany(*partitions, timeout_ms=PATIENCE_MS)).values():
                found.extend(record_of(topic, message) for message in batch)
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


async def _behind(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], ends: dict[TopicPartition, int]) -> bool:
    """Whether records before the ends are still to come; a compacted topic has gaps, so positions count, not records."""
    positions = [await consumer.position(partition) for partition in partitions]
    return any(position < ends[partition] for position, partition in zip(positions, partitions, strict=True))
