"""What the product needs of a broker, on both: one suite for the process and its restarts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from streams.broker.jars import jars, java
from streams.broker.process import BrokerError, BrokerProcess, answers, free_port
from streams.provision import provision
from streams.topics import OBSERVATIONS
from tests.fakes.brokers import KINDS, settings_for, start


@pytest.fixture(params=KINDS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, BrokerProcess]]:
    """A broker that the test may kill."""
    with start(request.param, tmp_path) as broker:
        yield request.param, broker


def write(broker: BrokerProcess, topic: str, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.address, enable_idempotence=False, acks="all")
    producer.send(topic, value=value, partition=0).get(20)
    producer.close()


def read(broker: BrokerProcess, topic: str) -> list[bytes]:
    reader = KafkaConsumer(bootstrap_servers=broker.address, auto_offset_reset="earliest", group_id=None, enable_auto_commit=False)
    place = TopicPartition(topic, 0)
    reader.assign([place])
    end, values = reader.end_offsets([place])[place], list[bytes]()
    while reader.position(place) < end:
        values.extend(record.value for polled in reader.poll(500).values() for record in polled)
    reader.close()
    return values


def test_a_broker_lives_dies_and_comes_back(own: tuple[str, BrokerProcess], tmp_path: Path) -> None:
    """A broker answers on its address, stops answering when killed, and answers there again; only Kafka keeps its records."""
    kind, broker = own
    settings = settings_for(broker, tmp_path)
    topic = OBSERVATIONS + settings.topic_suffix
    provision(settings)
    write(broker, topic, b"before")
    assert read(broker, topic) == [b"before"]
    address, pid = broker.address, broker.pid
    broker.kill()
    assert not answers(broker.port)
    with pytest.raises(BrokerError, match=r"does not run\. Call restart"):
        _ = broker.pid
    broker.restart()
    assert (broker.address, broker.pid != pid) == (address, True)
    provision(settings)
    assert read(broker, topic) == ([b"before"] if kind == "kafka" else [])
    broker.stop()
    broker.stop()
    assert not answers(broker.port)


def test_a_broker_that_does_not_start_tells_why(tmp_path: Path) -> None:
    """A program that ends instead of answering is reported with its exit code and its last words."""
    argv = (sys.executable, "-c", "print('no room left'); raise SystemExit(3)")
    with pytest.raises(BrokerError, match=r"(?s)The broker ended with 3 on 127\.0\.0\.1:.*no room left"):
        BrokerProcess("The broker", argv, free_port(), tmp_path / "log", start_seconds=10)


def test_a_broker_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    """A program that runs and does not answer is ended after its time."""
    argv = (sys.executable, "-c", "import time; time.sleep(60)")
    with pytest.raises(BrokerError, match="did not answer within 0 s"):
        BrokerProcess("The broker", argv, free_port(), tmp_path / "log", start_seconds=0.3)


@pytest.mark.kafka
def test_make_kafka_prints_its_address(tmp_path: Path) -> None:
    """``python -m streams.broker.apache`` runs in the foreground, prints its address, and ends by SIGTERM."""
    try:
        java(), jars()
    except BrokerError as error:
        pytest.skip(str(error))
    argv = (sys.executable, "-m", "streams.broker.apache", "--port", "0", "--folder", str(tmp_path / "own"))
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("kafka://127.0.0.1:")
        assert answers(int(address.rpartition(":")[2]))
    finally:
        process.terminate()
        assert process.wait(30) == 0
    assert not answers(int(address.rpartition(":")[2]))
