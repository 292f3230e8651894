"""Recordings as they come from the world: every way of writing an observation, and lines that are none, between good ones."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from tests.fakes.oddcases import Oddity, oddity
from tests.fakes.oracle.seen import SECOND, Seen

OFFSETS = (None, 8 * 60, -5 * 60, 5 * 60 + 30, 13 * 60 + 45, 0)
"""Minutes from UTC; ``None`` is written ``Z``."""
NAMES = ("sensor/北门-1", "sensor/Ärger_2", "sensor/3")
"""What the three sources are called here: names are not ASCII alone."""


class Odd(NamedTuple):
    """One recording with its rules.

    Attributes:
        rules: text of a rule file.
        lines: of the recording.
    """

    rules: str
    lines: list[bytes]


class Order(StrEnum):
    """In which order a recording's lines stand."""

    ODD = "late ones and repetitions too"
    BY_TIME = "by time"


def odd_recording(chance: random.Random, forms: Sequence[str] | None = None, length: int = 50, order: Order = Order.ODD) -> Odd:
    """Random rules and a recording for them."""
    case: Oddity = oddity(chance, forms, length=length)
    lines: list[bytes] = []
    for entry in case.log if order is Order.ODD else case.history:
        if isinstance(entry, int):
            continue
        lines.append(written(chance, entry))
        if chance.random() < 0.15:
            lines.append(chance.choice(_BAD)(chance, entry))
    return Odd(case.rules, lines)


def written(chance: random.Random, seen: Seen, **other: Any) -> bytes:
    """One line; ``other`` fields stand instead of the observation's own, ``...`` leaves one out."""
    fields = _fields(chance, seen) | other
    kept = [(name, value) for name, value in fields.items() if value is not ...]
    chance.shuffle(kept)
    text = json.dumps(dict(kept), ensure_ascii=chance.random() < 0.5, separators=chance.choice([(",", ":"), (", ", ": ")]))
    return text.encode() + chance.choice([b"", b"\n", b"\r\n", b"  "])


def time(chance: random.Random, at: int, offset: int | None = None) -> str:
    """An instant in one of the ways of RFC 3339, with as many digits as it needs or more."""
    minutes = chance.choice(OFFSETS) if offset is None else offset
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at // SECOND, minutes=minutes or 0)
    fraction = f"{at % SECOND:06}"
    short = fraction.rstrip("0")
    digits = chance.choice([short, fraction, f"{fraction}789"[: chance.choice([6, 9])]])
    zone = chance.choice("Zz") if minutes is None else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return f"{local:%Y-%m-%d}{chance.choice('TTTt ')}{local:%H:%M:%S}{'.' + digits if digits else ''}{zone}"


def _fields(chance: random.Random, seen: Seen) -> dict[str, Any]:
    value: Any = seen.value
    if isinstance(value, float) and value.is_integer() and chance.random() < 0.5:
        value = int(value)
    fields: dict[str, Any] = {
        "id": seen.id,
        "source": NAMES[int(seen.source[-1]) - 1],
        "kind": seen.kind,
        "at": time(chance, seen.at),
        "value": value,
    }
    if seen.zone is not None or chance.random() < 0.2:
        fields["zone"] = seen.zone
    if seen.unit is not None:
        fields["unit"] = seen.unit
    if seen.confidence is not None:
        fields["confidence"] = seen.confidence
    if seen.position is not None:
        fields["position"] = {"lon": seen.position[0], "lat": seen.position[1]}
    if seen.evidence:
        fields["evidence"] = list(seen.evidence)
    if seen.attributes and chance.random() < 0.5:
        fields["attributes"] = dict(seen.attributes)
    else:
        fields.update(seen.attributes)  # What is not known is an attribute.
    if chance.random() < 0.2:
        fields["received_at"] = time(chance, seen.at + chance.choice([-300, 0, 5]) * SECOND)
    if chance.random() < 0.05:
        fields["test"] = chance.choice([True, "true", 1, False])
    return fields


Bad = Callable[[random.Random, Seen], bytes]


def _with(**other: Any) -> Bad:
    return lambda chance, seen: written(chance, seen, **other)


def _cut(chance: random.Random, seen: Seen) -> bytes:
    whole = written(chance, seen).strip()
    return whole[: chance.randrange(1, len(whole))]


_BAD: Sequence[Bad] = (
    _cut,
    _with(source=...),
    _with(source="door-7"),
    _with(kind="levle"),
    _with(kind=...),
    _with(at=...),
    _with(at="2026-03-02T08:00:00"),
    _with(at="2026-02-30T08:00:00Z"),
    _with(at=1_772_424_000),
    _with(at="yesterday"),
    _with(value=None),
    _with(value=...),
    _with(value=[1]),
    _with(value={"a": 1}),
    _with(kind="door", value=1),
    _with(kind="level", value="9"),
    _with(kind="note", value=True),
    _with(id=7),
    _with(id=""),
    _with(zone=3),
    _with(confidence=1.5),
    _with(confidence="high"),
    lambda chance, seen: written(chance, seen, received_at=time(chance, seen.at - 300 * SECOND - 1)),
    lambda chance, seen: written(chance, seen, at=time(chance, seen.at + 3600 * SECOND), received_at=time(chance, seen.at)),
    lambda _, __: b"[]",
    lambda _, __: b"null",
    lambda _, __: b'{"value": NaN}',
    lambda _, __: b"\xff\xfe{}",
    lambda _, __: b"",
    lambda _, __: b"   \r\n",
    lambda _, __: b"# a remark",
)
"""Lines that are no observation, or nothing at all; and one that is from the future by a microsecond."""

TYPES: Mapping[str, str] = {"level": "number", "other": "number", "door": "bool", "motion": "bool", "note": "string", "smoke": "bool"}
"""The kinds table of the rules' tests, as the reference evaluator knows it."""
