"""The chores of an engine: to take the registers when its rules begin to hold, and to forget groups that left."""

from collections.abc import Mapping

from config.moment import Micros
from rules.engine.bearer import RuleBearer
from rules.engine.guard import Held
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.grouping import Key
from rules.model import Rule, Schedule
from rules.reference import Registers
from rules.state import BEGINNING, NEVER, Group

FIRST: Micros = BEGINNING + 1
"""Due before everything else, so that it runs as soon as there is a clock."""
ROUNDS = 16
"""A rule's groups are looked through so many times in the time after which one is forgotten."""


class Registry:
    """Runs the chores by timers of the lanes, so that they cost an observation nothing.

    They are done at instants of the stream alone, each in its place among the observations and timers of its lane: a
    replay and a restarted engine do them where they were done.

    Attributes:
        since: the clock of the stream when the rules began to hold here; ``BEGINNING`` until there is one.
        armed: as the lane wants it.
        held: nothing ever.
    """

    def __init__(self, bearers: Mapping[str, RuleBearer], registers: Registers, forget_after: Micros, lanes: Mapping[Micros, Lane]) -> None:
        self._bearers = bearers
        self._registers = registers
        self._forget_after = forget_after
        self._every = max(forget_after // ROUNDS, 1)
        self._lanes = lanes
        self.since: Micros = BEGINNING
        self.armed: dict[Key, Micros] = {}
        self.held: dict[Key, Held] = {}
        self._opening = Group(key=(), bucket=0, condition_due=FIRST)
        lanes[0].arm(self._opening, self)

    def due_of(self, group: Group) -> Micros:
        """When the chore is due."""
        return group.condition_due

    def ripen(self, group: Group, due: Micros, ledger: Ledger) -> None:
        """Run a chore."""
        if group is self._opening:
            group.condition_due = NEVER
            self._open(ledger)
        else:
            group.condition_due = self._sweep(self._bearers[str(group.key)], due)

    def _open(self, ledger: Ledger) -> None:
        """The rules begin to hold: registers are taken, and each rule's rounds begin, one after another."""
        if self.since == BEGINNING:
            self.since = ledger.clock
        for name, bearer in self._bearers.items():
            bearer.settle(self._registers.get(name, ()), self.since, ledger)
        if self._forget_after == NEVER:
            return
        for number, name in enumerate(sorted(self._bearers)):
            lateness = self._bearers[name].rule.lateness
            first = _round(self._every * number // len(self._bearers), self._every, self.since - lateness)
            self._lanes[lateness].arm(Group(key=name, bucket=0, condition_due=first), self)

    def _sweep(self, bearer: RuleBearer, due: Micros) -> Micros:
        """One round; gives the next in which there can be something to forget."""
        span = _span(bearer.rule)
        left = bearer.forget(due - self._forget_after - span, span)
        # What is not idle now was heard, or ran a timer, after this instant by the time that it is.
        return _round(due % self._every, self._every, max(due, min(left, due) + self._forget_after + span) + 1)


def _round(offset: Micros, every: Micros, since: Micros) -> Micros:
    """The first round at or after an instant. At the clock itself it is still to come, as every timer is."""
    return since + (offset - since) % every


def _span(rule: Rule) -> Micros:
    """How long what a group has seen may matter to what it sees next, when no timer of it is set."""
    condition = rule.condition
    if isinstance(condition, Schedule):
        return condition.before + condition.catch_up  # It fired so long before its date, which another rule may take as it is.
    within: Micros = getattr(condition, "within", 0)
    return within
