"""A gateway at work takes observations of a kind that its city did not have when it began."""

import shutil
from pathlib import Path

import httpx
import pytest

from streams.gateway.mqttbroker import MqttBroker
from streams.topics import URGENT
from tests.fakes.devices import Devices
from tests.fakes.gatewayprocess import KEY, GatewayProcess
from tests.fakes.readlog import read_envelopes
from tests.fakes.watching import until

PATIENCE_SECONDS = 60.0
KINDS = """\
kinds:
  - {name: sewer_gas, value: bool, label: {en: Gas in the sewer, zh: 下水道燃气}, life_safety: true}
"""
DEVICE = "sensor/manhole-1,cityloop,sensor/manhole-1,sewer_gas,Manhole,113.2,29.4\n"
GAS = {"source": "sensor/manhole-2", "kind": "sewer_gas", "at": "2026-03-02T12:00:00+08:00", "value": True}


@pytest.mark.slow
@pytest.mark.parametrize("log", ["embedded"], indirect=True)
def test_a_new_kind_is_taken_without_a_start(log: str, suffix: str, mqtt_broker: MqttBroker, tmp_path: Path) -> None:
    """A mistake in the kinds table is told and counted; mended, both doors take the kind, and it goes to the urgent topic."""
    city = tmp_path / "city"
    shutil.copytree("config/city.demo", city)
    gateway = GatewayProcess(log, mqtt_broker.url, tmp_path / "gateway.log", suffix=suffix, CITYLOOP_CITY=str(city))
    gateway.start()
    devices = Devices(mqtt_broker.port)
    try:
        assert _sent(gateway) == 422
        with (city / "devices.csv").open("a") as table:
            table.write(DEVICE)
        (city / "kinds.yaml").write_text(KINDS.replace("bool", "boolean"))
        gateway.hang_up()
        assert until(lambda: _read(gateway, "refused") == 1, PATIENCE_SECONDS)
        assert "2:30: value: 'boolean' does not fit" in gateway.log.read_text()
        assert _sent(gateway) == 422
        (city / "kinds.yaml").write_text(KINDS)
        gateway.hang_up()
        assert until(lambda: _read(gateway, "renewed") == 1, PATIENCE_SECONDS)
        assert _sent(gateway) == 202
        devices.publish("cityloop/sensor/manhole-1/sewer_gas", b"true")
        assert until(lambda: _urgent(log, suffix) == {"sensor/manhole-1", "sensor/manhole-2"}, PATIENCE_SECONDS)
    finally:
        devices.close()
        gateway.stop()


def _sent(gateway: GatewayProcess) -> int:
    """The status of a request with an observation of the kind."""
    return httpx.post(f"{gateway.url}/v1/observations", json=GAS, headers={"Authorization": f"Bearer {KEY}"}).status_code


def _read(gateway: GatewayProcess, result: str) -> float:
    """How often the city was read with a result, as the metrics tell."""
    name = f'cityloop_gateway_city_reads_total{{result="{result}"}} '
    lines = httpx.get(f"http://127.0.0.1:{gateway.metrics_port}/metrics").text.splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def _urgent(log: str, suffix: str) -> set[str]:
    """Sources of what lies on the urgent topic."""
    return {seen.source for topic, _, envelope in read_envelopes(log, suffix) if topic == URGENT for seen in envelope.observations}
