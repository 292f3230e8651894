"""The benchmark's observations written to a broker, once as envelopes and once as single JSON records."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from bench.baseline import RAISED, READINGS
from bench.workload import Shape, Written, records
from config.settings import Settings
from streams.codec import ENVELOPE_HEADERS, encode_envelope, encode_json
from streams.observation import Observation
from streams.topics import topic_name

_LINGER_MS = 20
_BATCH_BYTES = 262_144


class Raw(NamedTuple):
    """One record ready to send.

    Attributes:
        topic: without the suffix.
        partition: where to; ``None`` leaves it to the key.
        key: raw key.
        value: raw value.
        headers: record headers.
    """

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Log(NamedTuple):
    """The envelopes of a benchmark, encoded once for all rounds.

    Attributes:
        records: in the order in which they are written.
        observations: in all of them.
        envelopes: records that hold observations; the rest are ticks.
    """

    records: Sequence[Raw]
    observations: int
    envelopes: int

    @property
    def mean_envelope(self) -> float:
        """Observations in an envelope, on average."""
        return self.observations / self.envelopes


def encode_log(count: int, shape: Shape, partitions: int) -> Log:
    """The records of so many observations."""
    return encode_records(records(count, shape, partitions))


def encode_records(written: Iterable[Written]) -> Log:
    """Records as they lie on the broker."""
    headers = tuple(ENVELOPE_HEADERS.items())
    found: list[Raw] = []
    count = envelopes = 0
    for one in written:
        count += len(one.envelope.observations)
        envelopes += one.envelope.tick is None
        found.append(Raw(one.topic, one.partition, None, encode_envelope(one.envelope), headers))
    return Log(found, count, envelopes)


def encode_readings(found: Iterable[Observation]) -> Iterable[Raw]:
    """Observations, one JSON record each, keyed by source as Kafka's users do."""
    for observation in found:
        encoded = encode_json(observation)
        yield Raw(READINGS, None, observation.source.encode(), encoded.value, tuple(encoded.headers.items()))


async def write(settings: Settings, found: Iterable[Raw]) -> None:
    """Send records and wait until the broker has all of them.

    Raises:
        aiokafka.errors.KafkaError: the broker refused one.
    """
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers, acks="all", linger_ms=_LINGER_MS, max_batch_size=_BATCH_BYTES)
    await producer.start()
    try:
        sent = [
            await producer.send(
                topic_name(raw.topic, settings.topic_suffix), raw.value, key=raw.key, partition=raw.partition, headers=list(raw.headers)
            )
            for raw in found
        ]
        for answer in sent:
            await answer
    finally:
        await producer.stop()


def make_baseline_topics(settings: Settings) -> None:
    """The topics that only the baseline has."""
    make_topics(settings, [topic_name(name, settings.topic_suffix) for name in (READINGS, RAISED)])


def make_topics(settings: Settings, names: Sequence[str]) -> None:
    """Topics that are no part of the product, by their whole names."""
    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers, client_id="cityloop-bench")
    try:
        admin.create_topics([NewTopic(name, settings.partitions, 1) for name in names])
        admin.wait_for_topics(names)
    finally:
        admin.close()
