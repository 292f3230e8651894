"""Which rules cross partitions, where their groups live, and which topic's clocks they wait for."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rules.model import Rule, RuleSet, Schedule
from streams.ids import canonical
from streams.partition import partition_of_key
from streams.topics import OBSERVATIONS, URGENT

UPSTREAM = (OBSERVATIONS, URGENT)
"""The topics whose folds send on."""
SHADOW = "shadow:"
"""Before the name of a rule in shadow; no rule has a colon in its name."""


def crosses(rule: Rule) -> bool:
    """Whether a group of the rule may hold sources of several partitions, since the source is no part of its key.

    A schedule has no sources: each row of its table lives in one partition of observations (:mod:`rules.reference.shares`).
    """
    return "source" not in rule.by and not isinstance(rule.condition, Schedule)


def way_of(rule: Rule) -> str:
    """The name under which the rule's observations travel: one in shadow may have that of a live one."""
    return f"{SHADOW}{rule.name}" if rule.shadow else rule.name


def upstream_of(rule: Rule) -> str:
    """The topic that the rule's kinds travel on: only its clocks have to pass before the rule may judge."""
    return URGENT if rule.life_safety else OBSERVATIONS


def home_of(rule: str, group: Mapping[str, Any], partitions: int) -> int:
    """The partition of ``cityloop.matches`` that a group lives in.

    Args:
        rule: the rule's name.
        group: the group key, field to value, as alerts show it.
        partitions: of each topic.
    """
    return partition_of_key(canonical((rule, group)).encode(), partitions)


def without_crossing(ruleset: RuleSet) -> RuleSet:
    """The rules that are judged where their observations lie; the version stays that of the whole set."""
    return _only(ruleset, tuple(rule for rule in ruleset.rules if not crosses(rule)))


def crossing_of(ruleset: RuleSet, topic: str) -> RuleSet:
    """The rules that are judged downstream by the clocks of one upstream topic."""
    return _only(ruleset, tuple(rule for rule in ruleset.rules if crosses(rule) and upstream_of(rule) == topic))


def _only(ruleset: RuleSet, rules: tuple[Rule, ...]) -> RuleSet:
    return msgspec.structs.replace(ruleset, rules=rules)
