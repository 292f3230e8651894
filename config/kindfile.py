"""Reads tables of kinds: the one shipped with the product, and a city's own beside it."""

from collections.abc import Mapping
from pathlib import Path

from config.kinds import Kind
from config.records import read_record
from config.report import Report
from config.yamlfile import Node, read_yaml

SHIPPED = Path(__file__).with_name("tables") / "kinds.yaml"
"""Kinds that every city has."""


def shipped_kinds() -> Mapping[str, Kind]:
    """The kinds that every city has, by name.

    Raises:
        ProblemsError: the installation is damaged.
    """
    report = Report()
    kinds = read_kinds(SHIPPED, report)
    report.settle()
    return kinds


def read_kinds(path: Path, report: Report, beside: Mapping[str, Kind] | None = None) -> Mapping[str, Kind]:
    """Read a file ``kinds: [...]``; a kind that is there already is a problem, so that no city weakens a life-safety kind by accident.

    Returns:
        The kinds of the file and those it stands beside, by name.
    """
    found = dict(beside or {})
    top = read_yaml(path, report)
    if top is None:
        return found
    _refuse_other_fields(top, report)
    for node in top.children("kinds", report):
        kind = read_record(Kind, node.fields, node.locate, report, unknown=node.locate_key)
        if kind is None:
            continue
        if kind.name in found:
            report.add(node.locate("name"), f"the kind {kind.name!r} is defined already.", "Choose another name, or remove this entry.")
            continue
        found[kind.name] = kind
    return found


def _refuse_other_fields(top: Node, report: Report) -> None:
    for name in top.fields.keys() - {"kinds"}:
        report.add(top.locate_key(name), f"unknown field {name!r}.", "Write the table under 'kinds:'.")
