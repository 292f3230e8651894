"""The proof of a run, read from a real broker."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cityloop.demo.stage import remove_topics
from cityloop.demo.tally.gather import Sources, settle
from cityloop.demo.tally.logbook import read_topic
from cityloop.doctor.finding import State
from cityloop.doctor.services import examine_broker
from config.feeds import FeedTable
from config.kindfile import shipped_kinds
from config.moment import SECOND
from config.settings import Settings
from rules.parser import parse_rules
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError
from streams.checkpoint.chunks import SCHEMA, ChunkKey, Part, cut, encode_key, encode_value
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.journal import Journal, Noted, journal_file
from streams.observation import Observation
from streams.partition import partition_of
from streams.producer import open_producer
from streams.provision import provision
from streams.topics import ALERTS, CHECKPOINTS, URGENT, topic_name

T = 1_760_000_000 * SECOND
RULES = parse_rules(
    "groups: [{name: g, rules: [{rule: smoke, kind: smoke, where: value == true, severity: critical, ticket: none, summary: {en: Smoke, zh: 烟}}]}]",
    shipped_kinds(),
)
SOURCE = "sensor/smoke-1"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """An embedded broker with its topics."""
    try:
        broker = start_embedded()
    except BrokerError as error:
        pytest.skip(str(error))
    with broker:
        yield Settings(
            broker=f"kafka://{broker.address}", partitions=2, topic_suffix=".gather", webhook="http://127.0.0.1:1/x", journal=str(tmp_path)
        )


async def smoke_on_the_log(settings: Settings, *, applied: int | None) -> None:
    """One smoke observation in the log, and a checkpoint of its partition when one is asked for."""
    await asyncio.to_thread(provision, settings)
    partition = partition_of(SOURCE, settings.partitions)
    observation = Observation(id="o1", source=SOURCE, kind="smoke", at=T, value=True, received_at=T)
    producer = await open_producer(settings, client_id="test")
    headers = [(name, bytes(value)) for name, value in ENVELOPE_HEADERS.items()]
    value = encode_envelope(Envelope(sent_at=T, writer="w", observations=(observation,)))
    await producer.send_and_wait(topic_name(URGENT, settings.topic_suffix), value, partition=partition, headers=headers)
    if applied is not None:
        for key, chunk in cut({}, applied, ChunkKey(SCHEMA, URGENT, partition, Part.FULL, "w", 1)):
            name = topic_name(CHECKPOINTS, settings.topic_suffix)
            await producer.send_and_wait(name, encode_value(chunk), key=encode_key(key), partition=partition)
    await producer.stop()


def sources_of(settings: Settings) -> Sources:
    """Where the proof of that one observation comes from."""
    return Sources(
        settings=settings, rules=RULES, feeds=FeedTable(), sent=frozenset({"o1"}), journal=journal_file(settings.journal, "cameras")
    )


async def test_what_cameras_noted_and_the_log_has_not_is_lost(settings: Settings) -> None:
    """The cameras' journal is read from its file, and its ids are looked for in the log."""
    await smoke_on_the_log(settings, applied=0)
    journal = Journal(journal_file(settings.journal, "cameras"))
    journal.note("c1")
    journal.close()
    proof, steps = await settle(sources_of(settings), lambda: (), patience=0)
    assert proof.noted == Noted(("c1",))
    assert steps[5].lost == ("c1",)


async def test_what_the_engine_did_not_do_is_lost(settings: Settings) -> None:
    """An observation that lies in the log and was never folded is lost when patience is over."""
    await smoke_on_the_log(settings, applied=None)
    proof, steps = await settle(sources_of(settings), lambda: (), patience=0)
    assert [step.lost for step in steps] == [(), ("o1",), (), (), (), (), ()]
    assert [item.event.rule for item in proof.expected] == ["smoke"]


async def test_an_alert_that_is_due_and_not_there_is_lost_until_it_comes(settings: Settings) -> None:
    """The engine says that it applied the observation; its alert arrives while the proof is being gathered."""
    await smoke_on_the_log(settings, applied=0)
    sources = sources_of(settings)
    proof, steps = await settle(sources, lambda: (), patience=0)
    assert len(steps[2].lost) == 1
    producer = await open_producer(settings, client_id="test")
    waiting = asyncio.create_task(settle(sources, lambda: (), patience=20))
    await asyncio.sleep(1)
    await producer.send_and_wait(
        topic_name(ALERTS, settings.topic_suffix), msgspec.json.encode(proof.expected[0].event), key=b"a", partition=0
    )
    _, steps = await waiting
    await producer.stop()
    assert all(not step.lost and not step.doubled for step in steps)


async def test_an_empty_topic_is_read_at_once(settings: Settings) -> None:
    """Nothing to read is no reason to wait."""
    await asyncio.to_thread(provision, settings)
    async with asyncio.timeout(10):
        assert await read_topic(settings, ALERTS) == []


async def test_a_topic_is_read_with_the_names_of_the_table(settings: Settings) -> None:
    """Records carry the topic's plain name, their headers and their key, by partition and offset."""
    await smoke_on_the_log(settings, applied=None)
    await smoke_on_the_log(settings, applied=None)
    records = await read_topic(settings, URGENT)
    assert [(record.topic, record.offset) for record in records] == [(URGENT, 0), (URGENT, 1)]
    assert records[0].headers == ENVELOPE_HEADERS
    assert records[0].timestamp > T


def test_the_doctor_sees_topics_come(settings: Settings) -> None:
    """A broker without topics is fit to start on; with them it is good."""
    assert [finding.state for finding in examine_broker(settings)] == [State.GOOD, State.OPTIONAL]
    provision(settings)
    assert [finding.state for finding in examine_broker(settings)] == [State.GOOD, State.GOOD]


def test_a_given_broker_is_left_as_it_was(settings: Settings) -> None:
    """The demo removes the topics that it made."""
    provision(settings)
    remove_topics(settings)
    assert examine_broker(settings)[1].state is State.OPTIONAL
