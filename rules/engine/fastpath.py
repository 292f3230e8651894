"""The way that nearly every observation takes through its rule, as one function that has everything it needs at hand.

It is a closure, since Python reads a variable of one in a third of the time that an attribute takes, and one for each rule,
since the interpreter then learns about that rule alone (:mod:`rules.specialise`).
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from rules.conditions.port import Evaluator
from rules.engine.counts import Counts
from rules.engine.guard import Held
from rules.engine.ledger import Ledger
from rules.grouping import Key, KeyOf
from rules.predicates import Undecided
from rules.specialise import specialised
from rules.state import IDLE, MATCH, NOTHING, QUIET, Group, Signal
from streams.observation import Observation

Apply = Callable[[Observation, Ledger], None]
"""A rule applies an observation."""
Rebind = Callable[[dict[Key, Group], set[int]], None]
"""Look for groups here, and note sections with changed ones there, from now on."""


class Unusual(Protocol):
    """What is rare enough to be a call: the rule itself does it."""

    counts: Counts
    held: dict[Key, Held]

    def admit(self, observation: Observation, ledger: Ledger, key: Key, group: Group | None) -> Group | None:
        """The group that is to take an observation: a new one, or none when it is late or a duplicate."""

    def give_up(self, group: Group, observation: Observation, verdict: Undecided, ledger: Ledger) -> None:
        """Remember and tell what could not be judged."""

    def remember(self, group: Group, identity: str) -> None:
        """Keep the id of an observation of the very instant of the one before it."""

    def act(self, signal: Signal, group: Group, observation: Observation, ledger: Ledger) -> None:
        """Tell the episodes what the condition says."""

    def arm(self, group: Group) -> None:
        """See that the group's next timer will run."""

    def crash(self, observation: Observation, key: Key, error: Exception, ledger: Ledger) -> None:
        """Set an observation aside that the rule could not stand."""


class FastPath(NamedTuple):
    """What :func:`fast_path` gives."""

    apply: Apply
    rebind: Rebind


def fast_path(rule: Unusual, evaluator: Evaluator, key_of: KeyOf | None, remembered: int) -> FastPath:  # noqa: C901  # As below.
    """Make the function that applies observations to one rule.

    Args:
        rule: does whatever is not usual.
        evaluator: of its form of condition.
        key_of: gives the group key; ``None``: the source is the key.
        remembered: how many ids a group keeps.
    """
    counts, held, sample, idle = rule.counts, rule.held, evaluator.sample, evaluator.idle
    judge, refuted, match = (None, None, evaluator.sample) if idle is None else idle
    admit, act, arm, give_up = rule.admit, rule.act, rule.arm, rule.give_up
    find: Callable[[Key], Group | None] = dict[Key, Group]().get
    mark: Callable[[int], None] = set[int]().add
    before = slice(1 - remembered, None) if remembered > 1 else slice(0)

    def apply(observation: Observation, ledger: Ledger) -> None:  # noqa: PLR0912  # A call costs every observation, a branch does not.
        counts.evaluated += 1
        key = observation.source if key_of is None else key_of(observation)
        group = find(key)
        at, identity = observation.at, observation.id
        if group is None or at <= group.last_at or at <= group.ran_at or held or identity in group.ids:
            group = admit(observation, ledger, key, group)
            if group is None:
                return
        try:
            due, alert_due, phase = group.condition_due, group.alert_due, group.phase
            if judge is not None and (phase is IDLE or phase is QUIET):
                verdict = False if observation.value is refuted else judge(observation)
                found = NOTHING if verdict is False else match(group, observation) if verdict is True else verdict
            else:
                verdict = None
                found = sample(group, observation)
            if type(found) is Undecided:
                give_up(group, observation, found, ledger)
                return
            mark(group.bucket)
            if at > group.last_at:
                group.last_at = at
                group.ids = group.ids[before] + (identity,)  # Half the time of the form with a star.
                if group.tied != 1:
                    group.tied = 1
            else:
                rule.remember(group, identity)
            if verdict is False:
                return
            if found is MATCH and group.episode is None:
                counts.matched += 1
            elif found is not NOTHING:
                act(found, group, observation, ledger)
            # A timer is armed already, unless it is an earlier one now.
            if held or group.condition_due < due or group.alert_due < alert_due:
                arm(group)
        except Exception as error:  # noqa: BLE001  # Whatever one observation breaks, the stream goes on; it is parked and told.
            rule.crash(observation, key, error, ledger)
            arm(group)

    def rebind(groups: dict[Key, Group], dirty: set[int]) -> None:
        nonlocal find, mark
        find, mark = groups.get, dirty.add

    return FastPath(specialised(apply), rebind)
