"""Bounds that rule files must keep, and what becomes of rules in the log that were taken before there was one.

A rule of the log holds already: alerts fire by it and tickets stand on them. A version of the product that refused it would take
all rules of its set away with it. So the bound is applied, and told; only who writes rules anew must mend them. The rule's version
stays that of its text, by which its state and its alerts are known.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from config.problem import Problem
from rules.model import Rule
from rules.parser.readers import LEAST_REPEAT


class Origin(StrEnum):
    """Where rules are read from."""

    FILE = "file"
    """Somebody wants them to hold: what keeps no bound is refused."""
    LOG = "log"
    """They hold: what keeps no bound is bounded."""


def bounded(rules: Sequence[Rule]) -> tuple[list[Rule], tuple[Problem, ...]]:
    """The rules as they are run, and what of them is run otherwise than it is written."""
    told = tuple(
        Problem(
            file=rule.place.file,
            line=rule.place.line,
            column=rule.place.column,
            what=f"the rule {rule.name!r} of the log repeats its alerts more often than once a second, and is run with repeat: 1s.",
            fix="Write repeat: 1s or longer in its file, and switch to it: cityloop rules apply.",
        )
        for rule in rules
        if _is_short(rule)
    )
    return [msgspec.structs.replace(rule, repeat=LEAST_REPEAT) if _is_short(rule) else rule for rule in rules], told


def _is_short(rule: Rule) -> bool:
    return rule.repeat is not None and rule.repeat < LEAST_REPEAT
