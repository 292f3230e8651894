import socket
from pathlib import Path

import pytest

from config.problem import ProblemsError
from streams.broker.process import BrokerError
from streams.gateway.mqttbroker import start_mqtt_broker
from streams.gateway.openapi import ingest_document
from streams.gateway.server import listen


def test_a_free_port_is_taken() -> None:
    """Port 0 listens on a port that nobody has."""
    with listen("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0


def test_a_taken_port_is_told() -> None:
    """An address that somebody else has is refused with the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ProblemsError) as caught:
            listen("127.0.0.1", port)
    assert str(caught.value).startswith(f"CITYLOOP_GATEWAY_PORT: the gateway cannot listen on 127.0.0.1:{port}: Address already in use")
    assert "CITYLOOP_GATEWAY_PORT (0 takes a free port)" in str(caught.value)


def test_an_unknown_mqtt_broker_is_told(tmp_path: Path) -> None:
    """A program that is no broker known here is refused with those that are."""
    with pytest.raises(BrokerError, match=r"'emqx' is not a broker that is known here\. Known: mosquitto, amqtt\."):
        start_mqtt_broker(folder=tmp_path, program="emqx")


def test_the_document_needs_no_gateway() -> None:
    """The OpenAPI document is made without a broker, a database or a key."""
    assert list(ingest_document()["paths"]) == ["/v1/observations", "/v1/heartbeat", "/v1/frames/{camera}"]
