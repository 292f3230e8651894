"""An MQTT client that acknowledges a message when it is told to, and not before.

aiomqtt 2.5 and paho 2.2 send the PUBACK of a QoS 1 message as soon as ``on_message`` returns; in aiomqtt that is the
moment in which the message enters a queue in memory (paho, ``Client._handle_publish``; aiomqtt, ``Client._on_message``).
A process killed then has lost what it acknowledged. paho's manual acknowledgement underneath puts that right. QoS 2
stays unused: paho sends PUBREC on arrival whatever is set.
"""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlsplit

import aiomqtt
import msgspec
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

RECEIVE_MAXIMUM = 500
"""Messages that the broker may send ahead of our acknowledgement (MQTT 5; in 3.1.1 the broker decides)."""
SESSION_SECONDS = 7 * 24 * 3600
"""How long the broker keeps our session, and what arrives for it, while we are away (MQTT 5; in 3.1.1 for ever)."""
_UNSUPPORTED = (1, 132)
_PORTS: Mapping[str, int] = {"mqtt": 1883, "mqtts": 8883}


class Protocol(Enum):
    """Versions of MQTT that we speak, the better first."""

    V5 = aiomqtt.ProtocolVersion.V5
    V311 = aiomqtt.ProtocolVersion.V311


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the MQTT broker is and who we are there.

    Attributes:
        host: name or address.
        port: TCP port.
        tls: whether the connection is encrypted.
        client: the client identifier; the broker knows our session by it, so two gateways never share one.
        user: user name, if the broker wants one.
        password: kept out of addresses and logs.
    """

    host: str
    port: int
    client: str
    tls: bool = False
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Leave the password out: a representation ends up in logs."""
        return f"Endpoint({'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port} as {self.client})"


def read_endpoint(url: str, *, client: str, user: str = "", password: str = "") -> Endpoint:
    """Read ``mqtt://host[:port]`` or ``mqtts://host[:port]``.

    Raises:
        ValueError: it is neither, or it carries a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        msg = f"{url!r} is no MQTT address. Write mqtt://host:1883, or mqtts://host:8883 for TLS."
        raise ValueError(msg)
    if parts.username or parts.password:
        msg = "The MQTT address carries a user or a password. Set CITYLOOP_MQTT_USER and CITYLOOP_MQTT_PASSWORD instead."
        raise ValueError(msg)
    port = parts.port or _PORTS[parts.scheme]
    return Endpoint(host=parts.hostname, port=port, client=client, tls=parts.scheme == "mqtts", user=user, password=password)


class ManualClient(aiomqtt.Client):
    """aiomqtt's client with a persistent session and acknowledgement by hand."""

    def __init__(self, endpoint: Endpoint, protocol: Protocol) -> None:
        five = protocol is Protocol.V5
        super().__init__(
            endpoint.host,
            endpoint.port,
            identifier=endpoint.client,
            username=endpoint.user or None,
            password=endpoint.password or None,
            protocol=protocol.value,
            clean_session=None if five else False,
            clean_start=False if five else MQTT_CLEAN_START_FIRST_ONLY,
            properties=_session_properties() if five else None,
            tls_params=aiomqtt.TLSParameters() if endpoint.tls else None,
            keepalive=30,
            timeout=5,
        )
        self._client.manual_ack_set(on=True)

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Send the PUBACK of a message that came over this very connection.

        After a reconnection the broker sends what was not acknowledged again: an old acknowledgement must then not
        go out, since the number it names may be another message's. So a client object serves one connection only.
        """
        if message.qos == 1:
            self._client.ack(message.mid, message.qos)


def next_protocol(protocol: Protocol, error: BaseException) -> Protocol:
    """The version to try after a connection failed that never worked before.

    A broker of 3.1.1 only says that it does not speak 5 (return code 1, reason code 132), or says nothing (amqtt).
    """
    refused = isinstance(error, aiomqtt.exceptions.MqttConnectError) and _code(error) in _UNSUPPORTED
    silent = isinstance(error, aiomqtt.MqttError) and str(error) == "Operation timed out"
    if not refused and not silent:
        return protocol
    return Protocol.V311 if protocol is Protocol.V5 else Protocol.V5


def _code(error: aiomqtt.exceptions.MqttConnectError) -> int | None:
    """The numeric code of a refused connection; its type differs with the protocol version."""
    code = getattr(error, "rc", None)
    return getattr(code, "value", code)


def _session_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves this one without types.
    properties.SessionExpiryInterval = SESSION_SECONDS
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return properties
