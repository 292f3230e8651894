"""An MQTT client that acknowledges a message when it is told to, and takes no more than it can hold.

aiomqtt 2.5 and paho 2.2 send the PUBACK of a QoS 1 message as soon as ``on_message`` returns; in aiomqtt that is the
moment in which the message enters a queue in memory (paho, ``Client._handle_publish``; aiomqtt, ``Client._on_message``).
A process killed then has lost what it acknowledged. paho's manual acknowledgement underneath puts that right. QoS 2
stays unused: paho sends PUBREC on arrival whatever is set.

Brokers may send far ahead of our acknowledgements (mosquitto 2.0.11 sends another ``max_inflight_messages`` for each
PUBACK, whatever the receive maximum says), and aiomqtt's queue has no bound that does not lose messages. So the socket
is not read while enough lies in the queue: TCP then holds the broker back. tests/contract/gateway proves each claim.
"""

import socket
import ssl
from typing import Any

import aiomqtt
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from streams.gateway.mqttendpoint import Endpoint, Protocol

RECEIVE_MAXIMUM = 500
"""Messages that the broker may send ahead of our acknowledgement (MQTT 5; in 3.1.1 the broker decides)."""
QUEUE_BOUND = 1000
"""Messages in our queue beyond which the socket is not read."""
KEEPALIVE_SECONDS = 10
"""How often a broker that has nothing to say is asked whether it is there; it is given up after one and a half of it."""
SESSION_SECONDS = 7 * 24 * 3600
"""How long the broker keeps our session, and what arrives for it, while we are away (MQTT 5; in 3.1.1 for ever)."""


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
            keepalive=KEEPALIVE_SECONDS,
            timeout=5,
        )
        self._client.manual_ack_set(on=True)
        self._paused: socket.socket | None = None
        self.heard = 0
        """How often something came from the broker, an answer to a ping included."""

    def say(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1, without waiting for the broker's answer: while the socket is not read it would never come."""
        self._client.publish(topic, payload, qos=1)

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Send the PUBACK of a message that came over this very connection.

        After a reconnection the broker sends what was not acknowledged again: an old acknowledgement must then not
        go out, since the number it names may be another message's. So a client object serves one connection only.
        """
        if message.qos == 1:
            self._client.ack(message.mid, message.qos)

    def taken(self) -> None:
        """Say that a message was taken from the queue: reading goes on when there is room again."""
        if self._paused is not None and self._queue.qsize() <= QUEUE_BOUND // 2:
            connection, self._paused = self._paused, None
            self._loop.add_reader(connection.fileno(), self._read, connection)
            self._read(connection)

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:
        """Read by :meth:`_read` instead of aiomqtt's own callback, which knows no bound. paho calls this from another thread."""
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._loop.add_reader, sock.fileno(), self._read, sock)

    def _read(self, connection: Any) -> None:
        self.heard += 1
        try:
            self._client.loop_read()
            while isinstance(connection, ssl.SSLSocket) and connection.fileno() >= 0 and connection.pending() > 0:
                self._client.loop_read()
        except Exception as error:  # noqa: BLE001  # As aiomqtt does: a connection that cannot be read has ended, and whoever waits is told.
            if not self._disconnected.done():
                self._disconnected.set_exception(error)
            return
        if self._queue.qsize() >= QUEUE_BOUND and connection.fileno() >= 0:
            self._loop.remove_reader(connection.fileno())
            self._paused = connection


def _session_properties() -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves this one without types.
    properties.SessionExpiryInterval = SESSION_SECONDS
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return properties
