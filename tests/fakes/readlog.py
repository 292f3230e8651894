"""Reads what lies in topics of a real broker, from the beginning until nothing more comes.

The embedded broker tells the first record of the last batch as the end of the log, so the end alone is no place to stop.
"""

from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition

from streams.codec import decode_record
from streams.envelope import Envelope
from streams.observation import Observation
from streams.rejected import Rejected, decode_rejected
from streams.topics import OBSERVATIONS, REJECTED, URGENT, topic_name


def read_records(address: str, topic: str) -> Iterator[tuple[int, bytes, dict[str, bytes]]]:
    """Partition, value and headers of every record of a topic."""
    consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        ends = consumer.end_offsets(partitions)
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        while (polled := consumer.poll(timeout_ms=300)) or any(consumer.position(partition) < ends[partition] for partition in partitions):
            for partition, records in polled.items():
                for record in records:
                    yield partition.partition, record.value, dict(record.headers)
    finally:
        consumer.close()


def read_envelopes(address: str, suffix: str = "") -> list[tuple[str, int, Envelope]]:
    """Topic, partition and envelope of everything on the observation topics."""
    return [
        (name, partition, decode_record(value, headers))
        for name in (OBSERVATIONS, URGENT)
        for partition, value, headers in read_records(address, topic_name(name, suffix))
    ]


def read_observations(address: str, suffix: str = "") -> list[Observation]:
    """Every observation on the observation topics, repeated ones as often as they are there."""
    return [observation for _, _, envelope in read_envelopes(address, suffix) for observation in envelope.observations]


def read_rejected(address: str, suffix: str = "") -> list[Rejected]:
    """Everything that was refused."""
    return [decode_rejected(value) for _, value, _ in read_records(address, topic_name(REJECTED, suffix))]
