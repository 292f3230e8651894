"""Bounds that rule files must keep, and what becomes of rules in the log that were taken before there was one.

A rule of the log holds already: alerts fire by it and tickets stand on them. A version of the product that refused it would take
all rules of its set away with it. So the bound is applied, and told; only who writes rules anew must mend them. The rule's version
stays that of its text, by which its state and its alerts are known.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from config.problem import Problem
from rules.model import Rule, Schedule
from rules.parser.readers import LEAST_REPEAT
from rules.parser.registering import LEAST_CATCH_UP


class Origin(StrEnum):
    """Where rules are read from."""

    FILE = "file"
    """Somebody wants them to hold: what keeps no bound is refused."""
    LOG = "log"
    """They hold: what keeps no bound is bounded."""


class Bound(NamedTuple):
    """One bound.

    Attributes:
        within: the rule within it; the same rule when it was.
        what: what is run otherwise, said of the rule.
        fix: what to write.
    """

    within: Callable[[Rule], Rule]
    what: str
    fix: str


def bounded(rules: Sequence[Rule]) -> tuple[list[Rule], tuple[Problem, ...]]:
    """The rules as they are run, and what of them is run otherwise than it is written."""
    run: list[Rule] = []
    told: list[Problem] = []
    for written in rules:
        rule, place = written, written.place
        for bound in _BOUNDS:
            within = bound.within(rule)
            if within is not rule:
                what = f"the rule {rule.name!r} of the log {bound.what}."
                fix = f"Write {bound.fix} or longer in its file, and switch to it: cityloop rules apply."
                told.append(Problem(file=place.file, line=place.line, column=place.column, what=what, fix=fix))
            rule = within
        run.append(rule)
    return run, tuple(told)


def _repeated_seldom(rule: Rule) -> Rule:
    if rule.repeat is None or rule.repeat >= LEAST_REPEAT:
        return rule
    return msgspec.structs.replace(rule, repeat=LEAST_REPEAT)


def _caught_up_with(rule: Rule) -> Rule:
    condition = rule.condition
    if not isinstance(condition, Schedule) or condition.catch_up >= LEAST_CATCH_UP:
        return rule
    return msgspec.structs.replace(rule, condition=msgspec.structs.replace(condition, catch_up=LEAST_CATCH_UP))


_BOUNDS = (
    Bound(_repeated_seldom, "repeats its alerts more often than once a second, and is run with repeat: 1s", "repeat: 1s"),
    Bound(_caught_up_with, "catches up with dates of less than a minute ago only, and is run with catch_up: 1m", "catch_up: 1m"),
)
