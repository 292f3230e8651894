"""The worked cases again with noise between their lines: what is no news changes no alert, and is told as what it is."""

import json
import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.kindfile import shipped_kinds
from rules.model import Absent, RuleSet
from rules.parser import UnknownKinds, load_rules, parse_rules
from rules.replay import Summary, read_lines, replay
from tests.fakes.ruletraffic import dice

FOLDERS = sorted((Path(__file__).parents[2] / "data/rules/cases").iterdir())
EACH = pytest.mark.parametrize(
    ("folder", "rules"), [(FOLDERS[0], "rules.yaml"), (FOLDERS[1], "rules-late.yaml")], ids=["on arrival", "with lateness"]
)
Noise = Callable[[random.Random, list[dict[str, Any]], int], list[bytes]]
"""Lines to put behind a line of the recording, given the observations so far and the line's number."""


@cache
def ruleset(folder: Path, rules: str) -> RuleSet:
    """The rules of a case."""
    return load_rules([folder / rules], shipped_kinds(), UnknownKinds.TAKE)


def observations(folder: Path) -> list[dict[str, Any]]:
    """The recording of a case."""
    return [json.loads(line) for line in (folder / "obs.ndjson").read_text().splitlines()]


def rows(folder: Path, rules: str, lines: list[bytes]) -> tuple[list[dict[str, Any]], Summary]:
    """Everything that a replay prints."""
    summary = Summary()
    return list(replay(ruleset(folder, rules), read_lines(lines, shipped_kinds()), None, summary)), summary


def alerts(printed: list[dict[str, Any]]) -> Counter[str]:
    """The rows about alerts, whole."""
    return Counter(json.dumps(row, sort_keys=True) for row in printed if "fired_at" in row)


def noisy(folder: Path, rules: str, noise: Noise) -> tuple[list[dict[str, Any]], Summary, int]:
    """The case with noise after about every fifth line, its alerts compared; gives the rows and how many lines were added."""
    chance, lines = dice(f"noise {folder.name} {rules}"), list[bytes]()
    recording, added = observations(folder)[:250], 0
    for number, observation in enumerate(recording):
        lines.append(json.dumps(observation).encode())
        if chance.random() < 0.2:
            more = noise(chance, recording[: number + 1], len(lines))
            lines += more
            added += len(more)
    plain, _ = rows(folder, rules, [json.dumps(observation).encode() for observation in recording])
    printed, summary = rows(folder, rules, lines)
    assert alerts(printed) == alerts(plain)
    assert added > 20
    return printed, summary, added


def latest(so_far: list[dict[str, Any]]) -> str:
    """The clock of the stream, which noise must not move on."""
    return max((str(observation["at"]) for observation in so_far), key=lambda at: at.removesuffix("Z") + ("" if "." in at else "."))


@EACH
def test_lines_that_are_no_observations(folder: Path, rules: str) -> None:
    """Broken, foreign and misspelt lines are rejected one by one, each with its number; every alert is the same to the last field."""
    broken = [b'{"source":', b"null", b"[]", b"\xff\xfe", b'{"source": "sensor/1"}', b'{"kind": "pm10", "value": 9}']
    written: list[int] = []

    def noise(chance: random.Random, so_far: list[dict[str, Any]], line: int) -> list[bytes]:
        written.append(line + 1)
        misspelt = json.dumps(so_far[-1] | {"id": f"x{line}", "kind": "pm01"}).encode()
        text = json.dumps(so_far[-1] | {"id": f"y{line}", "kind": "pm10", "value": "high"}).encode()
        return [chance.choice([*broken, misspelt, text])]

    printed, summary, added = noisy(folder, rules, noise)
    assert [row["line"] for row in printed if row["event"] == "rejected"] == written
    assert all(row["reason"].endswith((".", "?")) for row in printed if row["event"] == "rejected")
    assert summary.rejected == added


@EACH
def test_lines_that_came_before(folder: Path, rules: str) -> None:
    """Any line again, however long after it: a duplicate for each rule that looks at its kind, and nothing else."""
    again: list[str] = []

    def noise(chance: random.Random, so_far: list[dict[str, Any]], _: int) -> list[bytes]:
        one = chance.choice(so_far)
        again.append(one["kind"])
        return [json.dumps(one).encode()]

    printed, summary, _ = noisy(folder, rules, noise)
    looking = Counter(kind for rule in ruleset(folder, rules).rules for kind in rule.kinds)
    assert summary.events["duplicate"] == sum(looking[kind] for kind in again)
    assert "late" not in summary.events
    assert summary.rejected == 0
    assert {row["reason"] for row in printed if row["event"] == "duplicate"} == {"the same id came before"}


@EACH
def test_lines_that_came_before_under_another_time(folder: Path, rules: str) -> None:
    """A device that stamps what it sends again with the present: a duplicate all the same."""

    def noise(chance: random.Random, so_far: list[dict[str, Any]], _: int) -> list[bytes]:
        return [json.dumps(chance.choice(so_far) | {"at": latest(so_far)}).encode()]

    _, summary, __ = noisy(folder, rules, noise)
    assert summary.events["duplicate"] > 100
    assert "late" not in summary.events


@EACH
def test_lines_from_the_future(folder: Path, rules: str) -> None:
    """An hour ahead of its own receipt a line is rejected, and the clock of the stream stays where it was."""

    def noise(_: random.Random, so_far: list[dict[str, Any]], line: int) -> list[bytes]:
        ahead = {"id": f"f{line}", "at": "2027-01-01T00:00:00Z", "received_at": "2026-12-31T23:00:00Z"}
        return [json.dumps(so_far[-1] | ahead).encode()]

    printed, summary, added = noisy(folder, rules, noise)
    assert summary.rejected == added
    assert {row["reason"] for row in printed if row["event"] == "rejected"} == {
        "its time is 1h after it was received; at most 5m is believed."
    }


@EACH
def test_drills_and_kinds_of_nobody(folder: Path, rules: str) -> None:
    """A drill, and a kind that no rule names, at a time that has come: not a word, and no alert differs."""

    def noise(chance: random.Random, so_far: list[dict[str, Any]], line: int) -> list[bytes]:
        drill = so_far[-1] | {"id": f"d{line}", "at": latest(so_far), "test": True}
        other = so_far[-1] | {"id": f"o{line}", "at": latest(so_far), "kind": "temperature", "value": 40}
        return [json.dumps(chance.choice([drill, other])).encode()]

    printed, summary, _ = noisy(folder, rules, noise)
    assert set(summary.events) <= {"firing", "updated", "resolved"}
    assert len(printed) == sum(summary.events.values())


@EACH
def test_observations_that_cannot_be_judged(folder: Path, rules: str) -> None:
    """Under rules that ask for a confidence, lines without one are undecided with the reason, and what has one says the same."""
    text = (folder / rules).read_text().replace("where: value", "where: confidence > 0.5 && value")
    asking = parse_rules(text, shipped_kinds(), unknown=UnknownKinds.TAKE)
    sure, unsure = list[bytes](), list[bytes]()
    for number, observation in enumerate(observations(folder)):
        sure.append(json.dumps(observation | {"confidence": 0.9}).encode())
        unsure.append(sure[-1])
        if observation["value"] is True or (observation["kind"] == "pm10" and observation["value"] > 7):
            unsure.append(json.dumps(observation | {"id": f"u{number}"}).encode())
    summary = Summary()
    printed = list(replay(asking, read_lines(unsure, shipped_kinds()), None, summary))
    plain = list(replay(asking, read_lines(sure, shipped_kinds()), None, Summary()))
    # The rules of absence ask for nothing, so that every door is a match to them.
    judged = {rule.name for rule in asking.rules if not isinstance(rule.condition, Absent)}
    assert alerts(_of(printed, judged)) == alerts(_of(plain, judged))
    assert summary.events["undecided"] >= len(unsure) - len(sure) > 100
    assert {row["reason"] for row in printed if row["event"] == "undecided"} == {"confidence is missing"}


def _of(printed: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    return [row for row in printed if row.get("rule") in names]
