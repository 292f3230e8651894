"""One thing that a source saw or measured at one moment."""

from typing import Any

import msgspec

from config.moment import Micros

Value = float | bool | str
"""A measured number, a state, or a text; the kinds table says which."""


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A point on the earth, WGS 84, in degrees."""

    lon: float
    lat: float


class Observation(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """An observation as it travels inside envelopes (msgpack arrays: field order is the wire format, append only).

    Attributes:
        id: the sender's, or the hash of source, kind, at and value (:mod:`streams.ids`).
        source: ``camera/<id>`` or ``sensor/<id>``.
        kind: a row of the kinds table.
        at: event time.
        value: a number, bool or string, as the kind says.
        unit: unit of the value where it differs from the kind's.
        position: where it was seen.
        zone: polygon of the camera's picture, or place within the source.
        confidence: 0 to 1.
        evidence: references to pictures (``evidence:sha256/<hex>``), never the bytes.
        attributes: everything else that was sent; ``test: true`` marks a drill that no rule sees.
        received_at: the clock of the gateway or detector when it took the observation in.
    """

    id: str
    source: str
    kind: str
    at: Micros
    value: Value
    unit: str | None = None
    position: Position | None = None
    zone: str | None = None
    confidence: float | None = None
    evidence: tuple[str, ...] = ()
    attributes: dict[str, Any] = {}
    received_at: Micros | None = None
