"""What a switch would do, before it is made: the fate of every rule, and policies that make no sense."""

from collections.abc import Iterable, Mapping

import msgspec

from config.problem import Problem, ProblemsError
from config.suggest import did_you_mean
from rules.life.fate import Change, Fate, Policy, changes
from rules.life.feeds import FeedChange, feed_changes
from rules.model import RuleSet

OPTION = "--state"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of every rule.

    Attributes:
        live: of the rules that publish.
        shadow: of those in shadow.
        feeds: of the city's feeds that are other than they were; empty where nobody knows what they were.
    """

    live: tuple[Change, ...]
    shadow: tuple[Change, ...]
    feeds: tuple[FeedChange, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether any rule or feed is other than it was."""
        return bool(self.feeds) or any(change.fate is not Fate.UNCHANGED for change in (*self.live, *self.shadow))


def plan(was: RuleSet | None, now: RuleSet, policies: Mapping[str, Policy]) -> Plan:
    """The fate of every rule; where nobody knows what holds, every rule counts as new.

    Raises:
        ProblemsError: a policy is for a rule that is not there or did not change, or cannot be kept to.
    """
    before = was or RuleSet(rules=(), kinds=now.kinds, version="")
    found = Plan(
        live=changes(before.rules, now.rules, before.kinds, now.kinds, policies),
        shadow=changes(before.shadow, now.shadow, before.kinds, now.kinds, policies),
        feeds=feed_changes(before.given.feeds, now.given.feeds),
    )
    problems = list(_faults(found.live, policies, known=was is not None))
    if problems:
        raise ProblemsError(problems)
    return found


def read_policies(given: Iterable[str]) -> dict[str, Policy]:
    """Policies as they are written on a command line: ``RULE=keep`` or ``RULE=reset``.

    Raises:
        ProblemsError: one is not of this form, or a rule has two.
    """
    found: dict[str, Policy] = {}
    problems = []
    for text in given:
        rule, _, policy = text.partition("=")
        if not rule or policy not in set(Policy):
            problems.append(Problem(file=OPTION, what=f"{text!r} is no policy.", fix="Write RULE=keep or RULE=reset."))
        elif rule in found:
            problems.append(Problem(file=OPTION, what=f"the rule {rule!r} has two policies.", fix="Keep one."))
        else:
            found[rule] = Policy(policy)
    if problems:
        raise ProblemsError(problems)
    return found


def _faults(live: tuple[Change, ...], policies: Mapping[str, Policy], *, known: bool) -> Iterable[Problem]:
    fates = {change.rule: change for change in live if change.fate is not Fate.REMOVED}
    for rule, policy in policies.items():
        change = fates.get(rule)
        if change is None:
            yield Problem(file=OPTION, what=f"there is no rule {rule!r}.", fix=did_you_mean(rule, fates))
        elif known and change.fate is Fate.UNCHANGED:
            yield Problem(file=OPTION, what=f"the rule {rule!r} did not change, so its state stays.", fix="Leave its policy out.")
        elif known and change.fate is Fate.ADDED:
            yield Problem(file=OPTION, what=f"the rule {rule!r} is new and has no state.", fix="Leave its policy out.")
        elif policy is Policy.KEEP and change.fate is Fate.RESET:
            yield Problem(
                file=OPTION, what=f"the state of {rule!r} cannot be kept: {change.why}.", fix=f"Write {rule}=reset, or leave it out."
            )
