"""Which form a rule has, and the fields that belong to it: one row a form."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from config.moment import Micros
from config.report import Report
from rules.model import Absent, Cluster, Condition, Count, Level, Rate, Sequence, Side, Step, Unanswered
from rules.parser import readers
from rules.parser.document import Field, Item
from rules.parser.readers import BadValueError, Reader, read_fields

Values = Mapping[str, Any]


class Form(msgspec.Struct, frozen=True):
    """A form of condition.

    Attributes:
        fields: what may be written for it, beside what every rule has.
        needed: which of these must be there, with what to write.
        build: makes the condition of the values read.
    """

    fields: frozenset[str]
    needed: Mapping[str, str]
    build: Callable[[Values], Condition]


_STEP_FIELDS: Mapping[str, Reader] = {"kind": readers.some_texts, "where": readers.predicate}


class Negated(msgspec.Struct, frozen=True):
    """A step that must not come."""

    step: Step


def step(item: Item, report: Report) -> Step | Negated:
    """``{kind:, where:}`` or ``{not: {kind:, where:}}``."""
    values, written = read_fields(item, {**_STEP_FIELDS, "not": _plain_step}, report, of="a step of a sequence")
    if "not" in written:
        if len(written) > 1:
            raise BadValueError("a step is either '{kind:, where:}' or '{not: {kind:, where:}}'.", "Write kind and where inside 'not'.")
        return Negated(values.get("not", Step(kinds=())))
    return _step_of(values, written)


def _plain_step(item: Item, report: Report) -> Step:
    values, written = read_fields(item, _STEP_FIELDS, report, of="a step of a sequence")
    return _step_of(values, written)


def _step_of(values: Values, written: Mapping[str, Field]) -> Step:
    if "kind" not in written:
        raise BadValueError("a step names no kind.", "Add 'kind:'.")
    return Step(kinds=values.get("kind", ()), where=values.get("where"))


def sequence(item: Item, report: Report) -> tuple[Step, Step | Negated]:
    """Two steps, the second of which may be a ``not``."""
    entries = tuple(item.entries()) if item.is_list else ()
    if len(entries) != 2:
        raise BadValueError("a sequence is a list of two steps.", "Write [{kind: ..., where: ...}, {kind: ..., where: ...}].")
    first, second = (step(entry, report) for entry in entries)
    if isinstance(first, Negated):
        raise BadValueError("a sequence cannot begin with what does not come.", "Use 'absent' for a match that does not come at all.")
    return first, second


def cluster(item: Item, report: Report) -> tuple[int, float]:
    """``{sources: K, radius: R}``; the radius in metres, ``500`` or ``500m``."""
    values, written = read_fields(item, {"sources": readers.whole, "radius": _metres}, report, of="cluster")
    for name in ("sources", "radius"):
        if name not in written:
            raise BadValueError(f"{name} is missing.", "Write {sources: 3, radius: 500m}.")
    if values.get("sources") == 1:
        raise BadValueError("one source is no cluster.", "Write at least 2, or leave 'cluster' out.")
    return values.get("sources", 2), values.get("radius", 0.0)


def _metres(item: Item, report: Report) -> float:
    given = readers.text(item, report)
    try:
        metres = float(given.removesuffix("km")) * 1000 if given.endswith("km") else float(given.removesuffix("m"))
    except ValueError:
        metres = 0.0
    if not 0 < metres < 2.1e7:
        raise BadValueError(f"{given!r} is not a radius on the earth.", "Write metres, for example 500m or 2km.")
    return metres


def rate(item: Item, report: Report) -> tuple[Side, float, Micros]:
    """``{above: X, per: U}`` or ``{below: X, per: U}``."""
    table: Mapping[str, Reader] = {"above": readers.number, "below": readers.number, "per": readers.positive_duration}
    values, written = read_fields(item, table, report, of="rate")
    sides = [side for side in Side if side.value in written]
    if len(sides) != 1:
        raise BadValueError("a rate has one bound.", "Write either {above: X, per: 1m} or {below: X, per: 1m}.")
    if "per" not in written:
        raise BadValueError("per is missing.", "Say for which time the bound is meant, for example per: 1m.")
    return sides[0], values.get(sides[0].value, 0.0), values.get("per", 1)


def _sequence_of(values: Values) -> Condition:
    first, second = values["sequence"]
    if isinstance(second, Negated):
        return Unanswered(first=first, answer=second.step, within=values["within"])
    return Sequence(first=first, second=second, within=values["within"])


def _cluster_of(values: Values) -> Condition:
    sources, radius = values["cluster"]
    return Cluster(sources=sources, radius=radius, within=values["within"])


def _rate_of(values: Values) -> Condition:
    side, bound, per = values["rate"]
    return Rate(side=side, bound=bound, per=per, within=values["within"])


def _schedule_of(values: Values) -> Condition:
    found: Condition = values[SCHEDULE]
    return found


_WINDOW = {"within": "Add the length of the window, for example within: 10m."}
LEVEL = "level"
SCHEDULE = "schedule"
FORMS: Mapping[str, Form] = {
    LEVEL: Form(
        frozenset({"kind", "where", "clear", "stale_after"}), {}, lambda v: Level(clear=v.get("clear"), stale_after=v.get("stale_after"))
    ),
    "count": Form(
        frozenset({"kind", "where", "count", "distinct", "within"}),
        _WINDOW,
        lambda v: Count(at_least=v["count"], within=v["within"], distinct=v.get("distinct")),
    ),
    "absent": Form(
        frozenset({"kind", "where", "absent", "active", "expected"}),
        {},
        lambda v: Absent(after=v["absent"], active=v.get("active"), expected=v.get("expected")),
    ),
    "sequence": Form(
        frozenset({"sequence", "within"}), {"within": "Add how soon the second step counts, for example within: 2m."}, _sequence_of
    ),
    "cluster": Form(frozenset({"kind", "where", "cluster", "within"}), _WINDOW, _cluster_of),
    "rate": Form(frozenset({"kind", "where", "rate", "within"}), _WINDOW, _rate_of),
    SCHEDULE: Form(frozenset({SCHEDULE}), {}, _schedule_of),
}
"""Every form by the field that names it; a rule without such a field is a level rule."""

REASONS: Mapping[str, str] = {
    "kind": "each step of a sequence names its own kind",
    "where": "each step of a sequence has its own 'where'",
    "clear": "'clear' says when a level is over; here the form itself knows when it is over",
    "stale_after": "'stale_after' says how long one match of a level is believed; here the form has its own time",
    "distinct": "'distinct' tells apart what 'count' counts, and nothing is counted here",
    "within": "'within' is the window of count, sequence, cluster or rate, and the rule is none of these",
    "expected": "'expected' names sources whose absence counts from the beginning, and the rule does not ask for absence",
    "active": "'active' says in which hours absence is counted, and the rule does not ask for absence",
}
"""Why a field makes no sense outside its form."""
BY_TABLE = "a schedule looks at a table, and at no observation"
"""Why a field about observations makes no sense in a schedule."""
