"""Which rules the live engine can carry: those whose groups lie on one partition each."""

from config.problem import Problem, ProblemsError
from rules.model import Rule, RuleSet


def carried_live(rule: Rule) -> bool:
    """Whether each group of the rule has all its observations on one partition, which a source among its fields makes sure of."""
    return "source" in rule.by


def check_live(ruleset: RuleSet) -> None:
    """Pass when every group of every rule has all its observations on one partition.

    Observations are partitioned by source, so a group that holds several sources would be cut into one part for each
    partition, and each part would count for itself. A replay reads everything in one stream and takes any rule.

    Raises:
        ProblemsError: with every rule that cannot be carried.
    """
    problems = [
        Problem(
            file=rule.place.file,
            line=rule.place.line,
            column=rule.place.column,
            what=f"rule {rule.name!r} groups by {', '.join(rule.by) or 'nothing'}, so one group may have sources on several partitions.",
            fix="Add 'source' to 'by' to run it live; 'cityloop replay' takes it as it is.",
        )
        for rule in ruleset.rules
        if not carried_live(rule)
    ]
    if problems:
        raise ProblemsError(problems)
