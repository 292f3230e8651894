"""Finds out which groups the rules of a set know before anything of them is seen: from tables and from the catalogue."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from config.report import Place, Report
from config.sources import Reporter
from rules.model import Absent, Given, Member, Rule, Schedule
from rules.reference.register import expected_members, scheduled_members
from rules.reference.table import Table, parse_table

ReadTable = Callable[[str], str | None]
"""Gives the text of a table by its path; ``None`` when there is none, or none that can be read (then that was noted)."""
Registers = dict[str, tuple[Member, ...]]
"""By rule."""
Checked = Sequence[tuple[Rule, Mapping[str, Place]]]
"""Rules with the places of their fields."""


def registers_of(
    rules: Checked, read: ReadTable, reporters: Mapping[str, Reporter] | None, report: Report
) -> tuple[Registers, Registers, Given]:
    """The register of each live rule that has one, that of each in shadow, and what was read for them.

    Args:
        rules: checked rules.
        read: reads a table.
        reporters: the sources of the catalogue, where one is at hand.
        report: takes what is wrong with tables and names.
    """
    live: Registers = {}
    shadow: Registers = {}
    texts: dict[str, str] = {}
    tables: dict[str, Table | None] = {}
    asks_the_city = False
    for rule, places in rules:
        condition, registers = rule.condition, shadow if rule.shadow else live
        if isinstance(condition, Absent) and condition.expected is not None:
            asks_the_city = True
            given = Given(reporters=reporters)
            registers[rule.name] = expected_members(rule, condition, given, places, report)
        elif isinstance(condition, Schedule):
            path = table_path(rule, condition)
            if path not in tables:
                tables[path] = _table(path, read, texts, rule, places, report)
            if (table := tables[path]) is not None:
                registers[rule.name] = scheduled_members(rule, condition, table, places, report)
    return live, shadow, Given(tables=texts, reporters=reporters if asks_the_city else None)


def table_path(rule: Rule, condition: Schedule) -> str:
    """Where the table of a schedule lies: in the folder of its rule file, or below it."""
    return str(PurePath(rule.place.file).parent / condition.table)


def _table(  # noqa: PLR0917  # All of them are needed to say where the name stands.
    path: str, read: ReadTable, texts: dict[str, str], rule: Rule, places: Mapping[str, Place], report: Report
) -> Table | None:
    before = len(report.problems)
    text = read(path)
    if text is None:
        if len(report.problems) == before:
            report.add(places.get("schedule", rule.place), f"schedule: there is no table {path}.", "Put it beside the rule file.")
        return None
    texts[path] = text
    table = parse_table(text, path, report)
    return table if table.columns else None
