"""A recording as the reference evaluator reads it: lines of text to observations, by the words of the public form and nothing else."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.fakes.oracle.log import Entry
from tests.fakes.oracle.seen import SECOND, Seen

MAX_AHEAD = 300 * SECOND
_TYPES: Mapping[str, tuple[type, ...]] = {"number": (int, float), "bool": (bool,), "string": (str,)}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)")
_OWN = ("id", "source", "kind", "at", "value", "unit", "position", "zone", "confidence", "evidence", "received_at", "attributes")


class Recording(NamedTuple):
    """What a recording holds.

    Attributes:
        entries: of each line that is good, with the line's number; a drill leaves its instant behind, since it moves the clock.
        rejected: numbers of the lines that are not used.
    """

    entries: list[tuple[int, Entry]]
    rejected: list[int]


class BadLineError(ValueError):
    """A line is no observation."""


def read_recording(raw: Iterable[bytes], kinds: Mapping[str, str]) -> Recording:
    """Read lines; ``kinds`` gives the type of value of each kind. Empty lines are nothing at all."""
    found = Recording([], [])
    for number, line in enumerate(raw, start=1):
        if not line.strip():
            continue
        try:
            found.entries.append((number, _entry(line, kinds)))
        except (ValueError, TypeError, KeyError):
            found.rejected.append(number)
    return found


def _entry(line: bytes, kinds: Mapping[str, str]) -> Entry:
    given = json.loads(line.decode(), parse_constant=_refuse)
    if not isinstance(given, dict):
        raise BadLineError("no object")
    told = {name: value for name, value in given.items() if value is not None}
    at, value = instant(told["at"]), told["value"]
    _need(re.fullmatch(r"(camera|sensor)/\S+", told["source"]) is not None)
    _need(type(value) in _TYPES[kinds[told["kind"]]])
    _need(isinstance(value, bool | str) or math.isfinite(value))
    for name in ("id", "unit", "zone"):
        _need(name not in told or (isinstance(told[name], str) and told[name] != ""))
    confidence = told.get("confidence")
    _need(confidence is None or (type(confidence) in (int, float) and 0 <= confidence <= 1))
    attributes = told.get("attributes", {}) | {name: value for name, value in given.items() if name not in _OWN}
    if "received_at" in told and at > instant(told["received_at"]) + MAX_AHEAD:
        raise BadLineError("from the future")
    if attributes.get("test") is True:
        return at
    place = told.get("position")
    return Seen(
        at,
        told.get("id", f"{told['source']} {told['kind']} {at} {json.dumps(float(value) if type(value) is int else value)}"),
        told["source"],
        told["kind"],
        float(value) if type(value) is int else value,
        told.get("zone"),
        None if place is None else (float(place["lon"]), float(place["lat"])),
        confidence,
        tuple(told.get("evidence", ())),
        attributes,
        told.get("unit"),
    )


def instant(written: str) -> int:
    """Microseconds since 1970 of an RFC 3339 date-time; digits beyond them are cut off."""
    match = _INSTANT.fullmatch(written)
    if match is None:
        raise BadLineError(written)
    day, time, fraction, offset = match.groups()
    local = datetime.fromisoformat(f"{day}T{time}+00:00")
    shift = timedelta(0)
    if offset not in "Zz":
        hours, minutes = offset[1:].split(":")
        shift = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1)
    since = local - shift - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + int((fraction or "").ljust(6, "0")[:6])


def _need(good: bool) -> None:
    if not good:
        raise BadLineError("a field does not fit")


def _refuse(_: str) -> Any:
    raise BadLineError("NaN and Infinity are not JSON")
