"""An engine under rules that can change."""

from collections.abc import Mapping, Sequence

import msgspec

from config.feeds import FeedTable
from config.moment import Micros
from rules.engine import Outcome, Partition, snapshot
from rules.life.fate import Policy
from rules.life.switch import switch
from rules.model import RuleSet
from rules.reference import Registers


def in_shadow(ruleset: RuleSet) -> RuleSet:
    """The rules of a set that run in shadow, as a set of their own."""
    return msgspec.structs.replace(ruleset, rules=ruleset.shadow, shadow=(), registers=ruleset.shadow_registers, shadow_registers={})


class Governed:
    """An engine, the rules that hold in it, and the sections of a checkpoint that a switch made superfluous.

    Args:
        rules: the rules that hold.
        engine: made for them.

    Attributes:
        rules: the rules that hold.
        engine: at work under them; another one after each switch.
    """

    def __init__(self, rules: RuleSet, engine: Partition) -> None:
        self.rules, self.engine = rules, engine
        self._gone: set[str] = set()

    def switch(
        self,
        rules: RuleSet,
        policies: Mapping[str, Policy],
        noticed: Micros,
        registers: Registers | None = None,
        *,
        feeds: FeedTable | None,
    ) -> Sequence[Outcome]:
        """Go on under other rules and feeds; returns what alerts say at the switch."""
        before = snapshot.names(self.engine)
        switched = switch(self.engine, self.rules, rules, noticed=noticed, policies=policies, registers=registers, feeds=feeds)
        self.rules, self.engine = rules, switched.partition
        self._gone = (self._gone | before) - snapshot.names(self.engine)
        return switched.outcomes

    def full(self) -> dict[str, bytes]:
        """Every section."""
        self._gone = set()
        return snapshot.full(self.engine)

    def delta(self) -> dict[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`; ``None`` for one that is gone."""
        gone, self._gone = self._gone, set()
        return {**dict.fromkeys(gone), **snapshot.delta(self.engine)}

    def restore(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept.

        Raises:
            ValueError: the sections are of a schema version that cannot be read.
        """
        snapshot.restore(self.engine, sections)
