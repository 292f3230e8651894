"""The rules in force as the folds need them: each rule set of the log is read once a process, and cut into its parts."""

from collections.abc import Mapping

import msgspec

from config.feeds import FeedTable
from config.problem import Problem, ProblemsError
from rules.crossing import Routing, crosses, without_crossing
from rules.engine import Limits, Tally
from rules.life import Policy, pack, unpack
from rules.life.governed import in_shadow
from rules.model import Absent, Rule, RuleSet, Schedule
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
        feeds: the city's feeds; ``None``: nothing is ever blind.
    """

    ruleset: RuleSet
    packed: bytes
    policies: Mapping[str, Policy]
    local: RuleSet
    shadow: RuleSet
    routing: Routing
    shares: Shares
    feeds: FeedTable | None


class RuleSets:
    """The rule sets that a process has met.

    Args:
        first: the rules that hold from the beginning of a log, until its first switch record.
        partitions: of each topic.
        limits: of the engines.
        tally: of the engines.
        feeds: those of rule sets that do not say, as older versions of the product wrote them.

    Raises:
        ProblemsError: the first rules cannot be carried in the log, or not be run.
    """

    def __init__(self, first: RuleSet, partitions: int, limits: Limits, tally: Tally, feeds: FeedTable | None = None) -> None:
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

    def _in_force(self, ruleset: RuleSet, packed: bytes, policies: Mapping[str, Policy]) -> InForce:
        check_shadow(ruleset)
        routing = Routing(ruleset, self._partitions, self._limits, self._tally)
        shares = Shares(ruleset, self._partitions)
        feeds = self._feeds if ruleset.given.feeds is None else ruleset.given.feeds.table()
        return InForce(ruleset, packed, policies, without_crossing(ruleset), in_shadow(ruleset), routing, shares, feeds)


def check_shadow(ruleset: RuleSet) -> None:
    """Pass when every rule in shadow can be evaluated where its observations lie.

    Raises:
        ProblemsError: with every rule that cannot.
    """
    problems = [
        Problem(
            file=rule.place.file,
            line=rule.place.line,
            column=rule.place.column,
            what=f"rule {rule.name!r} {fault}, and cannot run in shadow.",
            fix="Compare it over a recording: cityloop replay --against.",
        )
        for rule in ruleset.shadow
        if (fault := _unfit(rule))
    ]
    if problems:
        raise ProblemsError(problems)


def _unfit(rule: Rule) -> str:
    """Why a rule cannot run in shadow; empty when it can."""
    if crosses(rule):
        return f"groups by {', '.join(rule.by) or 'nothing'}, so that its groups may hold several sources"
    if isinstance(rule.condition, Schedule):
        return "goes by the dates of a table"
    return "expects sources" if isinstance(rule.condition, Absent) and rule.condition.expected is not None else ""
