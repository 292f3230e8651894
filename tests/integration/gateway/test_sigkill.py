"""A gateway killed in mid-burst loses nothing: what it acknowledged is in the log, and what it did not comes again."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from config.moment import render
from streams.gateway.mqttbroker import MqttBroker
from streams.ids import observation_id
from tests.fakes.devices import Devices, instants
from tests.fakes.gatewayprocess import KEY, GatewayProcess
from tests.fakes.observations import NOON
from tests.fakes.readlog import read_observations

REQUESTS, EACH, SENDERS = 240, 25, 6
MESSAGES = 4000


def wait_for(found: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s"
        time.sleep(0.1)


class Senders:
    """Clients that post batches and, like any careful sender, repeat what was not answered with 202."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: set[str] = set()
        self.unanswered = 0

    async def send_all(self) -> None:
        """Post every batch until it is answered with 202."""
        queue = list(range(REQUESTS))
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}, timeout=30) as client:
            await asyncio.gather(*(self._work(client, queue) for _ in range(SENDERS)))

    async def _work(self, client: httpx.AsyncClient, queue: list[int]) -> None:
        while queue:
            number = queue.pop()
            items = [
                {"source": f"sensor/door-{number % 50}", "kind": "door", "at": render(NOON + number * 1_000_000 + n), "value": True}
                for n in range(EACH)
            ]
            while not await self._post(client, items):  # noqa: ASYNC110  # A pause between repeated requests, not a wait for an event.
                await asyncio.sleep(0.1)

    async def _post(self, client: httpx.AsyncClient, items: list[dict[str, object]]) -> bool:
        try:
            answer = await client.post(f"{self.url}/v1/observations", json=items)
        except httpx.TransportError:
            self.unanswered += 1
            return False
        if answer.status_code != 202:
            return False
        self.acknowledged.update(result["id"] for result in answer.json()["results"])
        return True


def test_http_loses_nothing_when_killed(gateway: GatewayProcess, log: str, suffix: str) -> None:
    """Every observation answered with 202 is in Kafka although the gateway was killed between requests in flight, and repeats have the same id."""
    senders = Senders(gateway.url)
    sending = threading.Thread(target=lambda: asyncio.run(senders.send_all()))
    sending.start()
    wait_for(lambda: len(senders.acknowledged) >= REQUESTS * EACH // 4)
    gateway.kill()
    promised = set(senders.acknowledged)
    assert promised <= {observation.id for observation in read_observations(log, suffix)}
    gateway.start()
    sending.join(60)
    assert not sending.is_alive()
    assert senders.unanswered > 0, "the gateway was killed between bursts, not within one"
    found = Counter(observation.id for observation in read_observations(log, suffix))
    expected = {
        observation_id(f"sensor/door-{number % 50}", "door", NOON + number * 1_000_000 + n, True)
        for number in range(REQUESTS)
        for n in range(EACH)
    }
    assert set(found) == senders.acknowledged == expected


def test_mqtt_loses_nothing_when_killed(gateway: GatewayProcess, log: str, mqtt_broker: MqttBroker, suffix: str) -> None:
    """Every message published at QoS 1 is in Kafka although the gateway was killed in mid-burst and was away meanwhile: the broker sends again what was not acknowledged."""
    if mqtt_broker.program == "amqtt":
        pytest.skip("amqtt 0.12 forgets a message in flight when the connection ends; install mosquitto to run this test")
    devices = Devices(mqtt_broker.port)
    expected: set[str] = set()
    publishing = threading.Thread(target=lambda: expected.update(devices.burst(instants(MESSAGES, NOON))))
    publishing.start()
    wait_for(lambda: metric(gateway, 'cityloop_gateway_observations_total{door="mqtt",result="accepted"}') >= MESSAGES // 10)
    gateway.kill()
    before = len({observation.id for observation in read_observations(log, suffix)})
    assert 0 < before < MESSAGES, "the gateway was killed outside the burst"
    publishing.join(60)
    gateway.start()
    wait_for(lambda: len({observation.id for observation in read_observations(log, suffix)}) >= MESSAGES)
    devices.close()
    assert {observation.id for observation in read_observations(log, suffix)} == expected
    assert gateway.stop() == 0


def metric(gateway: GatewayProcess, name: str) -> float:
    text = httpx.get(f"http://127.0.0.1:{gateway.metrics_port}/metrics").text
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name)), 0.0)
