"""Reading what a peer published."""

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.peers.pack import Said

_decode = msgspec.json.Decoder(Said).decode


async def read_said(broker: str, topic: str, partitions: int) -> list[Said]:
    """Every record of a topic up to its present end.

    Raises:
        aiokafka.errors.KafkaError: the broker does not answer.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(partitions)])
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[Said] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            batches = await consumer.getmany(timeout_ms=1_000)
            found.extend(_decode(record.value) for records in batches.values() for record in records)
        return found
    finally:
        await consumer.stop()
