"""Rules and observations for tests, written the way SEMANTICS writes its examples: instants in seconds after an epoch."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from config.kinds import Kind, Text, ValueType
from config.moment import SECOND, Micros
from rules.engine import Limits, Note, Noted, Outcome, Partition
from rules.model import RuleSet
from rules.parser import parse_rules
from streams.alert import AlertEvent
from streams.observation import Observation, Value

EPOCH: Micros = 1_772_424_000 * SECOND
"""2026-03-02T04:00:00Z, which tests call second 0."""


def _kind(name: str, value: ValueType, *, life_safety: bool = False, pulse: bool = False) -> Kind:
    return Kind(name=name, value=value, label=Text(name, name), life_safety=life_safety, pulse=pulse)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("level", ValueType.NUMBER),
        _kind("other", ValueType.NUMBER),
        _kind("door", ValueType.BOOL),
        _kind("motion", ValueType.BOOL, pulse=True),
        _kind("note", ValueType.STRING),
        _kind("smoke", ValueType.BOOL, life_safety=True),
    )
}
"""A kinds table with each value type, a pulse kind and a life-safety kind."""

Told = tuple[str, float, float, float | None, int]
"""What an alert said: event, at, starts_at, ends_at (seconds) and count."""


def rules_of(*rules: dict[str, Any]) -> RuleSet:
    """A rule set; ``rule`` and ``kind`` have defaults, and JSON is YAML."""
    written = []
    for number, rule in enumerate(rules):
        common: dict[str, Any] = {"rule": f"r{number}"} if "sequence" in rule else {"rule": f"r{number}", "kind": "level"}
        written.append(common | rule)
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": written}]}), KINDS)


def seen(at: float, value: Value | int, **fields: Any) -> Observation:
    """An observation at a second; its id tells where it stands among those of its instant."""
    given: dict[str, Any] = {"source": "sensor/1", "kind": "level", "id": f"{at}-{value}", **fields}
    return Observation(at=EPOCH + round(at * SECOND), value=value if isinstance(value, bool | str) else float(value), **given)


def samples(text: str, kind: str = "level") -> list[Observation]:
    """Samples as SEMANTICS writes them: ``0: 9, 4: 9, 10: 1``; ``T`` and ``F`` are truth values."""
    found = []
    for number, part in enumerate(text.split(",")):
        at, _, value = (piece.strip() for piece in part.partition(":"))
        read: Value = {"T": True, "F": False}[value] if value in "TF" else float(value)
        found.append(seen(float(at), read, kind=kind, id=f"{number:03}"))
    return found


def run(ruleset: RuleSet, observations: Iterable[Observation], until: float | None = None, limits: Limits | None = None) -> list[Outcome]:
    """Every outcome of a run to the end, as a replay does it."""
    engine = Partition(ruleset, limits)
    found: list[Outcome] = []
    for observation in observations:
        found.extend(engine.observe(observation, observation.at))
    found.extend(engine.finish(engine.now if until is None else EPOCH + round(until * SECOND), engine.now))
    return found


def alerts(outcomes: Iterable[Outcome]) -> list[AlertEvent]:
    """The changes of alerts among outcomes."""
    return [outcome for outcome in outcomes if isinstance(outcome, AlertEvent)]


def notes(outcomes: Iterable[Outcome]) -> list[tuple[Note, str]]:
    """What was not applied: why, and its id."""
    return [(outcome.note, outcome.observation.id) for outcome in outcomes if isinstance(outcome, Noted)]


def told(outcomes: Iterable[Outcome], *, updates: bool = False) -> list[Told]:
    """What alerts said, in seconds; updates only when asked for."""
    return [
        (
            event.event.value,
            seconds(event.at),
            seconds(event.starts_at),
            None if event.ends_at is None else seconds(event.ends_at),
            event.count,
        )
        for event in alerts(outcomes)
        if updates or event.event.value != "updated"
    ]


def seconds(at: Micros) -> float:
    """An instant as tests write it."""
    return (at - EPOCH) / SECOND


def play(rule: dict[str, Any], observations: Sequence[Observation], until: float | None = None) -> list[Told]:
    """What one rule says of some observations."""
    return told(run(rules_of(rule), observations, until))


def laid(sections: Mapping[str, bytes], delta: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The sections of a checkpoint with those of a delta laid over them; what is gone is taken away."""
    return {name: section for name, section in {**sections, **delta}.items() if section is not None}
