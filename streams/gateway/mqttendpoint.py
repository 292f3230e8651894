"""Where the MQTT broker is, and which version of MQTT it speaks."""

from collections.abc import Mapping
from enum import Enum
from urllib.parse import urlsplit

import aiomqtt
import msgspec

from config.problem import Problem, ProblemsError

_UNSUPPORTED = (1, 132)
_FORMS = "Write mqtt://host:1883, or mqtts://host:8883 for TLS."
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
        ProblemsError: it is neither, or it carries a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("is no MQTT address.", _FORMS) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _refused(f"{url!r} is no MQTT address.", _FORMS)
    if parts.username or parts.password:
        raise _refused("carries a user or a password, and addresses end up in logs.", "Set CITYLOOP_MQTT_USER and CITYLOOP_MQTT_PASSWORD.")
    chosen = port or _PORTS[parts.scheme]
    return Endpoint(host=parts.hostname, port=chosen, client=client, tls=parts.scheme == "mqtts", user=user, password=password)


def _refused(what: str, fix: str) -> ProblemsError:
    return ProblemsError([Problem(file="CITYLOOP_MQTT", what=what, fix=fix)])


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
