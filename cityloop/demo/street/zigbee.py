"""Reports as Zigbee2MQTT publishes them, and the ids of the observations that must come of them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cityloop.demo.street.lives import Report
from config.moment import render
from streams.ids import observation_id

RETAINED_ADDRESS = "smoke-120"
"""A device whose broker keeps an old message that says smoke: it must open nothing."""


def topic_of(address: str) -> str:
    """Where a device publishes."""
    return f"zigbee2mqtt/{address}"


def payload_of(report: Report) -> bytes:
    """The payload of a report; ``contact: true`` means closed."""
    bodies: Mapping[str, Mapping[str, Any]] = {
        "smoke": {"smoke": report.value, "test": report.drill, "smoke_density": 24 if report.value else 0},
        "door": {"contact": not report.value},
    }
    own = bodies[report.kind]
    return msgspec.json.encode({"battery": report.battery, **own, "linkquality": 120, "last_seen": render(report.at)})


def expected_ids(report: Report) -> tuple[str, ...]:
    """Ids of the observations that a report becomes: what is watched, and the battery."""
    source = report.device.id
    return (
        observation_id(source, report.kind, report.at, report.value),
        observation_id(source, "battery", report.at, float(report.battery)),
    )


def retained_payload() -> bytes:
    """What the broker has kept since a fire last year."""
    return msgspec.json.encode({"battery": 80, "smoke": True, "test": False, "linkquality": 90, "last_seen": "2025-11-02T04:12:00Z"})
