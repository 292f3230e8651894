"""Our own scheme: ``cityloop/<source>/<kind>``, for devices that can choose what they publish.

The payload is a bare JSON value (``true``, ``21.5``), or an object in the public form without source and kind
(``{"value": true, "at": "2026-03-02T08:00:00+08:00"}``). A kind of texts takes plain text too, so that a Last Will
such as ``offline`` on ``cityloop/sensor/door-7/status`` needs no quotes.
"""

from collections.abc import Mapping
from typing import Any

from config.kinds import Kind, ValueType
from config.moment import Micros, render
from config.problem import ProblemsError
from streams.gateway.adapters.reading import City, Message, Reading, Reason, refused, unknown_device
from streams.gateway.jsontext import BadJsonError, read_json
from streams.publicform import read_observation

NAME = "cityloop"
TOPICS = ("cityloop/+/+/+",)
"""What the gateway subscribes to."""


def read(message: Message, city: City, now: Micros) -> Reading:
    """Read one message."""
    if message.retained or not message.payload:
        return Reading(ignored=Reason.RETAINED if message.retained else Reason.EMPTY)
    parts = message.topic.split("/")
    if len(parts) != 4:
        return refused(message.topic, "The topic is not of our scheme.", "Publish to cityloop/sensor/<id>/<kind>.")
    source, kind = f"{parts[1]}/{parts[2]}", parts[3]
    device = city.devices.get((NAME, source))
    if device is None:
        return unknown_device(message.topic, NAME, source)
    try:
        payload = _payload(message, city.kinds.get(kind))
        public = {"at": render(now), "position": {"lon": device.lon, "lat": device.lat}, **payload, "source": device.id, "kind": kind}
        return Reading(observations=(read_observation(public, now=now, kinds=city.kinds, file=message.topic),))
    except BadJsonError as error:
        return Reading(problems=(error.problem,))
    except ProblemsError as error:
        return Reading(problems=error.problems)


def _payload(message: Message, kind: Kind | None) -> Mapping[str, Any]:
    try:
        found = read_json(message.payload, file=message.topic)
    except BadJsonError:
        if kind is None or kind.value is not ValueType.STRING:
            raise
        return {"value": message.payload.decode("utf-8", "replace")}
    return found if isinstance(found, dict) else {"value": found}
