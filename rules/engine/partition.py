"""The state of one partition and the step that changes it: observation or tick in, outcomes out."""

from collections.abc import Iterable, Sequence

import msgspec

from config.duration import render_duration
from config.feeds import FeedTable
from config.moment import Micros
from rules.conditions.factory import evaluator_of
from rules.engine.bearer import RuleBearer
from rules.engine.counts import Tally
from rules.engine.fastpath import Apply
from rules.engine.lane import Alarm, Lane
from rules.engine.ledger import Ledger
from rules.engine.limits import Limits, Recall
from rules.engine.outcome import Note, Noted, Outcome
from rules.engine.recall import RecallingBearer
from rules.engine.registry import Registry
from rules.engine.sampling import Sampler, Stopwatch
from rules.model import RuleSet
from rules.reference import Registers
from rules.sight import Eyes, Turn, WaitingRoom, blind_alert
from rules.state import BEGINNING
from streams.envelope import FeedState
from streams.observation import Observation

Routes = dict[str, tuple[Apply, ...]]
"""By kind: the rules that have its observations at once, then the lanes in which they wait first."""

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
        registry: takes the registers of the rules, and forgets groups that left.
        terms_written: the section ``rules`` as a checkpoint last had it.
        speaks: whether it says ``monitoring-blind``.
        eyes: what is known of the feeds; ``None``: nothing is ever blind.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        limits: Limits | None = None,
        tally: Tally | None = None,
        feeds: FeedTable | None = None,
        *,
        speaks: bool = False,
        registers: Registers | None = None,
    ) -> None:
        """Begin with an empty state.

        Args:
            ruleset: the rules.
            limits: bounds that are no part of a rule.
            tally: counts; default is one of its own.
            feeds: the city's feeds; ``None``: nothing is ever blind.
            speaks: whether it says ``monitoring-blind``. All partitions see the same feeds, and one of them tells.
            registers: this partition's share of the rule set's registers; ``None``: all of them, where there is one stream.
        """
        self._limits = limits = Limits() if limits is None else limits
        self.tally = tally = Tally() if tally is None else tally
        self.now: Micros = BEGINNING
        self._alarm = alarm = Alarm()
        self.lanes = tuple(Lane(lateness, alarm) for lateness in sorted({rule.lateness for rule in ruleset.rules} | {0}))
        self.terms_written = b""
        by_lateness = {lane.lateness: lane for lane in self.lanes}
        self.bearers: dict[str, RuleBearer] = {}
        make = RecallingBearer if limits.recall is Recall.EVERY else RuleBearer
        direct: dict[str, tuple[Apply, ...]] = {}
        held: dict[str, tuple[Lane, ...]] = {}
        for rule in ruleset.rules:
            lane = by_lateness[rule.lateness]
            bearer = self.bearers[rule.name] = make(rule, evaluator_of(rule, ruleset.kinds), lane, limits, tally.of(rule.name))
            for kind in rule.kinds:
                if lane.lateness:
                    lane.serve(kind, bearer)
                    held[kind] = tuple(dict.fromkeys((*held.get(kind, ()), lane)))
                else:
                    direct[kind] = (*direct.get(kind, ()), bearer.apply)
        self._sampler = Sampler({bearer.apply: bearer.counts for bearer in self.bearers.values()})
        self._routes: Routes = {
            kind: (*direct.get(kind, ()), *(_waiting_in(lane) for lane in held.get(kind, ()))) for kind in direct.keys() | held.keys()
        }
        registers = ruleset.registers if registers is None else registers
        self.registry = Registry(self.bearers, registers, limits.forget_after, by_lateness)
        self._max_ahead = limits.max_ahead
        self._ledger = Ledger()
        self.eyes = None if feeds is None else Eyes(feeds)
        self._room = WaitingRoom()
        self.speaks = speaks
        if self.eyes is not None:
            for bearer in self.bearers.values():
                bearer.watch(self.eyes, self._room)

    def observe(self, observation: Observation, noticed: Micros) -> Sequence[Outcome]:
        """Apply an observation; see :meth:`observe_many`."""
        return self.observe_many((observation,), noticed, None)

    def observe_many(self, observations: Sequence[Observation], noticed: Micros, received: Micros | None) -> Sequence[Outcome]:
        """Apply the observations of an envelope one after another.

        What is the same for all of them is looked up once, and one that nothing comes of makes no new object here.

        Args:
            observations: what came.
            noticed: the clock of the log, kept on alerts as ``detected_at``; it decides nothing.
            received: when those came that do not say so themselves; ``None`` where nobody knows, and any time is believed.
        """
        tally, ledger, alarm, max_ahead = self.tally, self._ledger, self._alarm, self._max_ahead
        routes = self._routes if tally.stopwatch is None else self._timed_now_and_then(observations, tally.stopwatch)
        tally.observations += len(observations)
        ledger.open(noticed)
        found: list[Outcome] = []
        now = self.now
        for observation in observations:
            at, received_at = observation.at, observation.received_at
            if received_at is None or at > received_at:
                if received_at is None:
                    received_at = at if received is None else received
                if at > received_at + max_ahead:
                    tally.ahead += 1
                    told = msgspec.structs.replace(observation, received_at=received_at)
                    found.append(Noted(Note.AHEAD, told, self._ahead(at - received_at)))
                    continue
            if at > now:
                self.now = now = at
            if now >= alarm.at:
                self._advance(now, ledger)
            if observation.attributes and observation.attributes.get(TEST) is True:
                tally.tests += 1
            else:
                for apply in routes.get(observation.kind, ()):
                    apply(observation, ledger)
                if now >= alarm.at:
                    self._advance(now, ledger)
            if ledger.outcomes:
                found.extend(ledger.close())
        return found or _NOTHING

    def _timed_now_and_then(self, observations: Sequence[Observation], stopwatch: Stopwatch) -> Routes:
        """The routes that an envelope takes, now and then with a stopwatch."""
        if not self._sampler.is_next():
            return self._routes
        seen, timed = {observation.kind for observation in observations}, self._sampler.timed
        return {kind: timed(route, stopwatch) for kind, route in self._routes.items() if kind in seen}

    def tick(self, at: Micros, noticed: Micros, feeds: Sequence[FeedState] = ()) -> Sequence[Outcome]:
        """Let the clock of the stream go on; the gateway was heard, and it tells of which feeds it has heard up to when."""
        self.now = max(self.now, at)
        if self.eyes is None:
            return self._see((), noticed)
        # What is due up to the tick happens by what was known before it, whether or not others moved the clock so far already.
        self._settle(noticed)
        turns = self.eyes.tick(at, feeds)
        return self._see(turns, noticed)

    def pass_to(self, at: Micros, noticed: Micros) -> Sequence[Outcome]:
        """Let the clock of the stream go on, though nobody was heard: what was held for that stays held."""
        self.now = max(self.now, at)
        return self._see((), noticed)

    def hear(self, sent_at: Micros, feeds: Sequence[FeedState]) -> Sequence[Outcome]:
        """Signs of life, or of death, that came without a tick: the clock of the stream stands."""
        if self.eyes is None:
            return _NOTHING
        self._settle(sent_at)
        return self._see(self.eyes.hear(sent_at, feeds), sent_at)

    def _settle(self, noticed: Micros) -> None:
        """Judge what is due by what was known so far; after a restart that puts what is held back in its place."""
        self._ledger.open(noticed)
        if self.now >= self._alarm.at:
            self._advance(self.now, self._ledger)

    def _see(self, turns: Sequence[Turn], noticed: Micros) -> Sequence[Outcome]:
        """Tell who turned blind or sees again, run what is due, then what was held for that.

        What was held is judged last, since an observation that waited for its lateness may have ended it by now.
        """
        ledger = self._ledger
        ledger.open(noticed)
        if turns:
            if self.speaks:
                ledger.outcomes.extend(blind_alert(turn, noticed) for turn in turns)
            for bearer in self.bearers.values():
                bearer.mark(turns[-1].at, ledger)
        if self.now >= self._alarm.at:
            self._advance(self.now, ledger)
        if self.eyes is not None:
            self._room.release(self.eyes.sight)
            if self.now >= self._alarm.at:
                self._advance(self.now, ledger)
        return ledger.close() if ledger.outcomes else _NOTHING

    def apply(self, rule: str, observation: Observation, noticed: Micros) -> Sequence[Outcome]:
        """Apply an observation to one rule, whose turn it is: whoever calls this keeps observations in order.

        The clock of the stream goes on as far as the observation was waited for, so that everything before it happens first.
        A rule that is not there applies nothing.
        """
        bearer = self.bearers.get(rule)
        if bearer is None:
            return _NOTHING
        self.now = now = max(self.now, observation.at + bearer.rule.lateness)
        ledger = self._ledger
        ledger.open(noticed)
        if now >= self._alarm.at:
            self._advance(now, ledger)
        bearer.apply(observation, ledger)
        if now >= self._alarm.at:
            self._advance(now, ledger)
        return ledger.close()

    def finish(self, until: Micros, noticed: Micros) -> Sequence[Outcome]:
        """The stream ends: apply everything that waits, then run timers up to ``until``, that instant included."""
        ledger = self._ledger
        ledger.open(noticed)
        for lane in self.lanes:
            lane.finish(until, ledger)
        return ledger.close()

    def successor(self, ruleset: RuleSet, registers: Registers | None = None, feeds: FeedTable | None = None) -> "Partition":
        """An engine for other rules and feeds at the same place of the same stream, without any groups; this one must not go on."""
        other = Partition(ruleset, self._limits, self.tally, feeds, speaks=self.speaks, registers=registers)
        other.now = other.registry.since = self.now
        if self.eyes is not None and other.eyes is not None:
            other.eyes.succeed(self.eyes)
        return other

    def advance(self, ledger: Ledger) -> None:
        """Run what is due at the present clock, into a ledger of whoever calls this."""
        self._advance(self.now, ledger)

    def _advance(self, now: Micros, ledger: Ledger) -> None:
        """Run what is due in every lane, and find out when the next of them needs attention."""
        for lane in self.lanes:
            if now >= lane.wake:
                lane.advance(now, ledger)
        self._alarm.at = min([lane.wake for lane in self.lanes])

    def _ahead(self, ahead: Micros) -> str:
        allowed = render_duration(self._max_ahead)
        return f"its time is {render_duration(ahead // 1_000_000 * 1_000_000)} after it was received; at most {allowed} is believed"


def _waiting_in(lane: Lane) -> Apply:
    return lambda observation, _: lane.wait(observation)


def observe_all(partition: Partition, observations: Iterable[Observation]) -> list[Outcome]:
    """Apply observations one after another, each noticed at the clock of the stream."""
    found: list[Outcome] = []
    for observation in observations:
        found.extend(partition.observe(observation, max(partition.now, observation.at)))
    return found
