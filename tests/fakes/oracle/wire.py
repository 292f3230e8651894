"""Records as the reference evaluator reads them: msgpack arrays and JSON, place by place, without the product's types."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from tests.fakes.oracle.log import Entry
from tests.fakes.oracle.seen import SECOND, Seen

MOST = 500
MAX_AHEAD = 300 * SECOND
_ENVELOPE = b"application/vnd.cityloop.envelope+msgpack"


class Raw(NamedTuple):
    """A record: where it lies, when the broker took it, and what it is."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes
    headers: Mapping[str, bytes]


class Read(NamedTuple):
    """What a record holds.

    Attributes:
        entries: observations that rules may see, and ticks.
        drills: instants of drills, which no rule sees; they move the clock all the same.
        rejected: ids of observations that are from the future; ``None`` stands for the whole record.
        switches: whether the record switches to other rules.
    """

    entries: list[Entry]
    rejected: list[str | None]
    switches: bool = False


def read(record: Raw) -> Read:
    """Read one record; a drill leaves its instant behind as a tick, since it moves the clock and nothing else."""
    try:
        received, observations, tick, ruleset = _opened(record)
    except (ValueError, KeyError, TypeError, IndexError):
        return Read([], [None])
    if len(observations) > MOST:
        return Read([], [None])
    found = Read([], [], ruleset is not None)
    for seen, at_gateway in observations:
        if seen.at > (received if at_gateway is None else at_gateway) + MAX_AHEAD:
            found.rejected.append(seen.id)
        else:
            found.entries.append(seen.at if seen.attributes.get("test") is True else seen)
    if tick is not None:
        found.entries.append(tick)
    return found


def origin(record: Raw) -> str:
    """Where a rejected record says that it came from."""
    return f"kafka:{record.topic}/{record.partition}/{record.offset}"


Opened = tuple[int, list[tuple[Seen, int | None]], int | None, str | None]


def _opened(record: Raw) -> Opened:
    if record.headers.get("content-type") == _ENVELOPE:
        sent_at, _, observations, tick, ruleset, *_ = [*msgspec.msgpack.decode(record.value), *[None] * 4][:8]
        return int(sent_at), list(_seen(observations or [])), tick, ruleset
    given = json.loads(record.value)
    at = datetime.fromisoformat(given["at"])
    if at.tzinfo is None:
        raise ValueError(given["at"])
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    instant = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    value = float(given["value"]) if type(given["value"]) is int else given["value"]
    return record.timestamp, [(Seen(instant, given["id"], given["source"], given["kind"], value, given.get("zone")), None)], None, None


def _seen(observations: list[list[Any]]) -> Iterator[tuple[Seen, int | None]]:
    for given in observations:
        identity, source, kind, at, value, _, position, zone, confidence, evidence, attributes, received_at = [*given, *[None] * 12][:12]
        if type(at) is not int:
            raise TypeError(at)
        place = None if position is None else (position[0], position[1])
        yield Seen(at, identity, source, kind, value, zone, place, confidence, tuple(evidence or ()), attributes or {}), received_at
