"""CloudEvents 1.0 and observations (https://github.com/cloudevents/spec, JSON event format and Kafka protocol binding).

``source`` is the observation's source, ``time`` its instant, ``type`` is ``cityloop.observation.<kind>``, and ``data`` is
the rest of the public form, or the bare value. A field that stands in ``data`` too wins over the attribute.
"""

from collections.abc import Mapping
from typing import Any

from config.problem import Problem, ProblemsError
from streams.ids import foreign_id

STRUCTURED_TYPE = "application/cloudevents+json"
"""The content type of structured mode."""
HEADER_PREFIX = "ce_"
"""What the Kafka binding puts before an attribute's name in binary mode."""
TYPE_PREFIX = "cityloop.observation."
"""Our own event types: the prefix and the kind."""

_REQUIRED = ("specversion", "id", "source", "type")
_CONTEXT = frozenset({*_REQUIRED, "time", "subject", "datacontenttype", "dataschema", "data", "data_base64"})


def event_of(public: Mapping[str, Any]) -> dict[str, Any]:
    """The CloudEvent, as its JSON format has it, of an observation's public form."""
    data = dict(public)
    return {
        "specversion": "1.0",
        "id": data.pop("id"),
        "source": data.pop("source"),
        "type": TYPE_PREFIX + data.pop("kind"),
        "time": data.pop("at"),
        "datacontenttype": "application/json",
        "data": data,
    }


def observation_of(event: object, *, file: str) -> dict[str, Any]:
    """The public form within a CloudEvent, not yet checked itself; extension attributes become attributes.

    An event of another's type keeps its identity as a hash of source and id, since CloudEvents' ids are unique within
    a source only. An observation that says its own ``id`` in the data keeps that.

    Raises:
        ProblemsError: it is no CloudEvent 1.0, or its data is no JSON.
    """
    if not isinstance(event, Mapping):
        raise ProblemsError([Problem(file=file, what="A CloudEvent is a JSON object.", fix='Write {"specversion": "1.0", ...}.')])
    problems = [
        Problem(file=file, what=f"{name}: missing from the CloudEvent, or not a text.", fix=f"CloudEvents 1.0 requires '{name}'.")
        for name in _REQUIRED
        if not isinstance(event.get(name), str) or not event[name]
    ]
    if isinstance(event.get("specversion"), str) and event["specversion"] != "1.0":
        problems.append(Problem(file=file, what=f"specversion: {event['specversion']!r} is not read here.", fix="Write 1.0."))
    if "data_base64" in event:
        problems.append(
            Problem(file=file, what="data_base64: binary data is no observation.", fix="Send the observation as JSON in 'data'.")
        )
    if problems:
        raise ProblemsError(problems)
    return _public_form(event)


def _public_form(event: Mapping[str, Any]) -> dict[str, Any]:
    own = event["type"].startswith(TYPE_PREFIX)
    public: dict[str, Any] = {"id": event["id"] if own else foreign_id(event["source"], event["id"]), "source": event["source"]}
    if own:
        public["kind"] = event["type"].removeprefix(TYPE_PREFIX)
    if event.get("time") is not None:
        public["at"] = event["time"]
    data = event.get("data")
    public.update(data if isinstance(data, Mapping) else {"value": data})
    extensions = {name: given for name, given in event.items() if name not in _CONTEXT}
    return {**extensions, **public}
