"""Provisioning, the producer, the batcher and the log of the checkpointed fold, each on both brokers."""

import asyncio

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from kafka.admin import KafkaAdminClient, NewTopic

from cityloop.doctor.finding import State
from cityloop.doctor.services import examine_broker
from config.problem import ProblemsError
from config.settings import Settings
from streams.batcher import Batcher
from streams.checkpoint.kafkalog import KafkaLog
from streams.codec import decode_record
from streams.observation import Observation
from streams.producer import open_producer
from streams.provision import Outcome, look, provision
from streams.ticker import Ticker
from streams.topics import CHECKPOINTS, OBSERVATIONS, TOPICS, URGENT, topic_name
from streams.worker import check_topics
from tests.fakes.observations import KINDS, NOON, observation


def test_provisioning_twice_changes_nothing(settings: Settings) -> None:
    """The first run creates every topic of the table, the second finds them as they should be."""
    first, second = provision(settings), provision(settings)
    assert [topic.name for topic in first] == [topic_name(topic.name, settings.topic_suffix) for topic in TOPICS]
    assert {(topic.outcome, topic.partitions) for topic in first} == {(Outcome.CREATED, 2)}
    assert {(topic.outcome, topic.partitions) for topic in second} == {(Outcome.VERIFIED, 2)}


def test_other_partitions_are_refused(settings: Settings) -> None:
    """Topics with another number of partitions are named, every one, with what to set."""
    provision(settings)
    with pytest.raises(ProblemsError) as caught:
        provision(msgspec.structs.replace(settings, partitions=3))
    assert len(caught.value.problems) == len(TOPICS)
    assert caught.value.problems[0].what == "has 2 partitions where the settings say 3."
    assert caught.value.problems[0].fix.startswith("Set CITYLOOP_PARTITIONS=2 if all were made so, or start afresh")


def test_beside_topics_that_do_not_fit_nothing_is_made(settings: Settings) -> None:
    """A topic that a newer version brings would get the wrong number of partitions too; it is made when the settings fit again."""
    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    name = topic_name(OBSERVATIONS, settings.topic_suffix)
    admin.create_topics([NewTopic(name, 3, 1, topic_configs={"cleanup.policy": "delete"})])
    admin.wait_for_topics([name])
    admin.close()
    with pytest.raises(ProblemsError) as caught:
        check_topics(settings)
    assert [(problem.file, problem.what) for problem in caught.value.problems] == [(name, "has 3 partitions where the settings say 2.")]
    looked = look(settings)
    assert (dict(looked.partitions), len(looked.missing)) == ({name: 3}, len(TOPICS) - 1)
    found = examine_broker(settings)
    assert [(one.name, one.state) for one in found] == [
        ("broker", State.GOOD),
        ("topics", State.BAD),
        ("topics", State.OPTIONAL),
    ]
    fits = msgspec.structs.replace(settings, partitions=3)
    provision(fits)
    assert [(one.name, one.state) for one in examine_broker(fits)] == [("broker", State.GOOD), ("topics", State.GOOD)]


async def test_batcher_to_consumer(settings: Settings) -> None:
    """Observations that were acknowledged are in the log, in their partition, each once; life safety is on its own topic."""
    await asyncio.to_thread(provision, settings)
    producer = await open_producer(settings, client_id="test")
    batcher = Batcher(producer, partitions=2, writer="test", kinds=KINDS, suffix=settings.topic_suffix)
    seen = [observation(source=f"sensor/{number}", at=NOON + number, kind="smoke" if number % 5 == 0 else "door") for number in range(200)]
    await asyncio.gather(*[await batcher.put(one) for one in seen])
    await Ticker(producer, partitions=2, writer="test", suffix=settings.topic_suffix, clock=lambda: NOON).tick()
    await batcher.close()
    await producer.stop()
    topics = [topic_name(name, settings.topic_suffix) for name in (OBSERVATIONS, URGENT)]
    reader = AIOKafkaConsumer(*topics, bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await reader.start()
    got, ticks = list[tuple[str, Observation]](), 0
    async with asyncio.timeout(20):
        while len(got) < 200 or ticks < 4:
            record = await reader.getone()
            envelope = decode_record(record.value, dict(record.headers))
            ticks += envelope.tick is not None
            got.extend((record.topic, one) for one in envelope.observations)
    await reader.stop()
    assert sorted(one.id for _, one in got) == sorted(one.id for one in seen)
    assert {(topic == topics[1], one.kind) for topic, one in got} == {(False, "door"), (True, "smoke")}


async def test_rule_7_the_log_is_read_from_its_very_beginning(settings: Settings) -> None:
    """Every record that was acknowledged is read back in order, batches and deletions included, as soon as it was acknowledged."""
    await asyncio.to_thread(provision, settings)
    log = KafkaLog(settings, "test")
    written: list[tuple[bytes, bytes | None]] = []
    for size in (1, 7, 20, 3):
        entries = [(b"key-%d" % (number % 9), None if number % 5 == 4 else b"%d" % (len(written) + number)) for number in range(size)]
        queued = [await log.append(CHECKPOINTS, key=key, value=value, partition=1, headers={}) for key, value in entries]
        for acknowledged in queued:
            await acknowledged
        written += entries
        assert await log.read(CHECKPOINTS, 1) == written
    assert await log.read(CHECKPOINTS, 0) == []
    assert await log.first_offset(OBSERVATIONS, 0) == 0
    await log.stop()
    await log.stop()
