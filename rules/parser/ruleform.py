"""Reads one rule: its fields by a table, then its form, then what contradicts itself."""

from collections.abc import Mapping
from typing import Any

from config.kinds import Kind, Text
from config.report import Place, Report
from rules.model import Cluster, Condition, Rule, Schedule, Sequence, Step, Unanswered
from rules.parser import forms, hours, readers, registering
from rules.parser.bounds import Origin
from rules.parser.document import Field, Item
from rules.parser.forms import BY_TABLE, FORMS, LEVEL, REASONS, SCHEDULE
from rules.parser.predicatecheck import check_kinds, check_predicates
from rules.parser.readers import Reader, read_fields
from rules.version import version_of
from streams.alert import Severity, TicketPolicy

COMMON_FIELDS: Mapping[str, Reader] = {
    "rule": readers.name,
    "by": readers.field_names,
    "for": readers.duration,
    "keep_firing_for": readers.duration,
    "lateness": readers.duration,
    "repeat": readers.repetition,
    "severity": readers.choice(Severity),
    "category": readers.category,
    "ticket": readers.choice(TicketPolicy),
    "summary": readers.summary,
    "labels": readers.labels,
    "shadow": readers.truth,
}
FORM_FIELDS: Mapping[str, Reader] = {
    "kind": readers.some_texts,
    "where": readers.predicate,
    "clear": readers.predicate,
    "stale_after": readers.duration,
    "count": readers.whole,
    "distinct": readers.field_name,
    "within": readers.positive_duration,
    "absent": readers.positive_duration,
    "active": hours.active,
    "sequence": forms.sequence,
    "cluster": forms.cluster,
    "rate": forms.rate,
    SCHEDULE: registering.schedule,
    "expected": registering.expected,
}
RULE_FIELDS: Mapping[str, Reader] = {**COMMON_FIELDS, **FORM_FIELDS}
"""Every field of a rule with its reader."""
_SCHEDULE_FIELDS: Mapping[str, Reader] = {**RULE_FIELDS, "summary": readers.any_summary}
"""The placeholders of a schedule are the columns of its table, which is read later."""
_LOG_FIELDS: Mapping[str, Reader] = {"repeat": readers.positive_duration, SCHEDULE: registering.schedule_of_the_log}
"""Fields of rules of the log whose bound is applied afterwards (:mod:`rules.parser.bounds`)."""


def read_rule(
    item: Item, group: str, kinds: Mapping[str, Kind], report: Report, *, must_be_known: bool, origin: Origin = Origin.FILE
) -> Rule | None:
    """Read one rule; ``None`` when it cannot be understood far enough to check it further (the problems were noted)."""
    before = len(report.problems)
    if not item.is_mapping:
        report.add(item.place, "a rule is not a mapping.", "Write 'rule: some-name' and below it 'kind: ...'.")
        return None
    table = _SCHEDULE_FIELDS if SCHEDULE in item.fields(Report()) else RULE_FIELDS
    values, written = read_fields(item, {**table, **_LOG_FIELDS} if origin is Origin.LOG else table, report, of="a rule")
    if "rule" not in written:
        report.add(item.place, "the rule has no name.", "Add 'rule: some-name'.")
    if must_be_known:
        check_kinds(values, written, kinds, report)
    check_predicates(values, kinds, report)
    condition = _condition(item, values, written, report)
    if len(report.problems) > before or condition is None:
        return None
    named = _kinds_of(values, condition)
    rule = Rule(
        name=values["rule"],
        group=group,
        kinds=named,
        where=values.get("where"),
        condition=condition,
        by=_by(values, condition),
        for_=values.get("for", 0),
        keep_firing_for=values.get("keep_firing_for", 0),
        lateness=values.get("lateness", 0),
        repeat=values.get("repeat"),
        severity=values.get("severity", Severity.MINOR),
        category=values.get("category"),
        ticket=values.get("ticket", TicketPolicy.NONE),
        summary=values.get("summary", Text(values["rule"], values["rule"])),
        labels=values.get("labels", {}),
        life_safety=any(kinds[name].life_safety for name in named if name in kinds),
        shadow=values.get("shadow", False),
        place=item.place,
    )
    return version_of(rule)


def _by(values: Mapping[str, Any], condition: Condition) -> tuple[str, ...]:
    """What groups are told apart by, unless the rule says otherwise: nothing for a cluster, the key of a schedule's table."""
    if isinstance(condition, Schedule):
        return condition.key
    written: tuple[str, ...] | None = values.get("by")
    usual: tuple[str, ...] = () if isinstance(condition, Cluster) else ("source",)
    return usual if written is None else written


def places_of(item: Item) -> Mapping[str, Place]:
    """Where each field of a rule stands, for checks that come after reading."""
    return {name: field.value.place for name, field in item.fields(Report()).items()}


def _condition(item: Item, values: Mapping[str, Any], written: Mapping[str, Field], report: Report) -> Condition | None:
    """The one form that the fields make, or what contradicts itself."""
    named = [name for name in FORMS if name in written]
    if len(named) > 1:
        place = written[named[1]].key.place
        report.add(place, f"a rule has one form, and {named[0]!r} and {named[1]!r} are two.", "Write two rules.")
        return None
    name = named[0] if named else LEVEL
    form = FORMS[name]
    strange = [field for field in written if field in FORM_FIELDS and field not in form.fields]
    for field in strange:
        reason = BY_TABLE if name == SCHEDULE else REASONS[field]
        report.add(written[field].key.place, f"{field!r} makes no sense here: {reason}.", "Leave it out.")
    for field, fix in form.needed.items():
        if field not in written:
            report.add(item.place, f"{name!r} needs {field!r}.", fix)
    if "kind" in form.fields and "kind" not in written:
        report.add(item.place, "the rule names no kind of observation.", "Add 'kind:'.")
    complete = not strange and form.needed.keys() <= values.keys() and (name == LEVEL or name in values)
    return form.build(values) if complete else None


def _kinds_of(values: Mapping[str, Any], condition: Condition) -> tuple[str, ...]:
    """The kinds that a rule looks at, each once, in the order of naming."""
    steps: tuple[Step, ...] = ()
    match condition:
        case Sequence():
            steps = (condition.first, condition.second)
        case Unanswered():
            steps = (condition.first, condition.answer)
        case Schedule():
            return ()
        case _:
            return tuple(values["kind"])
    return tuple(dict.fromkeys(kind for step in steps for kind in step.kinds))
