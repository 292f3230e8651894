"""One case told otherwise: shifted, stretched, mirrored in names, split, and what its alerts must then be."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from rules.engine import Noted, Outcome, Partition
from rules.parser import parse_rules
from rules.replay.ensemble import LIMITS
from streams.alert import AlertEvent
from streams.ids import canonical
from tests.fakes.oddcases import observation_of
from tests.fakes.oracle.log import Entry
from tests.fakes.oracle.seen import Seen
from tests.fakes.rulekit import KINDS

LENGTHS = ("for", "keep_firing_for", "stale_after", "within", "absent", "lateness", "repeat")


class Said(NamedTuple):
    """What an alert said; instants in microseconds."""

    rule: str
    event: str
    group: str
    at: int
    starts_at: int
    fired_at: int
    ends_at: int | None
    last_seen: int
    matches: int
    sources: int


def said(rules: list[dict[str, Any]], log: Iterable[Entry], until: int | None = None) -> list[Said]:
    """Everything that the alerts of rules say about a log, in the order of noticing."""
    return [_said(outcome) for outcome in outcomes_of(rules, log, until) if isinstance(outcome, AlertEvent)]


def noted(rules: list[dict[str, Any]], log: Iterable[Entry]) -> list[tuple[str, str, str]]:
    """What was not applied: why, by which rule, and its id."""
    return [(one.note.value, one.rule, one.observation.id) for one in outcomes_of(rules, log) if isinstance(one, Noted)]


def outcomes_of(rules: list[dict[str, Any]], log: Iterable[Entry], until: int | None = None) -> list[Outcome]:
    """The outcomes of a whole replay."""
    engine = Partition(parse_rules(json.dumps({"groups": [{"name": "g", "rules": rules}]}), KINDS), LIMITS)
    found: list[Outcome] = []
    for entry in log:
        found += engine.tick(entry, entry) if isinstance(entry, int) else engine.observe(observation_of(entry), entry.at)
    end = engine.now if until is None else until
    return [*found, *engine.finish(end, end)]


def rules_in(text: str) -> list[dict[str, Any]]:
    """The rules of a file of one group."""
    found: list[dict[str, Any]] = json.loads(text)["groups"][0]["rules"]
    return found


def moved(log: Iterable[Entry], change: Callable[[int], int]) -> list[Entry]:
    """The same log at other times."""
    return [change(entry) if isinstance(entry, int) else entry._replace(at=change(entry.at)) for entry in log]


def retimed(one: Said, change: Callable[[int], int]) -> Said:
    """What is said of a log at other times."""
    ends_at = None if one.ends_at is None else change(one.ends_at)
    return one._replace(
        at=change(one.at),
        starts_at=change(one.starts_at),
        fired_at=change(one.fired_at),
        last_seen=change(one.last_seen),
        ends_at=ends_at,
    )


def stretched(rule: Mapping[str, Any], factor: int) -> dict[str, Any]:
    """A rule all of whose lengths are so many times as long."""
    found: dict[str, Any] = {name: _longer(value, factor) if name in LENGTHS else value for name, value in rule.items()}
    if "rate" in found:
        found["rate"] = {**found["rate"], "per": _longer(found["rate"]["per"], factor)}
    return found


def renamed(log: Iterable[Entry], names: Mapping[str, str]) -> list[Entry]:
    """The same log of other sources."""
    return [entry if isinstance(entry, int) else entry._replace(source=names[entry.source]) for entry in log]


def clocked(log: Iterable[Entry], keep: Callable[[Seen], bool]) -> list[Entry]:
    """Some of the observations, and for the others only that their time has come."""
    return [entry if isinstance(entry, int) or keep(entry) else entry.at for entry in log]


def _longer(length: str, factor: int) -> str:
    return f"{int(length.removesuffix('ms')) * factor}ms"


def _said(event: AlertEvent) -> Said:
    return Said(
        event.rule,
        event.event.value,
        canonical(event.group),
        event.at,
        event.starts_at,
        event.fired_at,
        event.ends_at,
        event.last_seen,
        event.count,
        event.distinct_sources,
    )
