"""What the installed client libraries and brokers do about acknowledgements: the facts on which the MQTT door stands."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest

from streams.broker.process import BrokerError
from streams.gateway.mqttbroker import MqttBroker, start_mqtt_broker
from streams.gateway.mqttclient import QUEUE_BOUND, RECEIVE_MAXIMUM, ManualClient
from streams.gateway.mqttendpoint import Protocol, read_endpoint
from tests.fakes.devices import Devices


@pytest.fixture(scope="module", params=["mosquitto", "amqtt"])
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MqttBroker]:
    """Each broker that the demo may start."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    try:
        started = start_mqtt_broker(folder=folder, program=request.param)
    except BrokerError as error:
        pytest.skip(str(error))
    with started:
        yield started


def manual(broker: MqttBroker, name: str) -> ManualClient:
    return ManualClient(read_endpoint(broker.url, client=name), Protocol.V311)


async def next_message(client: aiomqtt.Client, seconds: float = 3) -> aiomqtt.Message | None:
    """The next message, or ``None`` when none comes in time."""
    try:
        return await asyncio.wait_for(anext(aiter(client.messages)), seconds)
    except TimeoutError:
        return None


def publish(broker: MqttBroker, topic: str, *payloads: bytes) -> None:
    devices = Devices(broker.port)
    for payload in payloads:
        devices.publish(topic, payload)
    devices.close()


async def test_what_was_not_acknowledged_comes_again(broker: MqttBroker, request: pytest.FixtureRequest) -> None:
    """A message that was received and not acknowledged is sent again over the next connection of the same session."""
    if broker.program == "amqtt":
        reason = "amqtt 0.12 forgets a message in flight when the connection ends"
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    async with manual(broker, "gw-again") as client:
        await client.subscribe("again/#", qos=1)
        await asyncio.to_thread(publish, broker, "again/a", b"1")
        first = await next_message(client)
    async with manual(broker, "gw-again") as client:
        again = await next_message(client)
        assert first is not None
        assert again is not None
        assert (first.payload, again.payload) == (b"1", b"1")
        client.acknowledge(again)
        await asyncio.sleep(0.2)
    async with manual(broker, "gw-again") as client:
        assert await next_message(client, 0.5) is None


async def test_what_comes_while_away_is_kept(broker: MqttBroker) -> None:
    """The broker keeps what is published while the session has no connection."""
    async with manual(broker, "gw-away") as client:
        await client.subscribe("away/#", qos=1)
    await asyncio.to_thread(publish, broker, "away/a", b"1", b"2", b"3")
    async with manual(broker, "gw-away") as client:
        found = [await next_message(client) for _ in range(3)]
    assert [message.payload for message in found if message is not None] == [b"1", b"2", b"3"]


async def test_aiomqtt_alone_acknowledges_on_arrival(broker: MqttBroker) -> None:
    """Without manual acknowledgement a message that nobody has looked at is gone: the reason for :class:`ManualClient`.

    When this test fails, aiomqtt has learned to wait, and ours can go.
    """
    arguments = {"identifier": "gw-plain", "clean_session": False}
    async with aiomqtt.Client("127.0.0.1", broker.port, **arguments) as client:  # type: ignore[arg-type]  # A plain dictionary.
        await client.subscribe("plain/#", qos=1)
        await asyncio.to_thread(publish, broker, "plain/a", b"1")
        await asyncio.sleep(0.5)
        assert len(client.messages) == 1
    async with aiomqtt.Client("127.0.0.1", broker.port, **arguments) as client:  # type: ignore[arg-type]  # As above.
        assert await next_message(client, 0.5) is None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[MqttBroker]:
    """The broker of which more is expected."""
    try:
        started = start_mqtt_broker(folder=tmp_path, program="mosquitto")
    except BrokerError as error:
        pytest.skip(str(error))
    with started:
        yield started


async def test_mqtt_5_bounds_what_is_in_flight(mosquitto: MqttBroker) -> None:
    """Before the first acknowledgement the broker sends no more than the receive maximum."""
    async with ManualClient(read_endpoint(mosquitto.url, client="gw-bound"), Protocol.V5) as client:
        await client.subscribe("bound/#", qos=1)
        await asyncio.to_thread(publish, mosquitto, "bound/a", *(str(n).encode() for n in range(600)))
        await asyncio.sleep(0.5)
        assert len(client.messages) == RECEIVE_MAXIMUM


@pytest.mark.parametrize("protocol", list(Protocol))
async def test_a_backlog_does_not_flood_the_memory(mosquitto: MqttBroker, protocol: Protocol) -> None:
    """However much the broker sends ahead, the queue holds no more than its bound, and every message arrives once and in order."""
    count, most = 5 * QUEUE_BOUND, 0
    async with ManualClient(read_endpoint(mosquitto.url, client="gw-flood"), protocol) as client:
        await client.subscribe("flood/#", qos=1)
    await asyncio.to_thread(flood, mosquitto, count)
    found: list[int] = []
    async with ManualClient(read_endpoint(mosquitto.url, client="gw-flood"), protocol) as client:
        while len(found) < count:
            message = await next_message(client, 10)
            assert message is not None
            client.taken()
            client.acknowledge(message)
            found.append(int(bytes(message.payload)))
            most = max(most, len(client.messages))
            if len(found) % 50 == 0:
                await asyncio.sleep(0.002)
    assert found == list(range(count))
    assert RECEIVE_MAXIMUM < most <= QUEUE_BOUND


def flood(broker: MqttBroker, count: int) -> None:
    devices = Devices(broker.port)
    devices.stream("flood/a", (str(n).encode() for n in range(count)))
    devices.close()
