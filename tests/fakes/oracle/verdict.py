"""What one observation is to a rule, before any other is looked at."""

from typing import NamedTuple

from tests.fakes.oracle.rulebook import Rule
from tests.fakes.oracle.seen import Seen


class Mark(NamedTuple):
    """What it is.

    Attributes:
        match: it matches; in a sequence: it is the first step.
        second: in a sequence: it is the second step. In a level: it ends it.
    """

    match: bool
    second: bool = False


def judge(rule: Rule, seen: Seen) -> Mark | None:
    """The mark of an observation; ``None`` when the rule cannot judge it."""
    if rule.steps:
        steps = [step.where(seen) if seen.kind in step.kinds else False for step in rule.steps]
        return None if None in steps else Mark(*map(bool, steps))
    verdict = rule.where(seen)
    if verdict is None:
        return None
    if rule.form == "level":
        ends = False if verdict else True if rule.clear is None else rule.clear(seen)
        return None if ends is None else Mark(verdict, ends)
    if verdict and rule.form == "cluster" and seen.position is None:
        return None
    if verdict and rule.form == "rate" and not (isinstance(seen.value, int | float) and not isinstance(seen.value, bool)):
        return None
    return Mark(verdict)
