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
    """Runs the chores by timers of the lane without lateness, so that they cost an observation nothing.

    Both are done at instants of the stream alone: a replay and a restarted engine do them where they were done.

    Attributes:
        since: the clock of the stream when the rules began to hold here; ``BEGINNING`` until there is one.
        armed: as the lane wants it.
        held: nothing ever.
    """

    def __init__(self, bearers: Mapping[str, RuleBearer], registers: Registers, forget_after: Micros, lane: Lane) -> None:
        self._bearers = bearers
        self._registers = registers
        self._forget_after = forget_after
        self._every = max(forget_after // ROUNDS, 1)
        self._lane = lane
        self.since: Micros = BEGINNING
        self.armed: dict[Key, Micros] = {}
        self.held: dict[Key, Held] = {}
        self._opening = Group(key=(), bucket=0, condition_due=FIRST)
        lane.arm(self._opening, self)

    def due_of(self, group: Group) -> Micros:
        """When the chore is due."""
        return group.condition_due

    def ripen(self, group: Group, due: Micros, ledger: Ledger) -> None:
        """Run a chore."""
        if group is self._opening:
            group.condition_due = NEVER
            self._open(ledger)
        else:
            # Of several rounds that have passed the last one does the work of all; at the end of a recording, where timers
            # run ahead of the clock, there is this one.
            group.condition_due = self._next(due % self._every, max(ledger.clock, due + 1))
            self._sweep(self._bearers[str(group.key)], group.condition_due - self._every)

    def _open(self, ledger: Ledger) -> None:
        """The rules begin to hold: registers are taken, and each rule's rounds begin, one after another."""
        if self.since == BEGINNING:
            self.since = ledger.clock
        for name, bearer in self._bearers.items():
            bearer.settle(self._registers.get(name, ()), self.since, ledger)
        if self._forget_after == NEVER:
            return
        for number, name in enumerate(sorted(self._bearers)):
            offset = self._every * number // len(self._bearers)
            self._lane.arm(Group(key=name, bucket=0, condition_due=self._next(offset, self.since)), self)

    def _next(self, offset: Micros, clock: Micros) -> Micros:
        """The first round of a rule that was not run yet: one that is due at the clock itself still is to come."""
        return clock + (offset - clock) % self._every

    def _sweep(self, bearer: RuleBearer, due: Micros) -> None:
        span = _span(bearer.rule)
        bearer.forget(due - self._forget_after - bearer.rule.lateness - span, span)


def _span(rule: Rule) -> Micros:
    """How long what a group has seen may matter to what it sees next, when no timer of it is set."""
    condition = rule.condition
    if isinstance(condition, Schedule):
        return condition.catch_up
    within: Micros = getattr(condition, "within", 0)
    return within
