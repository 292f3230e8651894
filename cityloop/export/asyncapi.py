"""The topics table as an AsyncAPI 3.0 document, with the schemas of what lies on the topics."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import msgspec

from dispatch.event import TicketEvent
from streams.alert import AlertEvent
from streams.rejected import Rejected
from streams.schemas import schemas
from streams.topics import ALERTS, OBSERVATIONS, REJECTED, TICKETS, TOPICS, URGENT, Cleanup, Topic

PUBLIC = frozenset({OBSERVATIONS, URGENT})
"""Topics that a third party may write observations to, in the public JSON form."""

PAYLOADS: Mapping[str, type[msgspec.Struct]] = {ALERTS: AlertEvent, TICKETS: TicketEvent, REJECTED: Rejected}
"""Topics whose records are one struct each."""

READ_BY_OTHERS = frozenset({ALERTS, TICKETS, REJECTED})
"""Topics that a third party may read; the others are the product's own."""


def asyncapi() -> dict[str, Any]:
    """The document: a channel for each topic, and what others may send and receive."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "cityloop", "version": version("cityloop"), "description": "What flows over Kafka."},
        "defaultContentType": "application/json",
        "channels": {_key(topic.name): _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {"schemas": _components()},
    }


def _key(name: str) -> str:
    return name.removeprefix("cityloop.")


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": [topic.cleanup.value]}
    if topic.cleanup is Cleanup.DELETE:
        configuration["retention.ms"] = topic.retention_hours * 3_600_000
    return {
        "address": topic.name,
        "description": f"{topic.carries} Key: {topic.key}.",
        "messages": _messages(topic),
        "bindings": {"kafka": {"topicConfiguration": configuration, "bindingVersion": "0.5.0"}},
    }


def _messages(topic: Topic) -> dict[str, Any]:
    own: dict[str, Any] = {"contentType": topic.content_type, "summary": topic.carries}
    if topic.name in PAYLOADS:
        own["payload"] = {"$ref": f"#/components/schemas/{PAYLOADS[topic.name].__name__}"}
    found: dict[str, Any] = {"record": own}
    if topic.name in PUBLIC:
        observation = {"$ref": "#/components/schemas/observation"}
        found["observation"] = {"contentType": "application/json", "summary": "One observation in the public form.", "payload": observation}
        found["cloudevent"] = {
            "contentType": "application/cloudevents+json",
            "summary": "A CloudEvent 1.0 around one observation.",
            "payload": {"type": "object", "required": ["specversion", "id", "source", "type", "data"], "properties": {"data": observation}},
        }
    return found


def _operations(topic: Topic) -> dict[str, Any]:
    """What others may do, seen from the application: it receives what they send."""
    key = _key(topic.name)
    channel = {"$ref": f"#/channels/{key}"}
    found: dict[str, Any] = {}
    if topic.name in PUBLIC:
        messages = [{"$ref": f"#/channels/{key}/messages/{name}"} for name in ("observation", "cloudevent")]
        found[f"receive_{key}"] = {"action": "receive", "channel": channel, "messages": messages}
    if topic.name in READ_BY_OTHERS:
        found[f"send_{key}"] = {"action": "send", "channel": channel, "messages": [{"$ref": f"#/channels/{key}/messages/record"}]}
    return found


def _components() -> dict[str, Any]:
    """Schemas by name; references within them point into the document's components."""
    _, structs = msgspec.json.schema_components(tuple(PAYLOADS.values()), ref_template="#/components/schemas/{name}")
    observation = schemas()["observation"]
    definitions = observation.get("$defs", {})
    public = {name: value for name, value in observation.items() if name not in {"$defs", "$schema", "$id"}}
    return {**structs, **_rehomed(definitions), "observation": _rehomed(public)}


def _rehomed(schema: Any) -> Any:
    """A schema whose references point to ``$defs``, made to point to the document's components."""
    if isinstance(schema, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" else _rehomed(value)
            for name, value in schema.items()
        }
    return [_rehomed(part) for part in schema] if isinstance(schema, list) else schema
