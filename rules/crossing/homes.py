"""Which partition of ``cityloop.matches`` each group of a rule over several sources lives in."""

from rules.crossing.division import home_of
from rules.grouping import Key, group_of, key_getter
from rules.model import Rule
from streams.observation import Observation

_REMEMBERED = 65_536
"""Homes of groups that are remembered; then it begins anew."""


class Homes:
    """The homes of one rule's groups.

    Args:
        rule: the rule.
        partitions: of each topic.
    """

    def __init__(self, rule: Rule, partitions: int) -> None:
        self._name, self._by, self._partitions = rule.name, rule.by, partitions
        self._key_of = key_getter(rule.by)
        self._known: dict[Key, int] = {}

    def of(self, observation: Observation) -> int:
        """The partition that the observation's group lives in."""
        key = self._key_of(observation)
        home = self._known.get(key)
        if home is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            home = self._known[key] = home_of(self._name, group_of(self._by, key), self._partitions)
        return home
