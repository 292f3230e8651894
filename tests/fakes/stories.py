"""Worked cases with a sentence each: rules, lines of a recording, and every row that a replay must print.

A file of ``tests/data/rules/stories`` holds several YAML documents, each a story::

    story: a clearing sample at exactly s + for prevents the firing
    rules:
      - {rule: r, kind: level, where: value > 5, for: 10s}
    lines: |
      0 s1 level 9
      10 s1 level 1
    says: |
      firing r s1 at 10 starts 0 count 2

Instants are seconds after 2026-03-02T04:00:00Z, ``s1`` stands for ``sensor/1``. A line is an instant, a source, a kind and a value,
then ``name=value`` of other fields; ``raw: ...`` is a line as it stands. What is said is complete and in its order; ``updated``
is left out unless the story has ``updates: true``.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from config.moment import SECOND, render
from rules.parser import parse_rules
from rules.replay import Summary, read_lines, replay
from tests.fakes.oracle.recording import instant
from tests.fakes.rulekit import EPOCH, KINDS

FOLDER = Path(__file__).parents[1] / "data/rules/stories"
_FIELDS = {"at": "at", "starts": "starts_at", "fired": "fired_at", "ends": "ends_at", "seen": "last_seen"}
_TRUTHS = {"T": True, "F": False, "true": True, "false": False}


class Story(NamedTuple):
    """One case.

    Attributes:
        name: its sentence.
        rules: text of a rule file.
        lines: of the recording.
        until: where time ends, in seconds; ``None``: at the last line.
        says: every row.
        updates: whether ``updated`` is among them.
    """

    name: str
    rules: str
    lines: list[bytes]
    until: float | None
    says: list[str]
    updates: bool


def stories() -> Iterator[Story]:
    """All stories of all files."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for told in YAML(typ="safe", pure=True).load_all(path.read_text(encoding="utf-8")):
            yield Story(
                name=f"{path.stem}: {told['story']}",
                rules=json.dumps({"groups": [{"name": "story", "rules": told["rules"]}]}),
                lines=[_line(line, number) for number, line in enumerate(told.get("lines", "").splitlines())],
                until=told.get("until"),
                says=[" ".join(line.split()) for line in told.get("says", "").splitlines() if line.strip()],
                updates=told.get("updates", False),
            )


def replayed(story: Story) -> tuple[list[str], Summary]:
    """What a replay says of a story, in the words of stories."""
    summary = Summary()
    until = None if story.until is None else _at(story.until)
    rows = replay(parse_rules(story.rules, KINDS), read_lines(story.lines, KINDS), until, summary)
    return [_told(row) for row in rows if story.updates or row["event"] != "updated"], summary


def agrees(told: str, said: str) -> bool:
    """Whether a row is what a story says: all that it names, in its order; of a reason a part is enough."""
    given, wanted = told.split(), said.split()
    if given[0] == wanted[0] == "rejected":
        return told.startswith(" ".join(wanted[:3])) and " ".join(wanted[3:]) in told
    if given[:3] != wanted[:3]:
        return False
    facts = dict(zip(given[3::2], given[4::2], strict=False))
    return all(facts.get(name) == value for name, value in zip(wanted[3::2], wanted[4::2], strict=True))


def _line(line: str, number: int) -> bytes:
    if line.startswith("raw: "):
        return line.removeprefix("raw: ").encode()
    if not line.strip():
        return b""
    at, source, kind, value, *others = line.split()
    fields: dict[str, Any] = {"id": f"{number:03}", "source": _source(source), "kind": kind, "at": render(_at(float(at)))}
    fields["value"] = _value(value)
    for other in others:
        name, _, given = other.partition("=")
        if name == "position":
            lon, lat = map(float, given.split(","))
            fields[name] = {"lon": lon, "lat": lat}
        elif name == "received_at":
            fields[name] = render(_at(float(given)))
        elif name == "evidence":
            fields[name] = [given]
        else:
            fields[name] = given if name in ("id", "zone", "unit") else _value(given)
    return json.dumps(fields).encode()


def _told(row: dict[str, Any]) -> str:
    if row["event"] == "rejected":
        return f"rejected line {row['line']} {row['reason']}"
    group = ",".join("-" if part is None else _short(part) for part in row["group"].values()) or "*"
    facts = [f"{name} {_seconds(row[field])}" for name, field in _FIELDS.items() if row.get(field) is not None]
    facts += [f"{name} {row[field]}" for name, field in (("count", "count"), ("sources", "distinct_sources"), ("id", "id")) if field in row]
    if "reason" in row:
        facts.append(f"since {row['reason'].replace(' ', '_')}")
    return f"{row['event']} {row['rule']} {group} {' '.join(facts)}"


def _source(short: str) -> str:
    return f"sensor/{short.removeprefix('s')}" if re.fullmatch(r"s\d+", short) else short


def _short(part: Any) -> str:
    return re.sub(r"^sensor/(\d+)$", r"s\1", part) if isinstance(part, str) else json.dumps(part)


def _value(text: str) -> Any:
    if text in _TRUTHS:
        return _TRUTHS[text]
    return json.loads(text) if re.match(r"[-\d\[{\"]", text) else text


def _at(seconds: float) -> int:
    return EPOCH + round(seconds * SECOND)


def _seconds(at: str) -> str:
    return f"{(instant(at) - EPOCH) / SECOND:.6f}".rstrip("0").rstrip(".")
