"""The worked cases of the specification, where they are at hand, through the command's own parts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.kindfile import shipped_kinds
from rules.parser import UnknownKinds, load_rules
from rules.replay import Summary, infer_kinds, read_lines, replay

ROOT = Path(__file__).parents[3]
GOLDEN = sorted((ROOT.parent / "shared/golden").glob("rules-*"))
OWN = sorted((ROOT / "tests/data/rules/cases").iterdir())
FIELDS = ("event", "rule", "at", "starts_at", "fired_at", "ends_at")
COUNTED = ("level", "level-for", "level-for-keep", "level-stale", "hysteresis", "counted", "distinct")
"""Rules of the cases whose counts are fixed: those of the forms level and count."""
RUNS = [("rules.yaml", "obs.ndjson"), ("rules-late.yaml", "obs.ndjson"), ("rules-late.yaml", "shuffled.ndjson")]


def comparable(row: dict[str, Any]) -> tuple[object, ...]:
    """What of an event is compared."""
    group = tuple(sorted(row["group"].items()))
    return (*(row[field] for field in FIELDS), group, row["count"] if row["rule"] in COUNTED else None)


def said(folder: Path, rules: str, observations: str) -> list[tuple[object, ...]]:
    """What a replay says of a case, in its order, without updates."""
    recording = (folder / observations).read_bytes().splitlines()
    kinds = infer_kinds(recording, shipped_kinds())
    ruleset = load_rules([folder / rules], kinds, UnknownKinds.TAKE)
    summary = Summary()
    found = list(replay(ruleset, read_lines(recording, kinds), None, summary))
    assert set(summary.events) <= {"firing", "resolved", "updated"}
    return [comparable(row) for row in found if row["event"] != "updated"]


def expected(folder: Path) -> list[tuple[object, ...]]:
    """What must come out."""
    return [comparable(json.loads(line)) for line in (folder / "expected.ndjson").read_text().splitlines()]


@pytest.mark.skipif(not GOLDEN, reason="the worked cases (../shared/golden) are not on this machine")
@pytest.mark.parametrize(("rules", "observations"), RUNS)
@pytest.mark.parametrize("folder", GOLDEN, ids=[folder.name for folder in GOLDEN])
def test_the_worked_cases_come_out(folder: Path, rules: str, observations: str) -> None:
    """In order and shuffled within the lateness, exactly the events of the independent evaluator come out."""
    assert Counter(said(folder, rules, observations)) == Counter(expected(folder))


@pytest.mark.parametrize(("rules", "observations"), RUNS)
@pytest.mark.parametrize("folder", OWN, ids=[folder.name for folder in OWN])
def test_our_own_cases_come_out(folder: Path, rules: str, observations: str) -> None:
    """Cases of the same kind, written by the reference evaluator of the tests, come out too."""
    assert Counter(said(folder, rules, observations)) == Counter(expected(folder))
