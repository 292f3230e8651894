"""The three rules of the demo city, as the engine runs them."""

from config.kindfile import SHIPPED, read_kinds
from config.loader import DEMO_CITY
from config.report import Report
from rules.fold import RuleFold
from rules.model import RuleSet
from rules.parser.loader import load_rules


def demo_rules() -> RuleSet:
    """The rule set of the demo city, checked against the shipped kinds."""
    report = Report()
    kinds = read_kinds(SHIPPED, report)
    report.settle()
    return load_rules(sorted((DEMO_CITY / "rules").glob("*.yaml")), kinds)


def demo_fold() -> RuleFold:
    """A fold of these rules, as an engine process has it."""
    return RuleFold(demo_rules())
