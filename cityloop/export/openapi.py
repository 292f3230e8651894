"""One OpenAPI document of both HTTP APIs: the console's and the gateway's."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, cast

from prometheus_client import CollectorRegistry

from console.openapi import document as console_document
from streams.clock import system_clock
from streams.gateway.http import create_app
from streams.gateway.ingest import Ingest
from streams.gateway.intake import Intake
from streams.gateway.keys import KeyRing
from streams.gateway.metrics import Metrics
from streams.telemetry import Health

TITLE = "cityloop"
SERVERS = {"console": "http://127.0.0.1:8080", "gateway": "http://127.0.0.1:8090"}
"""Defaults of the two servers; paths carry the one that answers them."""


def openapi() -> dict[str, Any]:
    """The whole document.

    Raises:
        ValueError: both APIs have a component of one name that differs.
    """
    return merged({"console": console_document(), "gateway": gateway_document()})


def gateway_document() -> dict[str, Any]:
    """The gateway's own document. No log and no key is asked: routes and types alone decide it."""
    intake = Intake(cast("Ingest", None), {}, system_clock)
    app = create_app(intake, cast("KeyRing", None), Metrics(CollectorRegistry()), Health())
    found: dict[str, Any] = app.openapi_schema.to_schema()
    return found


def merged(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Put documents together, each path with the server that answers it.

    Raises:
        ValueError: two documents have a path or a component of one name that differs.
    """
    first = next(iter(documents.values()))
    whole: dict[str, Any] = {"openapi": first["openapi"], "info": dict(first["info"]) | {"title": TITLE}, "paths": {}, "components": {}}
    for name, document in documents.items():
        for path, item in document["paths"].items():
            _put(whole["paths"], path, deepcopy(item) | {"servers": [{"url": SERVERS[name], "description": name}]}, "path")
        for section, members in document.get("components", {}).items():
            for member, value in members.items():
                _put(whole["components"].setdefault(section, {}), member, value, f"component of {section}")
    return whole


def _put(where: dict[str, Any], name: str, value: Any, noun: str) -> None:
    if name in where and where[name] != value:
        msg = f"Both APIs have a {noun} {name!r}, and they differ. Rename one of them."
        raise ValueError(msg)
    where[name] = value
