"""``cityloop export``: the interfaces as documents for machines."""

import importlib
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

import msgspec
import typer


class Document(StrEnum):
    """Which document."""

    OPENAPI = "openapi"
    ASYNCAPI = "asyncapi"
    SCHEMAS = "schemas"
    METRICS = "metrics"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


RENDERERS: Mapping[Document, tuple[str, str]] = MappingProxyType(
    {
        Document.OPENAPI: ("cityloop.export.openapi", "openapi"),
        Document.ASYNCAPI: ("cityloop.export.asyncapi", "asyncapi"),
        Document.SCHEMAS: ("streams.schemas", "schemas"),
        Document.METRICS: ("cityloop.export.metrics", "metrics"),
    }
)
"""Module and function that render each; only the one that is wanted is imported, for some are heavy."""


def export(document: Annotated[Document, typer.Argument(help="Which document.")]) -> None:
    """Print the HTTP APIs (OpenAPI 3.1), the topics (AsyncAPI 3.0), the JSON Schemas, or the table of metrics."""
    module, function = RENDERERS[document]
    rendered = getattr(importlib.import_module(module), function)()
    typer.echo(msgspec.json.format(msgspec.json.encode(rendered), indent=2).decode())
