"""Reads rule files into one checked rule set, or tells everything that is wrong with them."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path

import msgspec

from config.feeds import CityFeeds
from config.kinds import Kind
from config.report import Place, Report
from config.sources import Reporter
from config.textfile import read_text
from rules.model import BLIND, Given, Rule, RuleSet, Source
from rules.parser import readers
from rules.parser.bounds import Origin, bounded
from rules.parser.checks import check_categories, check_rule
from rules.parser.document import Item, parse_document
from rules.parser.readers import Reader, read_fields
from rules.parser.registers import ReadTable, registers_of
from rules.parser.ruleform import places_of, read_rule
from rules.version import set_version


class UnknownKinds(StrEnum):
    """What to make of a kind that the kinds table does not have."""

    REFUSE = "refuse"
    TAKE = "take"


def load_rules(
    files: Sequence[Path],
    kinds: Mapping[str, Kind],
    unknown: UnknownKinds = UnknownKinds.REFUSE,
    reporters: Mapping[str, Reporter] | None = None,
    candidates: Sequence[Path | Source] = (),
    *,
    feeds: CityFeeds | None = None,
    categories: Collection[str] | None = None,
) -> RuleSet:
    """Read rule files as one set.

    Args:
        files: YAML 1.2, each ``groups: [{name:, rules: [...]}]``.
        kinds: the kinds table.
        unknown: :attr:`UnknownKinds.TAKE` lets rules name kinds that are not in the table (their values may be of
            any type), as a replay of somebody else's recording needs it.
        reporters: the sources of the city, for rules that expect them; ``None`` where there is no city.
        candidates: rule files, or texts of them, all of whose rules run in shadow.
        feeds: the feeds of the city; ``None`` where the rules shall not say.
        categories: the matter codes that there are; ``None`` takes any, as a ticket of another one has the usual time limit.

    Raises:
        ProblemsError: something is wrong; every problem with file, line, column and what to write instead.
    """
    report = Report()
    sources = _sources(files, report, shadow=False) + _sources(candidates, report, shadow=True)
    given = Given(reporters=reporters, feeds=feeds)
    return _checked(sources, kinds, unknown, report, partial(_table, report=report), given, categories=categories)


def _sources(files: Sequence[Path | Source], report: Report, *, shadow: bool) -> list[Source]:
    """The texts of rule files; what keeps one from being read is noted."""
    found = []
    for path in files:
        if isinstance(path, Source):
            found.append(path)
        elif not path.exists():
            report.add(Place(str(path)), "there is no such file.", "Name a rule file.")
        elif (text := read_text(path, report)) is not None:
            found.append(Source(str(path), text, shadow))
    return found


def parse_sources(sources: Sequence[Source], kinds: Mapping[str, Kind], given: Given) -> RuleSet:
    """Read texts of rule files that the log carries as one set.

    It is done as :func:`load_rules` does from the files themselves, but that a bound which they were taken without is applied,
    and told (:mod:`rules.parser.bounds`).

    Args:
        sources: the files.
        kinds: the kinds table.
        given: what they refer to.

    Raises:
        ProblemsError: something is wrong.
    """
    return _checked(sources, kinds, UnknownKinds.REFUSE, Report(), given.tables.get, given, Origin.LOG)


def parse_rules(
    text: str,
    kinds: Mapping[str, Kind],
    file: str = "<rules>",
    unknown: UnknownKinds = UnknownKinds.REFUSE,
    given: Given | None = None,
) -> RuleSet:
    """Read rules from a text, as :func:`load_rules` does from files; ``given`` holds the tables that they name.

    Raises:
        ProblemsError: something is wrong.
    """
    given = Given() if given is None else given
    return _checked([Source(file, text)], kinds, unknown, Report(), given.tables.get, given)


def _checked(  # noqa: PLR0917  # What was given to either reader of rules.
    sources: Sequence[Source],
    kinds: Mapping[str, Kind],
    unknown: UnknownKinds,
    report: Report,
    read: ReadTable,
    known: Given,
    origin: Origin = Origin.FILE,
    *,
    categories: Collection[str] | None = None,
) -> RuleSet:
    """The set of all rules with their registers.

    Raises:
        ProblemsError: something is wrong.
    """
    checked = _read(sources, kinds, unknown, report, origin)
    if categories is not None:
        check_categories(checked, categories, report)
    registers, shadow_registers, given = registers_of(checked, read, known.reporters, report)
    report.settle()
    written = [rule for rule, _ in checked]
    rules, told = bounded(written)
    return RuleSet(
        rules=tuple(rule for rule in rules if not rule.shadow),
        kinds=kinds,
        version=set_version(written, kinds, registers, shadow_registers, known.feeds),
        registers=registers,
        given=msgspec.structs.replace(given, feeds=known.feeds),
        shadow=tuple(rule for rule in rules if rule.shadow),
        shadow_registers=shadow_registers,
        sources=tuple(sources),
        bounded=told,
    )


def _table(path: str, report: Report) -> str | None:
    """The text of a table on disk."""
    return read_text(Path(path), report) if Path(path).is_file() else None


def _read(
    sources: Sequence[Source], kinds: Mapping[str, Kind], unknown: UnknownKinds, report: Report, origin: Origin
) -> list[tuple[Rule, Mapping[str, Place]]]:
    rules: dict[tuple[str, bool], tuple[Rule, Mapping[str, Place]]] = {}
    for source in sources:
        before = len(report.problems)
        top = parse_document(source.text, source.file, report)
        if top is None:
            if len(report.problems) == before:
                report.add(
                    Place(source.file, 1, 1), "the file holds no rules.", "Write 'groups:' and below it '- name: ...' with 'rules:'."
                )
            continue
        for group, item in _rule_items(top, report):
            rule = read_rule(item, group, kinds, report, must_be_known=unknown is UnknownKinds.REFUSE, origin=origin)
            if rule is None:
                continue
            if source.shadow:
                rule = msgspec.structs.replace(rule, shadow=True)
            places = places_of(item)
            check_rule(rule, places, kinds, report)
            if rule.name == BLIND:
                report.add(
                    rule.place, f"the rule {BLIND!r} is built in.", "Set its severity and category in feeds.yaml; name this one otherwise."
                )
            first, _ = rules.setdefault((rule.name, rule.shadow), (rule, places))
            if first is not rule:
                where = f"{first.place.file}:{first.place.line}"
                report.add(rule.place, f"there is a rule {rule.name!r} already ({where}).", "Give each rule a name of its own.")
    return list(rules.values())


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
