"""The rules in force as the folds need them: each rule set of the log is read once a process, and cut into its parts."""

from collections.abc import Mapping, Sequence

import msgspec

from config.feeds import FeedTable
from config.moment import Micros
from rules.crossing import Routing, without_crossing
from rules.engine import Limits, Tally
from rules.life import Policy, pack, unpack
from rules.life.governed import in_shadow
from rules.life.ledger import Entry
from rules.model import RuleSet
from rules.reference import Shares

KNOWN_SETS = 4
"""Rule sets of the log that a process keeps in mind."""


class InForce(msgspec.Struct, frozen=True):
    """A rule set with everything that follows from it.

    Attributes:
        ruleset: all of it.
        packed: the same as bytes, for checkpoints.
        policies: by rule, what becomes of the state of one that the set changes.
        local: the rules that are judged where their observations lie.
        shadow: those among the rules in shadow.
        routing: where the observations of the others go.
        shares: which partition has which of the groups that rules know beforehand.
        shadow_shares: the same of the rules in shadow.
        feeds: the city's feeds; ``None``: nothing is ever blind.
    """

    ruleset: RuleSet
    packed: bytes
    policies: Mapping[str, Policy]
    local: RuleSet
    shadow: RuleSet
    routing: Routing
    shares: Shares
    shadow_shares: Shares
    feeds: FeedTable | None


class RuleSets:
    """The rule sets that a process has met.

    Args:
        first: the rules that hold from the beginning of a log, until its first switch record.
        partitions: of each topic.
        limits: of the engines.
        tally: of the engines.
        feeds: those of rule sets that do not say, as older versions of the product wrote them.
        shadow_tally: of the engines in shadow.
        ledger: what the log was begun with and switched to, oldest first.

    Raises:
        ProblemsError: the first rules cannot be carried in the log, or not be run.
    """

    def __init__(
        self,
        first: RuleSet,
        partitions: int,
        limits: Limits,
        tally: Tally,
        *,
        feeds: FeedTable | None = None,
        shadow_tally: Tally | None = None,
        ledger: Sequence[Entry] = (),
    ) -> None:
        self._ledger = tuple(ledger)
        self._shadow_tally = shadow_tally
        self._partitions, self._limits, self._tally, self._feeds = partitions, limits, tally, feeds
        self.first = self._in_force(first, pack(first), {})
        self._known: dict[bytes, InForce] = {self.first.packed: self.first}

    def read(self, packed: bytes) -> InForce:
        """The rule set of a switch record or a checkpoint.

        Raises:
            ProblemsError: it cannot be read, or not be run.
        """
        found = self._known.get(packed)
        if found is None:
            ruleset, policies = unpack(packed)
            found = self._in_force(ruleset, packed, policies)
            self._known = dict([*self._known.items(), (packed, found)][-KNOWN_SETS:])
        return found

    def at(self, moment: Micros) -> InForce:
        """The rules that held at a moment, by the ledger; those that the log began with before it, :attr:`first` without any.

        Raises:
            ProblemsError: they cannot be read, or not be run.
        """
        if not self._ledger:
            return self.first
        entry = next((one for one in reversed(self._ledger) if one.at <= moment), self._ledger[0])
        return self.read(entry.rules)

    def _in_force(self, ruleset: RuleSet, packed: bytes, policies: Mapping[str, Policy]) -> InForce:
        routing = Routing(ruleset, self._partitions, self._limits, self._tally, self._shadow_tally)
        shares, shadow_shares = (Shares(one, self._partitions) for one in (ruleset, in_shadow(ruleset)))
        feeds = self._feeds if ruleset.given.feeds is None else ruleset.given.feeds.table()
        local, shadow = without_crossing(ruleset), without_crossing(in_shadow(ruleset))
        return InForce(ruleset, packed, policies, local, shadow, routing, shares, shadow_shares, feeds)
