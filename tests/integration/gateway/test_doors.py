"""The whole gateway as a process on real brokers: what comes in at either door, and what lies in the log afterwards."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from streams.broker.embedded import start_embedded
from streams.broker.process import free_port
from streams.gateway.mqttbroker import MqttBroker, start_mqtt_broker
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.devices import Devices
from tests.fakes.gatewayprocess import KEY, GatewayProcess
from tests.fakes.readlog import read_envelopes, read_observations, read_rejected

PAYLOADS = Path(__file__).parents[2] / "data" / "gateway"
DOOR = {"source": "sensor/door-7", "kind": "door", "at": "2026-03-02T08:00:00+08:00", "value": True}
AUTHORIZED = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}


def wait_for(found: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"did not happen within {seconds:g} s"
        time.sleep(0.1)


def post(gateway: GatewayProcess, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return httpx.post(f"{gateway.url}/v1/observations", content=content, headers={**AUTHORIZED, **headers}, timeout=30)


def test_bad_input_is_told_and_the_process_lives(gateway: GatewayProcess, log: str, suffix: str) -> None:
    """Over a real connection each kind of bad input gets its own clear error, is kept where it must be, and does no harm."""
    cases = [
        (post(gateway, {**DOOR, "kind": "dor"}), 422, "kind: 'dor' is not in the kinds table."),
        (post(gateway, {**DOOR, "at": "2026-03-02T08:00:00"}), 422, "has no offset from UTC."),
        (post(gateway, {**DOOR, "value": "open"}), 422, "'door' takes true or false."),
        (post(gateway, b'{"value": NaN}'), 400, "JSON has no NaN and no infinity"),
        (post(gateway, b"[" * 100_000), 400, "nested deeper than 32 levels"),
        (post(gateway, b'{"source": '), 400, "The text ends too early"),
        (post(gateway, b"x" * 11_000_000), 413, "Send at most 10,000,000 bytes in one request"),
        (post(gateway, DOOR, authorization="Bearer clk_0123456789ab_" + "x" * 43), 401, "No such key."),
        (post(gateway, DOOR, authorization=""), 401, "Send the header 'Authorization: Bearer"),
        (post(gateway, DOOR, **{"content-type": "text/csv"}), 415, "text/csv is not taken."),
    ]
    assert [(answer.status_code, said in answer.text.replace('\\"', '"')) for answer, _, said in cases] == [
        (status, True) for _, status, _ in cases
    ]
    assert {answer.headers["content-type"] for answer, _, _ in cases} == {"application/problem+json"}
    assert post(gateway, DOOR).status_code == 202
    assert gateway.running
    rejected = read_rejected(log, suffix)
    assert len(rejected) == 6
    assert {letter.origin for letter in rejected} == {"http:0123456789ab"}
    assert all(letter.problems and letter.size >= len(letter.raw) for letter in rejected)
    assert len(read_observations(log, suffix)) == 1


def test_an_endless_body_is_cut_off(gateway: GatewayProcess) -> None:
    """A body without an announced length is refused as soon as it passes the bound."""
    answer = httpx.post(f"{gateway.url}/v1/observations", content=(b" " * 65_536 for _ in range(170)), headers=AUTHORIZED, timeout=30)
    assert answer.status_code == 413


def test_devices_reach_the_log(gateway: GatewayProcess, log: str, mqtt_broker: MqttBroker, suffix: str) -> None:
    """A door and a smoke alarm reach their topics and partitions; a drill is marked, a retained copy opens nothing, and what cannot be read is kept aside."""
    devices = Devices(mqtt_broker.port)
    devices.publish("zigbee2mqtt/door-3", (PAYLOADS / "zigbee2mqtt_door.json").read_bytes())
    devices.publish("zigbee2mqtt/smoke-3", (PAYLOADS / "zigbee2mqtt_smoke.json").read_bytes())
    devices.publish("zigbee2mqtt/smoke-4", b'{"smoke": true, "test": true}')
    devices.publish("zigbee2mqtt/door-4", b'{"contact": fals')
    devices.publish("zigbee2mqtt/door-99", b'{"contact": false}')
    devices.publish("zigbee2mqtt/bridge/state", b'{"state": "online"}')
    devices.publish("cityloop/sensor/lab/door", b"true")
    devices.close()
    wait_for(lambda: len(read_observations(log, suffix)) >= 6 and len(read_rejected(log, suffix)) >= 2)
    found = {
        (topic.removesuffix(suffix), observation.source, observation.kind): (observation, partition)
        for topic, partition, envelope in read_envelopes(log, suffix)
        for observation in envelope.observations
    }
    assert set(found) == {
        (OBSERVATIONS, "sensor/door-3", "door"),
        (OBSERVATIONS, "sensor/door-3", "battery"),
        (URGENT, "sensor/smoke-3", "smoke"),
        (OBSERVATIONS, "sensor/smoke-3", "battery"),
        (URGENT, "sensor/smoke-4", "smoke"),
        (OBSERVATIONS, "sensor/lab", "door"),
    }
    assert all(partition == partition_of(observation.source, 4) for observation, partition in found.values())
    assert found[URGENT, "sensor/smoke-4", "smoke"][0].attributes == {"test": True}
    assert "test" not in found[URGENT, "sensor/smoke-3", "smoke"][0].attributes
    assert {(letter.origin, letter.raw) for letter in read_rejected(log, suffix)} == {
        ("mqtt:zigbee2mqtt/door-4", b'{"contact": fals'),
        ("mqtt:zigbee2mqtt/door-99", b'{"contact": false}'),
    }


def test_a_retained_copy_opens_nothing(log: str, mqtt_broker: MqttBroker, suffix: str, tmp_path: Path) -> None:
    """A report that the MQTT broker had kept before the gateway came is ignored and counted; the same report made live is taken."""
    devices = Devices(mqtt_broker.port)
    devices.publish("zigbee2mqtt/smoke-9", b'{"smoke": true}', retain=True)
    gateway = GatewayProcess(log, mqtt_broker.url, tmp_path / "gateway.log", suffix=suffix)
    gateway.start()
    try:
        counter = 'cityloop_gateway_ignored_total{adapter="zigbee2mqtt",reason="retained"} 1.0'
        wait_for(lambda: counter in httpx.get(f"http://127.0.0.1:{gateway.metrics_port}/metrics").text)
        assert read_observations(log, suffix) == []
        devices.publish("zigbee2mqtt/smoke-9", b'{"smoke": true}', retain=True)
        wait_for(lambda: [observation.source for observation in read_observations(log, suffix)] == ["sensor/smoke-9"])
    finally:
        devices.publish("zigbee2mqtt/smoke-9", b"", retain=True)
        devices.close()
        gateway.stop()


def test_refused_messages_do_not_come_again(gateway: GatewayProcess, log: str, mqtt_broker: MqttBroker, suffix: str) -> None:
    """A message that could not be read is acknowledged once it is kept aside, so that a restart does not bring it back."""
    devices = Devices(mqtt_broker.port)
    devices.publish("zigbee2mqtt/door-5", b"ON")
    wait_for(lambda: len(read_rejected(log, suffix)) == 1)
    assert gateway.stop() == 0
    gateway.start()
    devices.publish("zigbee2mqtt/door-5", b'{"contact": true}')
    devices.close()
    wait_for(lambda: len(read_observations(log, suffix)) == 1)
    assert len(read_rejected(log, suffix)) == 1


def test_ticks_come_every_second_in_every_partition(gateway: GatewayProcess, log: str, suffix: str) -> None:
    """The gateway writes its clock to each partition of both topics, about once a second and never backwards."""
    assert gateway.running
    time.sleep(3)
    ticks: dict[tuple[str, int], list[int]] = {}
    for topic, partition, envelope in read_envelopes(log, suffix):
        if envelope.tick is not None:
            ticks.setdefault((topic.removesuffix(suffix), partition), []).append(envelope.tick)
    assert set(ticks) == {(topic, partition) for topic in (OBSERVATIONS, URGENT) for partition in range(4)}
    assert all(2 <= len(times) <= 20 and times == sorted(times) for times in ticks.values())


def test_a_stop_keeps_what_was_taken(gateway: GatewayProcess, log: str, suffix: str) -> None:
    """On SIGTERM a request in flight is still answered, the process ends with 0, and the log has what it promised."""
    items = [{**DOOR, "at": f"2026-03-02T08:00:00.{n:06d}+08:00"} for n in range(5000)]
    with httpx.Client(headers=AUTHORIZED, timeout=30) as client:
        promised = [client.post(f"{gateway.url}/v1/observations", json=items[:2500])]
        promised.append(client.post(f"{gateway.url}/v1/observations", json=items[2500:]))
    assert gateway.stop() == 0
    ids = [result["id"] for answer in promised for result in answer.json()["results"]]
    assert Counter(observation.id for observation in read_observations(log, suffix)) == Counter(ids)


def test_a_silent_log_is_told(tmp_path: Path) -> None:
    """When Kafka is gone a sender gets 503 with a pause to keep, readiness says why, and the process lives on."""
    with start_embedded() as broker:
        gateway = GatewayProcess(broker.address, "", tmp_path / "gateway.log")
        gateway.start()
        try:
            assert post(gateway, DOOR).status_code == 202
            broker.kill()
            answer = post(gateway, DOOR)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert answer.json()["type"] == "urn:cityloop:problem:no-log"
            wait_for(lambda: httpx.get(f"{gateway.url}/health/ready").status_code == 503)
            assert "No tick was acknowledged" in httpx.get(f"{gateway.url}/health/ready").json()["reasons"]["kafka"]
            assert gateway.running
        finally:
            gateway.stop()


def test_the_mqtt_broker_may_restart(log: str, suffix: str, tmp_path: Path) -> None:
    """While the MQTT broker is away readiness says so; when it is back the gateway finds it by itself."""
    with start_mqtt_broker(folder=tmp_path / "mqtt") as broker:
        gateway = GatewayProcess(log, broker.url, tmp_path / "gateway.log", suffix=suffix)
        gateway.start()
        try:
            broker.stop()
            wait_for(lambda: "mqtt" in httpx.get(f"{gateway.url}/health/ready").json()["reasons"])
            broker.restart()
            wait_for(lambda: httpx.get(f"{gateway.url}/health/ready").status_code == 200)
            devices = Devices(broker.port)
            devices.publish("zigbee2mqtt/door-1", b'{"contact": false}')
            devices.close()
            wait_for(lambda: len(read_observations(log, suffix)) == 1)
        finally:
            gateway.stop()


def test_the_gateway_waits_for_kafka(tmp_path: Path) -> None:
    """Started before its broker the gateway lives, says what it waits for, and opens its doors when the broker comes."""
    port = free_port()
    gateway = GatewayProcess(f"127.0.0.1:{port}", "", tmp_path / "gateway.log")
    gateway.launch()
    telemetry = f"http://127.0.0.1:{gateway.metrics_port}"
    try:
        wait_for(lambda: "does not answer" in reasons(telemetry).get("kafka", ""))
        assert httpx.get(f"{telemetry}/health/live").status_code == 200
        with start_embedded(port):
            wait_for(lambda: reasons(telemetry) == {})
            assert post(gateway, DOOR).status_code == 202
            assert gateway.stop() == 0
    finally:
        if gateway.running:
            gateway.kill()


def reasons(url: str) -> dict[str, str]:
    try:
        found: dict[str, str] = httpx.get(f"{url}/health/ready").json()["reasons"]
    except httpx.TransportError:
        return {"process": "not yet up"}
    return found
