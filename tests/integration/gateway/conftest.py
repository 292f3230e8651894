"""Real brokers for the gateway's tests, started once, and a gateway process of its own topics for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.broker.apache import start_kafka
from streams.broker.embedded import start_embedded
from streams.broker.process import BrokerError
from streams.gateway.mqttbroker import MqttBroker, start_mqtt_broker
from tests.fakes.gatewayprocess import GatewayProcess


@pytest.fixture(scope="session", params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a broker of the log: the embedded one, and Apache Kafka (``CITYLOOP_TEST_KAFKA`` names one that runs)."""
    running = os.environ.get("CITYLOOP_TEST_KAFKA")
    if request.param == "kafka" and running:
        yield running
        return
    try:
        broker = start_embedded() if request.param == "embedded" else start_kafka()
    except BrokerError as error:
        pytest.skip(str(error))
    with broker:
        yield broker.address


@pytest.fixture(scope="session")
def mqtt_broker() -> Iterator[MqttBroker]:
    """An MQTT broker, mosquitto where it is installed."""
    try:
        broker = start_mqtt_broker()
    except BrokerError as error:
        pytest.skip(str(error))
    with broker:
        yield broker


@pytest.fixture
def suffix(request: pytest.FixtureRequest) -> str:
    """A suffix of topics that no other test has."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name)[:60]
    return f".{name}-{os.urandom(3).hex()}"


@pytest.fixture
def gateway(log: str, mqtt_broker: MqttBroker, suffix: str, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway process on both brokers, started and ready."""
    process = GatewayProcess(log, mqtt_broker.url, tmp_path / "gateway.log", suffix=suffix)
    try:
        process.start()
        yield process
    finally:
        if process.running:
            process.stop()
