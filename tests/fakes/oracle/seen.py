"""What the reference evaluator sees of an observation, and the fields by which it tells them apart."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

SECOND = 1_000_000
"""Microseconds: every instant and every length of the oracle is a whole number of them."""


class Seen(NamedTuple):
    """One observation; tuples compare by (at, id) first, which is the order within a group."""

    at: int
    id: str
    source: str
    kind: str
    value: Any
    zone: str | None = None
    position: tuple[float, float] | None = None
    confidence: float | None = None
    evidence: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = {}
    unit: str | None = None


def field(seen: Seen, name: str) -> Any:
    """A field by its name in rules; ``None`` where it is missing."""
    if name.startswith("attributes."):
        value: Any = seen.attributes
        for part in name.split(".")[1:]:
            value = value.get(part) if isinstance(value, dict) else None
        return value
    return getattr(seen, name)


def shown(value: Any) -> Any:
    """A value as JSON has it: a whole number without fraction, a list or an object as its text."""
    if isinstance(value, list | dict):
        return text(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def text(value: Any) -> str:
    """Canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
