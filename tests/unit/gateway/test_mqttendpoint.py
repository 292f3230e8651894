import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from config.problem import ProblemsError
from streams.gateway.mqttendpoint import Endpoint, Protocol, next_protocol, read_endpoint


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://10.0.0.7:1884", "10.0.0.7", 1884, False),
        ("mqtt://broker", "broker", 1883, False),
        ("mqtts://broker", "broker", 8883, True),
        ("mqtt://[::1]:1883", "::1", 1883, False),
    ],
)
def test_an_address_is_read(url: str, host: str, port: int, tls: bool) -> None:
    """The scheme says whether the connection is encrypted and which port is meant when none is given."""
    endpoint = read_endpoint(url, client="gw", user="u", password="p")
    assert endpoint == Endpoint(host=host, port=port, client="gw", tls=tls, user="u", password="p")


@pytest.mark.parametrize("url", ["broker:1883", "http://broker", "mqtt://", "", "mqtt://broker:port"])
def test_what_is_no_address_is_told(url: str) -> None:
    """Anything else is refused with what to write."""
    with pytest.raises(ProblemsError, match=r"^CITYLOOP_MQTT: .*Write mqtt://host:1883, or mqtts://host:8883 for TLS"):
        read_endpoint(url, client="gw")


def test_a_password_in_the_address_is_refused() -> None:
    """An address with a password is refused without repeating it, since addresses end up in logs."""
    with pytest.raises(ProblemsError, match="CITYLOOP_MQTT_PASSWORD") as caught:
        read_endpoint("mqtt://me:hunter2@broker", client="gw")
    assert "hunter2" not in str(caught.value)


def test_an_endpoint_does_not_show_its_password() -> None:
    """The representation of an endpoint, which logs would show, has no password."""
    assert repr(read_endpoint("mqtts://broker", client="gw", user="me", password="hunter2")) == "Endpoint(mqtts://broker:8883 as gw)"


def test_a_broker_of_the_old_version_gets_the_old_version() -> None:
    """When a broker says that it does not speak MQTT 5, or says nothing at all, 3.1.1 is tried; other failures change nothing."""
    refused = aiomqtt.exceptions.MqttConnectError(1)
    refused_by_reason = aiomqtt.exceptions.MqttConnectError(ReasonCode(PacketTypes.CONNACK, identifier=132))
    silent, absent = aiomqtt.MqttError("Operation timed out"), aiomqtt.MqttError("[Errno 111] Connection refused")
    wrong_user = aiomqtt.exceptions.MqttConnectError(4)
    assert next_protocol(Protocol.V5, refused) is Protocol.V311
    assert next_protocol(Protocol.V5, refused_by_reason) is Protocol.V311
    assert next_protocol(Protocol.V5, silent) is Protocol.V311
    assert next_protocol(Protocol.V311, silent) is Protocol.V5
    assert next_protocol(Protocol.V5, absent) is Protocol.V5
    assert next_protocol(Protocol.V5, wrong_user) is Protocol.V5
