"""Writes the cases under tests/data/rules/cases with the reference evaluator: ``python -m tests.fakes.rulecases``.

Each case has the eleven rules that the specification's worked cases have, with other numbers, and traffic in whole
seconds, in which ties are common. Sources have at most one observation of a kind at one instant, so that no count
depends on the order within an instant.
"""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.fakes.oracle.log import Heard, clock, hear, in_turn
from tests.fakes.oracle.rulebook import Rule, read_rules
from tests.fakes.oracle.seen import SECOND, Seen
from tests.fakes.ruletraffic import dice

FOLDER = Path(__file__).parents[1] / "data/rules/cases"
CASES = 4
LATENESS = 20
BEGIN = 1_772_400_000
COUNTED = ("level", "count")
DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rules_by(chance: random.Random) -> dict[str, dict[str, Any]]:
    """The rules with times in seconds."""
    over = {"kind": "pm10", "where": "value > 5"}
    door = {"kind": "door", "where": "value == true"}
    motion = {"kind": "motion", "where": "value == true"}
    hours = {"zone": "Asia/Shanghai", "hours": [["06:00", "11:30"], ["13:00", "21:00"]], "days": list(DAY)}
    draw = chance.randint
    return {
        "level": over,
        "level-for": over | {"for": draw(5, 60)},
        "level-for-keep": over | {"for": draw(5, 60), "keep_firing_for": draw(5, 90)},
        "level-stale": over | {"for": draw(5, 40), "stale_after": draw(10, 60), "keep_firing_for": draw(5, 60)},
        "hysteresis": {"kind": "pm10", "where": "value > 7", "clear": "value < 3", "keep_firing_for": draw(1, 30)},
        "counted": door | {"count": 2, "within": draw(60, 200), "keep_firing_for": draw(1, 30)},
        "distinct": door | {"by": ["zone"], "count": 3, "distinct": "source", "within": draw(60, 200)},
        "absent": {"kind": "door", "where": "true", "absent": draw(60, 300), "keep_firing_for": draw(1, 30)},
        "absent-day": {"kind": "door", "where": "true", "absent": 7200, "active": hours},
        "then": {"sequence": [door, motion], "within": draw(30, 120)},
        "then-not": {"sequence": [door, {"not": motion}], "within": draw(30, 120)},
    }


def traffic(chance: random.Random) -> list[Seen]:
    """A busy quarter of an hour, and some observations over half a day."""
    found: dict[tuple[str, str, int], Seen] = {}
    for number in range(330):
        kind = chance.choice(["pm10", "pm10", "pm10", "door", "motion"])
        value: Any = chance.randint(0, 100) / 10 if kind == "pm10" else chance.random() < 0.7
        source = chance.randint(0, 5)
        at = BEGIN + (chance.randint(0, 900) if number < 290 else chance.randint(900, 40_000))
        found[f"sensor/{source}", kind, at] = Seen(at * SECOND, f"o{number:06}", f"sensor/{source}", kind, value, f"z{source % 2}")
    return sorted(found.values(), key=lambda seen: (seen.at, seen.id))


def write_case(number: int) -> None:
    """Write one case."""
    chance = dice(f"case {number}")
    rules, history = rules_by(chance), traffic(chance)
    folder = FOLDER / f"case-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    arrival = sorted(history, key=lambda seen: seen.at / SECOND + chance.uniform(0, LATENESS * 0.99))
    for name, order in (("obs", history), ("shuffled", arrival)):
        (folder / f"{name}.ndjson").write_text("".join(json.dumps(_public(seen)) + "\n" for seen in order))
    for name, more in (("rules", {}), ("rules-late", {"lateness": LATENESS})):
        written = [{"rule": rule, **_written({**fields, **more})} for rule, fields in rules.items()]
        with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
            YAML().dump({"groups": [{"name": "cases", "rules": written}]}, file)
    rows: list[dict[str, Any]] = []
    for rule in read_rules((folder / "rules.yaml").read_text()):
        rows.extend(_rows(rule, hear(rule, in_turn(history, 0, to_the_end=True), clock(history))))
    (folder / "expected.ndjson").write_text(
        "".join(json.dumps(row) + "\n" for row in sorted(rows, key=lambda row: (row["at"], row["rule"])))
    )


def _written(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as a file has it: lengths of time with their unit."""
    return {name: f"{value}s" if isinstance(value, int) and name != "count" else value for name, value in fields.items()}


def _public(seen: Seen) -> dict[str, Any]:
    return {"id": seen.id, "source": seen.source, "kind": seen.kind, "at": _time(seen.at), "value": seen.value, "zone": seen.zone}


def _rows(rule: Rule, heard: Heard) -> Iterator[dict[str, Any]]:
    """Firing and resolved events; counts of the forms whose counts are not fixed are -1."""
    for said, group in heard.said:
        if said.event == "updated":
            continue
        times = {"at": _time(said.at), "starts_at": _time(said.starts_at), "fired_at": _time(said.fired_at)}
        ends_at = None if said.ends_at is None else _time(said.ends_at)
        count = said.matches if rule.form in COUNTED else -1
        yield {"event": said.event, "rule": rule.name, "group": group, **times, "ends_at": ends_at, "count": count}


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%dT%H:%M:%SZ}"


if __name__ == "__main__":
    for case in range(1, CASES + 1):
        write_case(case)
