"""Looks at the kinds and the predicates of a rule while it is being read, so that their faults are told beside all others."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.kinds import Kind
from config.problem import ProblemsError
from config.report import Report
from config.suggest import did_you_mean
from rules.model import Predicate, Step
from rules.parser.document import Field
from rules.parser.forms import Negated
from rules.predicates import compile_predicate


def check_predicates(values: Mapping[str, Any], kinds: Mapping[str, Kind], report: Report) -> None:
    """Note what is wrong with the predicates among the values that could be read of a rule."""
    for predicate, names in _predicates(values):
        if predicate is None:
            continue
        try:
            compile_predicate(predicate, [kinds.get(name) for name in names])
        except ProblemsError as error:
            report.extend(error)


def check_kinds(values: Mapping[str, Any], written: Mapping[str, Field], kinds: Mapping[str, Kind], report: Report) -> None:
    """Note kinds that are not in the table."""
    named = dict.fromkeys(kind for _, names in _predicates(values) for kind in names)
    place = next((written[field].value.place for field in ("kind", "sequence") if field in written), None)
    for name in named:
        if name not in kinds and place is not None:
            report.add(place, f"kind: {name!r} is not in the kinds table.", did_you_mean(name, kinds))


def _predicates(values: Mapping[str, Any]) -> Iterator[tuple[Predicate | None, tuple[str, ...]]]:
    """Each predicate with the kinds of observations that it will see."""
    for name in ("where", "clear"):
        yield values.get(name), values.get("kind", ())
    steps: tuple[Step | Negated, ...] = values.get("sequence", ())
    for step in steps:
        plain = step.step if isinstance(step, Negated) else step
        yield plain.where, plain.kinds
