"""The simulated devices on a real MQTT broker."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import pytest

from cityloop.demo.street.lives import Life, Stretch, due
from cityloop.demo.street.publisher import Publisher
from cityloop.demo.street.zigbee import RETAINED_ADDRESS, expected_ids
from config.sources import Device
from streams.broker.process import BrokerError
from streams.gateway.mqttbroker import start_mqtt_broker

DOOR = Device(id="sensor/door-1", adapter="zigbee2mqtt", address="door-1", kinds=("door", "battery"), name="", lon=0, lat=0)


async def test_everything_that_happened_is_published_and_remembered(tmp_path: Path) -> None:
    """A listener gets every report in order and the retained copy, and the publisher knows the ids that must come of them."""
    try:
        broker = start_mqtt_broker(folder=tmp_path)
    except BrokerError as error:
        pytest.skip(str(error))
    street = [Life(DOOR, "door", phase=19.0, stretches=(Stretch(0.2, 0.6), Stretch(0.9, 1.1)))]
    stop, heard = asyncio.Event(), []
    publisher = Publisher(broker.url, street)
    with broker:
        await publisher.leave_retained()
        async with aiomqtt.Client("127.0.0.1", broker.port) as listener:
            await listener.subscribe("zigbee2mqtt/#", qos=1)
            running = asyncio.create_task(publisher.run(stop))
            async with asyncio.timeout(10):
                async for message in listener.messages:
                    heard.append((message.topic.value, message.retain, json.loads(bytes(message.payload))))
                    if len(heard) == 5:
                        break
            stop.set()
            await running
    assert heard[0][:2] == (f"zigbee2mqtt/{RETAINED_ADDRESS}", True)
    assert [(topic, retained, payload["contact"]) for topic, retained, payload in heard[1:]] == [
        ("zigbee2mqtt/door-1", False, False),
        ("zigbee2mqtt/door-1", False, True),
        ("zigbee2mqtt/door-1", False, False),
        ("zigbee2mqtt/door-1", False, True),
    ]
    began = publisher.began
    assert began is not None
    assert publisher.sent == {name for report in due(street, began, began, began + 2_000_000) for name in expected_ids(report)}
