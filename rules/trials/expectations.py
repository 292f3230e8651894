"""Reads what a test expects: alerts with their times, and which alerts fire at an instant."""

from collections.abc import Mapping
from typing import Any

from config.moment import Micros
from config.report import Report
from config.suggest import did_you_mean
from rules.model import Rule
from rules.parser import readers
from rules.parser.document import Item
from rules.parser.readers import BadValueError, Reader, read_fields
from rules.trials.case import Check, Expected
from rules.trials.plain import plain
from streams.alert import Severity, TicketPolicy

Rules = Mapping[str, Rule]


def _mapping(item: Item, _: Report) -> dict[str, Any]:
    if not item.is_mapping:
        raise BadValueError("this is no mapping.", "Write { name: value }.")
    return dict(plain(item))


def _times(item: Item, report: Report) -> tuple[Micros, ...]:
    if not item.is_list:
        raise BadValueError("these are no times.", "Write for example [15m, 30m].")
    return tuple(readers.duration(entry, report) for entry in item.entries())


def _count(item: Item, report: Report) -> int:
    return 0 if item.text == "0" else readers.whole(item, report)


_RELATIVE = frozenset({"starts", "ends"})
_OTHERS: Mapping[str, Reader] = {
    "starts": readers.duration,
    "ends": readers.duration,
    "updates": _times,
    "count": _count,
    "distinct_sources": _count,
    "severity": readers.choice(Severity),
    "category": readers.category,
    "ticket": readers.choice(TicketPolicy),
    "summary": _mapping,
}
"""What an expected alert may say beside its rule, group and the times of firing and resolving."""
_ALERT: Mapping[str, Reader] = {"rule": readers.text, "group": _mapping, "fires": readers.duration, "resolves": readers.duration, **_OTHERS}


def read_expected(item: Item, start: Micros, rules: Rules, report: Report) -> tuple[Expected, ...]:
    """The alerts that must come."""
    found = []
    for entry in _entries(item, "[{rule: ..., group: {source: ...}, fires: 10m, resolves: 30m}]"):
        values, written = read_fields(entry, _ALERT, report, of="an expected alert")
        rule = _rule(entry, values, rules, report)
        if entry.is_mapping and "fires" not in written:
            report.add(entry.place, "the alert has no time.", "Add 'fires:', how long after the start of the test it fires.")
        if rule is None or "fires" not in values:
            continue
        others = {name: start + values[name] if name in _RELATIVE else values[name] for name in _OTHERS if name in values}
        if "updates" in others:
            others["updates"] = tuple(start + update for update in others["updates"])
        found.append(
            Expected(
                rule=rule.name,
                group=_group(entry, values, rule, report),
                fires=start + values["fires"],
                resolves=start + values["resolves"] if "resolves" in values else None,
                others=others,
                place=entry.place,
            )
        )
    return tuple(found)


def read_checks(item: Item, start: Micros, rules: Rules, report: Report) -> tuple[Check, ...]:
    """Instants with the alerts that fire there."""
    found = []
    table: Mapping[str, Reader] = {"time": readers.duration, "firing": lambda entry, _: entry}
    for entry in _entries(item, "[{time: 10m, firing: [{rule: ..., group: {source: ...}}]}]"):
        values, written = read_fields(entry, table, report, of="a look at an instant")
        for name in table:
            if entry.is_mapping and name not in written:
                report.add(entry.place, f"{name!r} is missing.", "Write {time: 10m, firing: []}.")
        if table.keys() <= values.keys():
            firing = tuple(_named(one, rules, report) for one in _entries(values["firing"], "[{rule: ..., group: {...}}] or []"))
            found.append(Check(at=start + values["time"], firing=tuple(one for one in firing if one is not None), place=entry.place))
    return tuple(found)


def _named(entry: Item, rules: Rules, report: Report) -> tuple[str, Mapping[str, Any]] | None:
    values, _ = read_fields(entry, {"rule": readers.text, "group": _mapping}, report, of="a firing alert")
    rule = _rule(entry, values, rules, report)
    return None if rule is None else (rule.name, _group(entry, values, rule, report))


def _entries(item: Item, example: str) -> list[Item]:
    if not item.is_list:
        raise BadValueError("this is no list.", f"Write for example {example}.")
    return list(item.entries())


def _rule(entry: Item, values: Mapping[str, Any], rules: Rules, report: Report) -> Rule | None:
    name = values.get("rule")
    if entry.is_mapping and name is None:
        report.add(entry.place, "the alert names no rule.", "Add 'rule:'.")
    elif name is not None and name not in rules:
        report.add(entry.place, f"there is no rule {name!r} in the rule files.", did_you_mean(name, rules))
    return rules.get(name) if name is not None else None


def _group(entry: Item, values: Mapping[str, Any], rule: Rule, report: Report) -> dict[str, Any]:
    """The group key with ``None`` for each field that is not named."""
    given = values.get("group", {})
    for name in given:
        if name not in rule.by:
            report.add(entry.place, f"rule {rule.name!r} does not group by {name!r}.", did_you_mean(name, rule.by))
    return {name: given.get(name) for name in rule.by}
