"""JSON Schemas of what crosses the product's borders, made from the types and from the reader's own bounds."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from streams.alert import AlertEvent
from streams.fields import MAX_EVIDENCE, MAX_TEXT

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SOURCE = r"^(camera|sensor)/[\p{L}\p{N}_.:@+/-]{1,200}$"  # In the dialect of JSON Schema, where \w would mean ASCII only.


class PublicPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the earth, WGS 84, in degrees."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]


class PublicObservation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that a source saw or measured at one moment. Fields not named here are kept under ``attributes``."""

    source: Annotated[str, Meta(examples=["sensor/door-7"], extra_json_schema={"pattern": _SOURCE})]
    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="A row of the kinds table.")]
    at: Annotated[
        str,
        Meta(
            description="Event time, RFC 3339 with offset.",
            examples=["2026-03-02T08:00:00+08:00"],
            extra_json_schema={"format": "date-time"},
        ),
    ]
    value: float | bool | Annotated[str, Meta(max_length=MAX_TEXT)]
    id: Annotated[str, Meta(min_length=1, max_length=200, description="Default: hash of source, kind, at, value.")] | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    position: PublicPosition | None = None
    zone: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    evidence: Annotated[list[Annotated[str, Meta(min_length=1, max_length=2_000)]], Meta(max_length=MAX_EVIDENCE)] | None = None
    attributes: dict[str, Any] | None = None


_PUBLIC = {"observation": PublicObservation, "alert": AlertEvent}


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by name, each complete in itself."""
    return {name: {"$schema": DIALECT, "$id": f"urn:cityloop:schema:{name}", **msgspec.json.schema(kind)} for name, kind in _PUBLIC.items()}
