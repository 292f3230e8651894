"""The rules that are measured, as the engine runs them: the three of the demo city, the shipped pack, or a file."""

from collections.abc import Sequence
from pathlib import Path

from config.kindfile import SHIPPED, read_kinds
from config.loader import DEMO_CITY
from config.report import Report
from rules.fold import RuleFold
from rules.model import RuleSet
from rules.parser.loader import load_rules
from rules.shipped import pack_files


def demo_rules() -> RuleSet:
    """The rule set of the demo city, checked against the shipped kinds."""
    return _loaded(sorted((DEMO_CITY / "rules").glob("*.yaml")))


def pack_rules() -> RuleSet:
    """The rules of the shipped packs, checked against the shipped kinds."""
    return _loaded(pack_files())


DEMO, PACK = "demo", "pack"
"""Names of rule sets; anything else is the path of a rule file."""


def rules_named(name: str) -> RuleSet:
    """The rules that a benchmark was asked to run.

    Raises:
        ProblemsError: the file cannot be read as rules.
    """
    return {DEMO: demo_rules, PACK: pack_rules}.get(name, lambda: _loaded([Path(name)]))()


def fold_named(name: str, partitions: int) -> RuleFold:
    """A fold of these rules as an engine process has it, over so many partitions of each topic."""
    return RuleFold(rules_named(name), partitions=partitions)


def _loaded(files: Sequence[Path]) -> RuleSet:
    report = Report()
    kinds = read_kinds(SHIPPED, report)
    report.settle()
    return load_rules(files, kinds)
