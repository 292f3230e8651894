"""Reads rule files into one checked rule set, or tells everything that is wrong with them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from config.kinds import Kind
from config.report import Place, Report
from config.textfile import read_text
from rules.model import BLIND, Rule, RuleSet
from rules.parser import readers
from rules.parser.checks import check_rule
from rules.parser.document import Item, parse_document
from rules.parser.readers import Reader, read_fields
from rules.parser.ruleform import places_of, read_rule
from rules.version import set_version


class UnknownKinds(StrEnum):
    """What to make of a kind that the kinds table does not have."""

    REFUSE = "refuse"
    TAKE = "take"


def load_rules(files: Sequence[Path], kinds: Mapping[str, Kind], unknown: UnknownKinds = UnknownKinds.REFUSE) -> RuleSet:
    """Read rule files as one set.

    Args:
        files: YAML 1.2, each ``groups: [{name:, rules: [...]}]``.
        kinds: the kinds table.
        unknown: :attr:`UnknownKinds.TAKE` lets rules name kinds that are not in the table (their values may be of
            any type), as a replay of somebody else's recording needs it.

    Raises:
        ProblemsError: something is wrong; every problem with file, line, column and what to write instead.
    """
    report = Report()
    texts = []
    for path in files:
        if not path.exists():
            report.add(Place(str(path)), "there is no such file.", "Name a rule file.")
        elif (text := read_text(path, report)) is not None:
            texts.append((str(path), text))
    rules = _read(texts, kinds, unknown, report)
    report.settle()
    return RuleSet(rules=rules, kinds=kinds, version=set_version(rules))


def parse_rules(text: str, kinds: Mapping[str, Kind], file: str = "<rules>", unknown: UnknownKinds = UnknownKinds.REFUSE) -> RuleSet:
    """Read rules from a text, as :func:`load_rules` does from files.

    Raises:
        ProblemsError: something is wrong.
    """
    report = Report()
    rules = _read([(file, text)], kinds, unknown, report)
    report.settle()
    return RuleSet(rules=rules, kinds=kinds, version=set_version(rules))


def _read(texts: Sequence[tuple[str, str]], kinds: Mapping[str, Kind], unknown: UnknownKinds, report: Report) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for file, text in texts:
        top = parse_document(text, file, report)
        if top is None:
            if not report.problems:
                report.add(Place(file, 1, 1), "the file holds no rules.", "Write 'groups:' and below it '- name: ...' with 'rules:'.")
            continue
        for group, item in _rule_items(top, report):
            rule = read_rule(item, group, kinds, report, must_be_known=unknown is UnknownKinds.REFUSE)
            if rule is None:
                continue
            check_rule(rule, places_of(item), kinds, report)
            if rule.name == BLIND:
                report.add(
                    rule.place, f"the rule {BLIND!r} is built in.", "Set its severity and category in feeds.yaml; name this one otherwise."
                )
            first = rules.setdefault(rule.name, rule)
            if first is not rule:
                where = f"{first.place.file}:{first.place.line}"
                report.add(rule.place, f"there is a rule {rule.name!r} already ({where}).", "Give each rule a name of its own.")
    return tuple(rules.values())


def _rule_items(top: Item, report: Report) -> list[tuple[str, Item]]:
    """Every rule of a file with its group's name."""
    found: list[tuple[str, Item]] = []

    def rules(item: Item, report: Report) -> list[Item]:
        if not item.is_list:
            raise readers.BadValueError("rules are not a list.", "Write one '- rule: ...' a rule.")
        return list(item.entries())

    group_fields: Mapping[str, Reader] = {"name": readers.name, "rules": rules}

    def groups(item: Item, report: Report) -> None:
        if not item.is_list:
            raise readers.BadValueError("groups are not a list.", "Write one '- name: ...' a group.")
        for entry in item.entries():
            values, written = read_fields(entry, group_fields, report, of="a rule group")
            if entry.is_mapping and "name" not in written:
                report.add(entry.place, "the rule group has no name.", "Add 'name:'.")
            found.extend((values.get("name", ""), rule) for rule in values.get("rules", ()))

    _, written = read_fields(top, {"groups": groups}, report, of="a rule file")
    if top.is_mapping and "groups" not in written:
        report.add(top.place, "the file has no rule groups.", "Write 'groups:' and below it '- name: ...' with 'rules:'.")
    return found
