"""Which observations a rule's meaning can depend on: the others need not travel.

An observation is left out only where each predicate that could make something of it is decided, and false. What cannot be
decided travels, so that it is counted once, where it is judged. And all travel to a rule that stands on silence: what is no match is a
sign of life all the same, by which a timer that fell between two ticks runs (docs/adr/0023-blindness.md).
"""

from collections.abc import Callable, Mapping
from typing import Any

from config.kinds import Kind
from rules.model import Absent, Cluster, Count, Level, Predicate, Rate, Rule, Sequence, Unanswered
from rules.predicates import compile_predicate
from rules.predicates.fields import Run
from streams.observation import Observation

Test = tuple[tuple[str, ...], Predicate | None]
"""Kinds, and a predicate that makes something of their observations; ``None``: every one of them counts."""


def _where(rule: Rule, _: Any) -> tuple[Test, ...]:
    return ((rule.kinds, rule.where),)


def _all(rule: Rule, _: Any) -> tuple[Test, ...]:
    return ((rule.kinds, None),)


def _level(rule: Rule, condition: Level) -> tuple[Test, ...]:
    """Without ``clear`` a sample that is no match is what ends the condition; with ``stale_after`` silence is."""
    if condition.clear is None or condition.stale_after:
        return _all(rule, condition)
    return ((rule.kinds, rule.where), (rule.kinds, condition.clear))


def _sequence(_: Rule, condition: Sequence) -> tuple[Test, ...]:
    return tuple((step.kinds, step.where) for step in (condition.first, condition.second))


_TESTS: Mapping[type, Callable[[Rule, Any], tuple[Test, ...]]] = {
    Absent: _all,
    Cluster: _where,
    Count: _where,
    Level: _level,
    Rate: _where,
    Sequence: _sequence,
    Unanswered: _all,
}


class Relevance:
    """The tests of one rule. A form that is not in the table takes every observation of its kinds."""

    def __init__(self, rule: Rule, kinds: Mapping[str, Kind]) -> None:
        find = _TESTS.get(type(rule.condition))
        tests = (_all if find is None else find)(rule, rule.condition)
        self._runs: dict[str, tuple[Run, ...]] = {}
        for kind in rule.kinds:
            own = [(names, predicate) for names, predicate in tests if kind in names]
            if all(predicate is not None for _, predicate in own):
                self._runs[kind] = tuple(
                    compile_predicate(predicate, [kinds.get(name) for name in names]).run
                    for names, predicate in own
                    if predicate is not None
                )

    def leaves_out(self, observation: Observation) -> bool:
        """Whether nothing that the rule says can depend on the observation."""
        runs = self._runs.get(observation.kind)
        if runs is None:
            return False
        try:
            return all(run(observation) is False for run in runs)
        except Exception:  # noqa: BLE001  # What a predicate cannot stand is told where the rule is judged, with rule and group.
            return False
