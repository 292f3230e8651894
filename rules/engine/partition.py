"""The state of one partition and the step that changes it: observation or tick in, outcomes out."""

from collections.abc import Iterable, Sequence

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.factory import evaluator_of
from rules.engine.bearer import RuleBearer
from rules.engine.counts import Tally
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.engine.limits import Limits
from rules.engine.outcome import Note, Noted, Outcome
from rules.model import RuleSet
from rules.state import BEGINNING
from streams.observation import Observation

_NOTHING: Sequence[Outcome] = ()
TEST = "test"
"""The attribute that marks a drill: it is counted, and no rule sees it."""


class Partition:
    """Every rule at work on one partition.

    Equal inputs in equal order give equal outcomes: there is no clock and no chance in here. The outcomes of one step
    are in the order of (at, rule, group).

    Attributes:
        now: the clock of the stream: the largest time of all ticks and observations so far.
        bearers: the rules at work, by name.
        lanes: by lateness.
        tally: what came and what was made of it.
    """

    def __init__(self, ruleset: RuleSet, limits: Limits | None = None, tally: Tally | None = None) -> None:
        limits = Limits() if limits is None else limits
        self.tally = tally = Tally() if tally is None else tally
        self.now: Micros = BEGINNING
        self.lanes = tuple(Lane(lateness) for lateness in sorted({rule.lateness for rule in ruleset.rules} | {0}))
        by_lateness = {lane.lateness: lane for lane in self.lanes}
        self.bearers: dict[str, RuleBearer] = {}
        direct: dict[str, tuple[RuleBearer, ...]] = {}
        held: dict[str, tuple[Lane, ...]] = {}
        for rule in ruleset.rules:
            lane = by_lateness[rule.lateness]
            bearer = self.bearers[rule.name] = RuleBearer(rule, evaluator_of(rule, ruleset.kinds), lane, limits, tally.of(rule.name))
            for kind in rule.kinds:
                if lane.lateness:
                    lane.serve(kind, bearer)
                    held[kind] = tuple(dict.fromkeys((*held.get(kind, ()), lane)))
                else:
                    direct[kind] = (*direct.get(kind, ()), bearer)
        self._routes = {kind: (direct.get(kind, ()), held.get(kind, ())) for kind in direct.keys() | held.keys()}
        self._max_ahead = limits.max_ahead
        self._ledger = Ledger()

    def observe(self, observation: Observation, noticed: Micros) -> Sequence[Outcome]:
        """Apply an observation.

        Args:
            observation: what came.
            noticed: the clock of the log, kept on alerts as ``detected_at``; it decides nothing.
        """
        tally = self.tally
        tally.observations += 1
        at, received_at = observation.at, observation.received_at
        if received_at is not None and at > received_at + self._max_ahead:
            tally.ahead += 1
            return (Noted(Note.AHEAD, observation, self._ahead(at - received_at)),)
        if at > self.now:  # noqa: PLR1730  # max() would cost every observation a call.
            self.now = at
        now = self.now
        ledger, lanes = self._ledger, self.lanes
        ledger.noticed = noticed
        for lane in lanes:
            if now >= lane.wake:
                lane.advance(now, ledger)
        route = self._routes.get(observation.kind)
        if observation.attributes and observation.attributes.get(TEST) is True:
            tally.tests += 1
        elif route is not None:
            direct, held = route
            for bearer in direct:
                bearer.apply(observation, ledger)
            for lane in held:
                lane.wait(observation)
            for lane in lanes:
                if now >= lane.wake:
                    lane.advance(now, ledger)
        return ledger.close() if ledger.outcomes else _NOTHING

    def tick(self, at: Micros, noticed: Micros) -> Sequence[Outcome]:
        """Let the clock of the stream go on."""
        if at <= self.now:
            return _NOTHING
        self.now = at
        ledger = self._ledger
        ledger.noticed = noticed
        for lane in self.lanes:
            if at >= lane.wake:
                lane.advance(at, ledger)
        return ledger.close()

    def finish(self, until: Micros, noticed: Micros) -> Sequence[Outcome]:
        """The stream ends: apply everything that waits, then run timers up to ``until``, that instant included."""
        ledger = self._ledger
        ledger.noticed = noticed
        for lane in self.lanes:
            lane.finish(until, ledger)
        return ledger.close()

    def _ahead(self, ahead: Micros) -> str:
        allowed = render_duration(self._max_ahead)
        return f"its time is {render_duration(ahead // 1_000_000 * 1_000_000)} after it was received; at most {allowed} is believed"


def observe_all(partition: Partition, observations: Iterable[Observation]) -> list[Outcome]:
    """Apply observations one after another, each noticed at the clock of the stream."""
    found: list[Outcome] = []
    for observation in observations:
        found.extend(partition.observe(observation, max(partition.now, observation.at)))
    return found
