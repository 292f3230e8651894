"""One OpenAPI document of both HTTP APIs: the console's and the gateway's."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from console.openapi import document as console_document
from streams.gateway.openapi import ingest_document

TITLE = "cityloop"
SERVERS = {"console": "http://127.0.0.1:8080", "gateway": "http://127.0.0.1:8090"}
"""Defaults of the two servers; paths carry the one that answers them."""


def openapi() -> dict[str, Any]:
    """The whole document.

    Raises:
        ValueError: both APIs have a component of one name that differs.
    """
    return merged({"console": console_document(), "gateway": ingest_document()})


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
