"""A gateway that is killed: one alert that nobody sees, while nobody sees; and no welfare call about anybody who is there."""

import asyncio
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer

from config.loader import DEMO_CITY
from config.moment import render
from config.settings import Settings
from streams.alert import AlertEvent
from streams.broker.process import free_port
from streams.clock import system_clock
from streams.provision import provision
from streams.topics import ALERTS, topic_name
from tests.fakes.brokers import Brokers, settings_for, shared_brokers
from tests.fakes.engineprocess import start_engine
from tests.fakes.gatewayprocess import KEY, GatewayProcess

ABSENT_SECONDS, HEARTBEAT_SECONDS = 7, 4
RULES = f"""
groups:
  - name: homes
    rules:
      - rule: inactive
        kind: door
        where: value == true
        absent: {ABSENT_SECONDS}s
        severity: major
        category: "10998"
        summary: {{en: "No activity at {{place}}", zh: "{{place}}无活动"}}
"""
FEEDS = f"feeds:\n  - {{name: gateway, door: gateway, heartbeat: {HEARTBEAT_SECONDS}s}}\n"


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    yield from shared_brokers(tmp_path_factory)


@pytest.fixture
def settings(brokers: Brokers, tmp_path: Path) -> Iterator[Settings]:
    """A running engine over a city in which seven seconds without a sign of life are an absence; ready."""
    city = tmp_path / "city"
    shutil.copytree(DEMO_CITY, city, ignore=shutil.ignore_patterns("noise.yaml"))
    for path in (city / "rules").glob("*"):
        path.unlink()  # A door that stands open has rules of its own, which fire on a slow machine.
    (city / "rules" / "inactive.yaml").write_text(RULES, encoding="utf-8")
    (city / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    made = settings_for(brokers.get("embedded"), tmp_path, metrics_port=free_port(), city=str(city), partitions=4)
    provision(made)
    process = start_engine(made, tmp_path)
    try:
        assert ready(made, 90) == {}
        yield made
    finally:
        process.terminate()
        process.wait(60)


def ready(settings: Settings, seconds: float) -> dict[str, str]:
    """Why the engine is not ready, when it is not for so long."""
    deadline = time.monotonic() + seconds
    reasons = {"process": "does not answer"}
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/health/ready", timeout=2):
                return {}
        except urllib.error.HTTPError as error:
            reasons = msgspec.json.decode(error.read())["reasons"]
        except OSError:
            pass
        time.sleep(0.2)
    return reasons


class Home:
    """Somebody who opens the door once a second."""

    def __init__(self, gateway: GatewayProcess) -> None:
        self._gateway = gateway

    async def live(self, seconds: float) -> None:
        """Be there for a while."""
        async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as client:
            for _ in range(round(seconds)):
                sign = {"source": "sensor/home", "kind": "door", "at": render(system_clock()), "value": True}
                answer = await client.post(f"{self._gateway.url}/v1/observations", json=sign)
                assert answer.status_code == 202
                await asyncio.sleep(1)


async def next_event(reader: AIOKafkaConsumer, seconds: float) -> AlertEvent:
    async with asyncio.timeout(seconds):
        return msgspec.json.decode((await reader.getone()).value, type=AlertEvent)


@pytest.mark.slow
async def test_a_killed_gateway_is_one_alert_and_no_welfare_call(settings: Settings, tmp_path: Path) -> None:
    """It is away for longer than the absence of the rule; who was there before and after is never called about."""
    gateway = GatewayProcess(settings.bootstrap_servers, "", tmp_path / "gateway.log", suffix=settings.topic_suffix)
    gateway.start()
    home = Home(gateway)
    reader = AIOKafkaConsumer(
        topic_name(ALERTS, settings.topic_suffix), bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest"
    )
    await reader.start()
    try:
        await home.live(2)
        gateway.kill()
        killed = system_clock()
        blind = await next_event(reader, 30)
        assert (blind.rule, blind.event.value, blind.group) == ("monitoring-blind", "firing", {"feed": "gateway"})
        assert blind.at - killed < (HEARTBEAT_SECONDS + 1) * 1_000_000
        reasons = await asyncio.to_thread(ready, settings, 1.0)
        assert set(reasons) == {"ticks"}
        await asyncio.sleep(max(0.0, ABSENT_SECONDS + 2 - (system_clock() - killed) / 1_000_000))
        await asyncio.to_thread(gateway.start)
        await home.live(3)
        sees = await next_event(reader, 30)
        assert (sees.event.value, sees.id, sees.ends_at) == ("resolved", blind.id, sees.at)
        with pytest.raises(TimeoutError):
            await next_event(reader, 1.5)
        # Sight works: who really goes is told after the whole absence, and nobody is told twice.
        gone = await next_event(reader, 30)
        assert (gone.rule, gone.event.value, gone.source) == ("inactive", "firing", "sensor/home")
        assert ready(settings, 5) == {}
    finally:
        await reader.stop()
        if gateway.running:
            gateway.stop()
