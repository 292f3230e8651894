"""A gateway at work minds new feeds when it is told to look at its city again."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.broker.process import BrokerError
from streams.gateway.mqttbroker import start_mqtt_broker
from tests.fakes.devices import Devices
from tests.fakes.gatewayprocess import GatewayProcess
from tests.fakes.readlog import read_envelopes

FEEDS = """\
feeds:
  - {name: homes, door: mqtt, label: {en: Homes, zh: 家}, sources: ["sensor/door-*"], topics: [bridge/health]}
"""


@pytest.mark.slow
@pytest.mark.parametrize("log", ["embedded"], indirect=True)
def test_new_feeds_are_minded_without_a_start(log: str, suffix: str, tmp_path: Path) -> None:
    """SIGHUP: ticks name the new feed, its topic is listened to; a mistake is told and changes nothing; what is gone is named no more."""
    try:
        broker = start_mqtt_broker(folder=tmp_path / "mqtt", program="mosquitto")
    except BrokerError as error:
        pytest.skip(str(error))
    city = tmp_path / "city"
    shutil.copytree("config/city.demo", city)
    with broker:
        gateway = GatewayProcess(log, broker.url, tmp_path / "gateway.log", suffix=suffix, CITYLOOP_CITY=str(city))
        gateway.start()
        devices = Devices(broker.port)
        try:
            assert _told(log, suffix, "homes") is None
            (city / "feeds.yaml").write_text(FEEDS)
            gateway.hang_up()
            _until(lambda: _told(log, suffix, "homes") == 0)
            _until(lambda: "MQTT topics renewed" in gateway.log.read_text())
            devices.publish("bridge/health", b"{}")
            _until(lambda: (_told(log, suffix, "homes") or 0) > 0)
            (city / "feeds.yaml").write_text(FEEDS.replace("door: mqtt", "door: mtqq"))
            gateway.hang_up()
            _until(lambda: "city.refused" in gateway.log.read_text() and "2:25: door: 'mtqq' does not fit" in gateway.log.read_text())
            assert _told(log, suffix, "homes") is not None
            (city / "feeds.yaml").unlink()
            gateway.hang_up()
            _until(lambda: _told(log, suffix, "homes") is None)
        finally:
            devices.close()
            gateway.stop()


def _told(log: str, suffix: str, name: str) -> int | None:
    """Up to when the last tick says that a feed was heard; ``None``: it does not name it."""
    ticks = [envelope for _, partition, envelope in read_envelopes(log, suffix) if envelope.tick is not None and partition == 0]
    return {state.name: state.heard_at for state in max(ticks, key=lambda one: one.tick or 0).feeds}.get(name) if ticks else None


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.3)
