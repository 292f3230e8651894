"""Which partition of which topic has which members of the registers: each has exactly one."""

from collections.abc import Mapping

from rules.grouping import group_of
from rules.model import Member, Rule, RuleSet, Schedule
from streams.ids import canonical
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT

Registers = Mapping[str, tuple[Member, ...]]
"""By rule the groups that it knows before anything of them was seen."""


class Shares:
    """The registers of a rule set, cut for so many partitions.

    An expected source belongs where its observations lie: to its partition of the topic that carries the rule's kinds. A
    row of a table belongs to the partition of its rule and key, on the topic of ordinary observations.
    """

    def __init__(self, ruleset: RuleSet, partitions: int) -> None:
        self._partitions = partitions
        self._parts: dict[tuple[str, int], dict[str, list[Member]]] = {}
        rules = {rule.name: rule for rule in ruleset.rules}
        for name, members in ruleset.registers.items():
            if (rule := rules.get(name)) is not None:
                self._cut(rule, members)

    def of(self, topic: str, number: int) -> Registers:
        """The members that one partition has.

        Raises:
            ValueError: there are members, and no such partition: somebody would have them twice, or nobody.
        """
        if self._parts and number >= self._partitions:
            msg = (
                f"{topic} has a partition {number}, and the settings name {self._partitions} partitions: "
                "expected sources and schedules cannot be shared out; set CITYLOOP_PARTITIONS to what the topic has"
            )
            raise ValueError(msg)
        return {name: tuple(members) for name, members in self._parts.get((topic, number), {}).items()}

    def _cut(self, rule: Rule, members: tuple[Member, ...]) -> None:
        topic = URGENT if rule.life_safety else OBSERVATIONS
        for member in members:
            number = partition_of(_name(rule, member), self._partitions)
            self._parts.setdefault((topic, number), {}).setdefault(rule.name, []).append(member)


def _name(rule: Rule, member: Member) -> str:
    """What a member is hashed by."""
    if isinstance(rule.condition, Schedule):
        return canonical((rule.name, group_of(rule.by, member.key)))
    return str(member.key)
