"""The table of adapters: the first part of a topic says which one reads it."""

from collections.abc import Mapping
from typing import NamedTuple

from config.moment import Micros
from streams.gateway.adapters import own, zigbee2mqtt
from streams.gateway.adapters.reading import Adapter, City, Message, Reading, refused

MAX_PAYLOAD = 65_536
"""The longest payload that is read, in bytes: a device's report has a few hundred."""


class Row(NamedTuple):
    """An adapter and what it listens to."""

    read: Adapter
    topics: tuple[str, ...]


ADAPTERS: Mapping[str, Row] = {
    zigbee2mqtt.NAME: Row(zigbee2mqtt.read, zigbee2mqtt.TOPICS),
    own.NAME: Row(own.read, own.TOPICS),
}
"""Every adapter by name; a new one is a file and a row."""

TOPICS = tuple(topic for row in ADAPTERS.values() for topic in row.topics)
"""Everything that the gateway subscribes to."""


def adapter_of(topic: str) -> str | None:
    """The adapter that reads a topic, if there is one."""
    name = topic.partition("/")[0]
    return name if name in ADAPTERS else None


def read_message(message: Message, city: City, now: Micros) -> Reading:
    """Read a message by the adapter of its topic."""
    name = adapter_of(message.topic)
    if name is None:
        return refused(message.topic, "No adapter reads this topic.", f"Publish below one of: {', '.join(ADAPTERS)}.")
    if len(message.payload) > MAX_PAYLOAD:
        return refused(message.topic, f"The payload has {len(message.payload)} bytes.", f"Send at most {MAX_PAYLOAD}.")
    return ADAPTERS[name].read(message, city, now)
