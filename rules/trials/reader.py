"""Reads files of tests: everything that is wrong, with file, line, column and what to write instead."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from config.kinds import Kind
from config.moment import Micros
from config.problem import ProblemsError
from config.report import Place, Report
from config.sources import Reporter
from config.suggest import did_you_mean
from config.textfile import read_text
from rules.engine import Note
from rules.model import RuleSet
from rules.parser import load_rules, readers
from rules.parser.document import Item, parse_document
from rules.parser.readers import BadValueError, Reader, read_fields
from rules.trials.case import Arrival, Case, TrialFile
from rules.trials.expectations import read_checks, read_expected
from rules.trials.inputs import read_defaults, read_inputs
from rules.trials.plain import plain
from streams import fields
from streams.fields import BadFieldError

START: Micros = 1_772_380_800_000_000
"""2026-03-02T00:00:00+08:00, a Monday: where the times of a test count from unless it says otherwise."""


def read_trials(path: Path, kinds: Mapping[str, Kind], reporters: Mapping[str, Reporter] | None = None) -> TrialFile:
    """Read a file of tests and the rule files that it names (from its own folder on).

    Args:
        path: the file.
        kinds: the kinds table.
        reporters: the sources of a city, for rules that expect them.

    Raises:
        ProblemsError: something is wrong with it or with its rules; every problem.
    """
    report = Report()
    if not path.exists():
        report.add(Place(str(path)), "there is no such file.", "Name a file of rule tests.")
        report.settle()
    text = read_text(path, report)
    top = None if text is None else parse_document(text, str(path), report)
    if top is None and not report.problems:
        report.add(Place(str(path), 1, 1), "the file holds no tests.", "Write 'rule_files:' and 'tests:'.")
    report.settle()
    assert top is not None  # noqa: S101  # Says to the type checker what the line above made sure of.
    table: Mapping[str, Reader] = {"rule_files": readers.some_texts, "tests": _list}
    values, written = read_fields(top, table, report, of="a file of rule tests")
    for name in table:
        if top.is_mapping and name not in written:
            report.add(top.place, f"{name!r} is missing.", "Write 'rule_files: [rules.yaml]' and 'tests:' with one '- name: ...' a test.")
    rules = _rules(path.parent, written["rule_files"].value, kinds, reporters, report) if "rule_files" in values else None
    cases = [_case(entry, rules, kinds, report) for entry in values.get("tests", ())]
    report.settle()
    assert rules is not None  # noqa: S101  # Rules that cannot be read are a problem.
    return TrialFile(name=str(path), rules=rules, cases=tuple(case for case in cases if case is not None))


def _rules(folder: Path, item: Item, kinds: Mapping[str, Kind], reporters: Mapping[str, Reporter] | None, report: Report) -> RuleSet | None:
    """The rules of the files; ``None`` when a file is missing or wrong, so that nothing can be said of their names."""
    found, missing = [], False
    for entry in item.entries() if item.is_list else (item,):
        path = folder / str(entry.text)
        if path.is_file():
            found.append(path)
        else:
            missing = True
            fix = did_you_mean(path.name, (beside.name for beside in path.parent.glob("*.yaml")))
            report.add(entry.place, f"rule_files: there is no file {str(path)!r}.", fix)
    try:
        rules = load_rules(found, kinds, reporters=reporters)
    except ProblemsError as error:
        report.extend(error)
        return None
    return None if missing else rules


def _case(item: Item, rules: RuleSet | None, kinds: Mapping[str, Kind], report: Report) -> Case | None:
    """One test, without what it expects where its rules could not be read; ``None`` when a problem was noted.

    What follows counts on what was read before: inputs on start and defaults.
    """
    raw: dict[str, Reader] = dict.fromkeys(("input", "expect", "at"), lambda entry, _: entry)
    table: Mapping[str, Reader] = {
        "name": readers.text,
        "start": _start,
        "defaults": read_defaults,
        "until": readers.duration,
        "notes": _notes,
        **raw,
    }
    before = len(report.problems)
    values, written = read_fields(item, table, report, of="a test")
    for name, fix in (("name", "Say in a sentence what it proves."), ("input", "Add 'input:' with the observations.")):
        if item.is_mapping and name not in written:
            report.add(item.place, f"the test has no {name!r}.", fix)
    if item.is_mapping and not {"expect", "at"} & written.keys():
        report.add(item.place, "the test expects nothing.", "Add 'expect:' with the alerts that must come ([] for none).")
    start: Micros = values.get("start", START)
    arrivals: tuple[Arrival, ...] = ()
    if "input" in values and ("defaults" in values or "defaults" not in written):
        reader = partial(read_inputs, start=start, defaults=values.get("defaults", {}), kinds=kinds)
        arrivals = _try(values["input"], reader, report) or ()
    known = None if rules is None else {rule.name: rule for rule in rules.rules}
    expected = (
        _try(values["expect"], partial(read_expected, start=start, rules=known), report)
        if known is not None and "expect" in values
        else None
    )
    checks = _try(values["at"], partial(read_checks, start=start, rules=known), report) if known is not None and "at" in values else ()
    last = max((arrival.at for arrival in arrivals), default=start)
    until = start + values["until"] if "until" in values else last
    if until < last:
        report.add(written["until"].value.place, "the test ends before its last observation arrives.", "Write a later 'until'.")
    for check in () if "until" in written and "until" not in values else checks or ():
        if check.at > until:
            report.add(check.place, "the test ends before this instant.", "Write a later 'until'.")
    if len(report.problems) > before:
        return None
    return Case(
        name=values["name"],
        start=start,
        arrivals=arrivals,
        until=until,
        expected=expected,
        checks=checks or (),
        notes=values.get("notes", {}),
        place=item.place,
    )


def _try(item: Item, reader: Callable[..., Any], report: Report) -> Any:
    try:
        return reader(item, report=report)
    except BadValueError as error:
        report.add(item.place, error.what, error.fix)
        return None


def _list(item: Item, _: Report) -> tuple[Item, ...]:
    if not item.is_list:
        raise BadValueError("these are no tests.", "Write one '- name: ...' a test.")
    return tuple(item.entries())


def _start(item: Item, report: Report) -> Micros:
    try:
        return fields.instant(readers.text(item, report))
    except BadFieldError as error:
        raise BadValueError(error.what, error.fix) from None


def _notes(item: Item, report: Report) -> dict[str, int]:
    read_fields(item, dict.fromkeys([note.value for note in Note], readers.whole), report, of="notes")
    return {name: count for name, count in plain(item).items() if isinstance(count, int)} if item.is_mapping else {}
