"""Everything that can be found wrong with a city's folder: catalogue, map and rules together."""

from pathlib import Path

import msgspec

from cityloop.noise import rule_facts
from config.catalogue import Catalogue
from config.loader import read_city
from config.problem import Problem, ProblemsError
from config.report import Report
from dispatch.noise.policyfile import read_noise
from rules.model import RuleSet
from rules.parser import load_rules


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much of each there is, as far as it could be read."""

    cells: int
    cameras: int
    devices: int
    rules: int
    people: int


class CityCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop check-config --json`` prints.

    Attributes:
        ok: nothing is wrong.
        problems: every one, by file, line and column.
        counts: what was read.
    """

    ok: bool
    problems: tuple[Problem, ...]
    counts: Counts


def check_city(folder: Path) -> CityCheck:
    """Read a city with every check there is: fields, names, map, rules, noise."""
    report = Report()
    city = read_city(folder, report, tiling=True)
    rules = _rules(city, report)
    read_noise(city, rule_facts(rules.rules) if rules else None, report)
    counts = Counts(
        cells=len(city.cells),
        cameras=len(city.cameras),
        devices=len(city.devices),
        rules=len(rules.rules) if rules else 0,
        people=len(city.people),
    )
    return CityCheck(ok=not report.problems, problems=report.problems, counts=counts)


def _rules(city: Catalogue, report: Report) -> RuleSet | None:
    try:
        return load_rules(city.rule_files, city.kinds, reporters=city.reporters, categories=city.categories)
    except ProblemsError as error:
        report.extend(error)
        return None
