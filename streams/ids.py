"""Identities that every process computes alike, so that a replay repeats a record and never adds one."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from config.moment import Micros
from streams.observation import Value

NAMESPACE = uuid.UUID("e13681b4-4734-4a11-b1dc-5bd06f37b0e4")
"""The namespace of every name-based identity of the product (RFC 9562, version 5). It must never change."""

_DIGEST_BYTES = 16
_BEGUN = hashlib.sha1(NAMESPACE.bytes, usedforsecurity=False)
"""What every name-based identity begins with; going on from here takes a third of the time of ``uuid.uuid5``."""
_encode = msgspec.json.Encoder(order="deterministic").encode


def canonical(value: object) -> str:
    """JSON with sorted keys and without white space: equal values give equal texts."""
    return _encode(value).decode()


def observation_id(source: str, kind: str, at: Micros, value: Value) -> str:
    """The identity of an observation that was sent without one: 32 hexadecimal digits.

    Two reports of the same source, kind, instant and value are one observation. A whole number is the same value as
    the float it equals; the truth value ``True`` is another one than the number 1.
    """
    plain = value if isinstance(value, bool | str) else float(value)
    return hashlib.blake2b(_encode((source, kind, at, plain)), digest_size=_DIGEST_BYTES).hexdigest()


def foreign_id(source: str, given: str) -> str:
    """The identity of an observation whose sender's ids are unique within their source only, as those of CloudEvents are."""
    return hashlib.blake2b(_encode((source, given)), digest_size=_DIGEST_BYTES).hexdigest()


def alert_id(rule: str, group: Mapping[str, Any], starts_at: Micros) -> str:
    """The identity of an episode, the same in every run, replay and process (SEMANTICS, section 3)."""
    return _named((rule, group, starts_at))


def event_id(alert: str, event: str, at: Micros) -> str:
    """The identity of one change of an alert: of the alert's id, what happened and the exact instant."""
    return _named((alert, event, at))


def _named(value: object) -> str:
    """The version 5 UUID of a value's canonical form, as text."""
    digest = _BEGUN.copy()
    digest.update(_encode(value))
    text = digest.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]  # The two highest bits are 10, in RFC 9562's layout.
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
