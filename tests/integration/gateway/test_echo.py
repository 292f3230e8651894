"""Up to when the MQTT door was heard, on a real broker: behind everything that waited there, and no further than the broker lives."""

import time
from pathlib import Path

import pytest

from streams.broker.process import BrokerError
from streams.clock import system_clock
from streams.envelope import Envelope
from streams.gateway.mqttbroker import start_mqtt_broker
from tests.fakes.devices import Devices
from tests.fakes.gatewayprocess import GatewayProcess
from tests.fakes.readlog import read_envelopes

WAITING = 1500
SECOND = 1_000_000


def heard(envelope: Envelope) -> int:
    """What a tick says of the MQTT door; 0 when the process has not heard of it."""
    return next((state.heard_at for state in envelope.feeds if state.name == "mqtt"), 0)


def latest(log: str, suffix: str) -> int:
    return max((heard(envelope) for _, _, envelope in read_envelopes(log, suffix)), default=0)


@pytest.mark.slow
def test_the_door_is_heard_behind_everything_that_waited(log: str, suffix: str, tmp_path: Path) -> None:
    """A gateway that comes back says that it has heard its broker only when a night's messages lie in the log before that tick."""
    try:
        broker = start_mqtt_broker(folder=tmp_path / "mqtt", program="mosquitto")
    except BrokerError as error:
        pytest.skip(str(error))
    with broker:
        gateway = GatewayProcess(log, broker.url, tmp_path / "gateway.log", suffix=suffix)
        gateway.start()
        try:
            deadline = time.monotonic() + 30
            while (before := latest(log, suffix)) == 0:
                assert time.monotonic() < deadline
                time.sleep(0.5)
            gateway.kill()
            killed = system_clock()
            assert before <= killed
            devices = Devices(broker.port)
            for number in range(WAITING):
                devices.publish(
                    f"zigbee2mqtt/door-{1 + number % 20}", b'{"contact": %s, "n": %d}' % ((b"true", b"false")[number % 2], number)
                )
            devices.close()
            gateway.start()
            deadline = time.monotonic() + 60
            while latest(log, suffix) <= killed:
                assert time.monotonic() < deadline
                time.sleep(0.5)
            broker.stop()
            gone = system_clock()
            time.sleep(3)
            assert latest(log, suffix) <= gone
        finally:
            if gateway.running:
                gateway.stop()
    partitions: dict[tuple[str, int], list[Envelope]] = {}
    for topic, partition, envelope in read_envelopes(log, suffix):
        partitions.setdefault((topic, partition), []).append(envelope)
    came = 0
    for envelopes in partitions.values():
        numbers = [one.attributes["n"] for envelope in envelopes for one in envelope.observations]
        first = next(number for number, envelope in enumerate(envelopes) if heard(envelope) > killed)
        came += len(numbers)
        assert not any(envelope.observations for envelope in envelopes[first:])
    assert came == WAITING
