"""The engine as a fold of the log: records in, alerts and rejected observations out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from config.feeds import FeedTable
from config.moment import Micros
from config.problem import Problem, ProblemsError
from rules.atwork import Address, AtWork
from rules.crossing import Downstream, Place, Sender, Traffic
from rules.crossing.sender import SECTION as SENT
from rules.engine import Limits, Outcome, Partition, Tally
from rules.inforce import InForce, RuleSets
from rules.life import Governed
from rules.life.ledger import Entry
from rules.model import RuleSet
from rules.outlet import gap_of, outputs_of, shadows_of
from streams.codec import decode_record
from streams.envelope import Envelope
from streams.fold import Held, Output, Record
from streams.rejected import Reason, reject_record
from streams.topics import MATCHES, OBSERVATIONS

SPOKESMAN = (OBSERVATIONS, 0)
"""The partition that says ``monitoring-blind``: the last ticks of a gateway that died may differ from partition to partition."""
RULESET = "ruleset"
"""The section of a checkpoint with the rules that hold."""

_ONLY_ENGINES = "Only engines write to cityloop.matches; send observations to cityloop.observations or through the gateway."
_SHADOW = "shadow:"  # Before the names of sections of the engine in shadow.
_Raw = TypeVar("_Raw", bound=bytes | None)


class RuleFold:
    """Makes the engine's state of a partition. One instance serves a process.

    The rules that hold are a part of a partition's state: a switch record changes them, a checkpoint keeps them.

    Args:
        ruleset: every rule that holds from the beginning of a log, until its first switch record.
        limits: what bounds the engine.
        partitions: of each topic; rules over several sources, expected sources and schedules need to know it.
        feeds: the city's feeds where the rules do not say; ``None``: nothing is ever blind.
        ledger: what the log was begun with and switched to; empty: it began with ``ruleset``.

    Attributes:
        ruleset: the rules that it began with.
        tally: what all its partitions did, for metrics.
        shadow_tally: what the rules in shadow did.
        traffic: what went over ``cityloop.matches``, for metrics.
        rulesets: those that were met so far.
        holds: whether this process holds a partition; whoever runs the fold knows.

    Raises:
        ProblemsError: the rules cannot be carried in the log, or not be run.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        limits: Limits | None = None,
        *,
        partitions: int = 1,
        feeds: FeedTable | None = None,
        ledger: Sequence[Entry] = (),
    ) -> None:
        self.ruleset = ruleset
        self.limits = Limits() if limits is None else limits
        self.tally = Tally()
        self.shadow_tally = Tally()
        self.traffic = Traffic()
        self.rulesets = RuleSets(ruleset, partitions, self.limits, self.tally, feeds=feeds, shadow_tally=self.shadow_tally, ledger=ledger)
        self._partitions = partitions
        self.holds: Callable[[Address], bool] = lambda _: True
        self._held, self._matching = AtWork[HeldRules](), AtWork[HeldMatches]()

    @property
    def held(self) -> dict[Address, "HeldRules"]:
        """The states at work on observations, by topic and partition."""
        return self._held.present(self.holds)

    @property
    def partitions(self) -> dict[Address, Partition]:
        """The engines at work on observations, by topic and partition."""
        return {address: held.live.engine for address, held in self.held.items()}

    @property
    def crossings(self) -> dict[int, Downstream]:
        """The states at work on ``cityloop.matches``, by partition."""
        return {number: held.downstream for (_, number), held in self._matching.present(self.holds).items()}

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes], since: Micros = 0) -> Held:
        """Rebuild the state of a partition from the sections of a checkpoint, and with it the rules that hold there.

        Without sections it begins with the rules that held when its first record was written (``since``, by the broker).
        Rules that this version of the product refuses give way to those that the fold began with; that is counted.

        Raises:
            ValueError: they are of an unknown schema version, or of another number of partitions.
        """
        rules = self.rulesets.first
        try:
            rules = self.rulesets.read(sections[RULESET]) if RULESET in sections else self.rulesets.at(since)
        except ProblemsError:
            self.tally.refused += 1
        if topic == MATCHES:
            downstream = Downstream(
                rules.ruleset,
                Place(partition, self._partitions),
                self.limits,
                self.tally,
                self.traffic,
                feeds=rules.feeds,
                shadow_tally=self.shadow_tally,
            )
            downstream.restore(sections)
            matching = HeldMatches(self, rules, downstream)
            self._matching.note((topic, partition), matching)
            return matching
        sender = Sender(topic, partition, rules.routing, self.traffic, sections.get(SENT))
        held = HeldRules(self, rules, (topic, partition), sender)
        self._held.note((topic, partition), held)
        held.take_over(sections)
        return held

    def versions(self) -> dict[tuple[str, int], str]:
        """Which rules hold, by topic and partition."""
        return {address: state.version for address, state in self._states().items()}

    def bounded(self) -> tuple[Problem, ...]:
        """What of the rules that hold is run otherwise than it is written, each once."""
        return tuple(dict.fromkeys(problem for state in self._states().values() for problem in state.bounded))

    def engines(self) -> Iterator[Partition]:
        """Every engine at work."""
        yield from self.partitions.values()
        for downstream in self.crossings.values():
            for side in downstream.sides.values():
                yield side.engine

    def _states(self) -> "dict[Address, _Ruled]":
        return {**self.held, **self._matching.present(self.holds)}


class _Ruled:
    """What every state knows of the rules that hold: which they are, what a checkpoint has of them, and how a record changes them."""

    def __init__(self, fold: RuleFold, rules: InForce) -> None:
        self._fold, self._rules, self._written = fold, rules, b""

    @property
    def version(self) -> str:
        """Of the rules that hold."""
        return self._rules.ruleset.version

    @property
    def bounded(self) -> tuple[Problem, ...]:
        """What of them is run otherwise than it is written."""
        return self._rules.ruleset.bounded

    def _renewed(self, version: str, envelope: Envelope, record: Record) -> InForce | Output | None:
        """The rules that a switch record brings; ``None`` when they hold already; a dead letter when they cannot be read."""
        if version == self._rules.ruleset.version:
            return None
        try:
            self._rules = self._fold.rulesets.read(envelope.rules)
        except ProblemsError as error:
            self._fold.tally.refused += 1
            return reject_record(record, error.problems, Reason.INVALID)
        self._fold.tally.switches += 1
        return self._rules

    def _section(self, *, always: bool) -> dict[str, bytes]:
        """The section with the rules that hold, where a checkpoint does not have it yet."""
        before, self._written = self._written, self._rules.packed
        return {RULESET: self._written} if always or before != self._written else {}


class HeldRules(_Ruled):
    """The engine of one partition of observations (:class:`streams.fold.Held`).

    Attributes:
        live: the engine whose alerts are published.
        shadow: the engine whose alerts are compared; ``None`` where no rule runs in shadow.
    """

    def __init__(self, fold: RuleFold, rules: InForce, address: tuple[str, int], sender: Sender) -> None:
        super().__init__(fold, rules)
        self._address = address
        speaks, registers = address == SPOKESMAN, rules.shares.of(*address)
        engine = Partition(rules.local, fold.limits, fold.tally, rules.feeds, speaks=speaks, registers=registers)
        self.live = Governed(rules.local, engine)
        self.shadow = self._shadow_of(rules) if rules.shadow.rules else None
        self._kinds = rules.ruleset.kinds
        self._sender = sender
        self._gone: set[str] = set()

    def _shadow_of(self, rules: InForce) -> Governed:
        fold = self._fold
        registers = rules.shadow_shares.of(*self._address)
        return Governed(rules.shadow, Partition(rules.shadow, fold.limits, fold.shadow_tally, rules.feeds, registers=registers))

    def take_over(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept.

        Raises:
            ValueError: the sections are of an unknown schema version.
        """
        self.live.restore({name: raw for name, raw in sections.items() if not name.startswith(_SHADOW)})
        if self.shadow is not None:
            self.shadow.restore({name.removeprefix(_SHADOW): raw for name, raw in sections.items() if name.startswith(_SHADOW)})

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record: an envelope of observations, a tick, a single observation, or a switch to other rules."""
        try:
            envelope = decode_record(record.value, record.headers, kinds=self._kinds, timestamp=record.timestamp)
        except ProblemsError as error:
            return [reject_record(record, error.problems)]
        if envelope.ruleset is not None:
            return self._switch(envelope.ruleset, envelope, record)
        engine = self.live.engine
        outcomes = _said(engine, envelope)
        outputs = list(outputs_of(outcomes, record)) if outcomes else []
        if self._sender.is_needed:
            outputs += self._sender.send(envelope, engine.now, record)
        if self.shadow is not None:
            outputs += shadows_of(_said(self.shadow.engine, envelope), record)
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`."""
        gone, self._gone = self._gone, set()
        shadow = {} if self.shadow is None else self.shadow.delta()
        return {**dict.fromkeys(gone), **self.live.delta(), **_in_shadow(shadow), **self._sender.delta(), **self._section(always=False)}

    def full(self) -> Mapping[str, bytes]:
        """Every section."""
        self._gone = set()
        shadow = {} if self.shadow is None else self.shadow.full()
        return {**self.live.full(), **_in_shadow(shadow), **self._sender.full(), **self._section(always=True)}

    def _switch(self, version: str, envelope: Envelope, record: Record) -> Sequence[Output]:
        rules = self._renewed(version, envelope, record)
        if not isinstance(rules, InForce):
            return [] if rules is None else [rules]
        said = self.live.switch(rules.local, rules.policies, envelope.sent_at, rules.shares.of(*self._address), feeds=rules.feeds)
        self._kinds = rules.ruleset.kinds
        self._sender.reroute(rules.routing)
        return [*outputs_of(said, record), *shadows_of(self._switch_shadow(rules, envelope.sent_at), record)]

    def _switch_shadow(self, rules: InForce, noticed: Micros) -> Sequence[Outcome]:
        """An engine in shadow begins with nothing, at the clock of the stream, and ends with its last rule."""
        if self.shadow is None:
            if rules.shadow.rules:
                self.shadow = self._shadow_of(rules)
                engine = self.shadow.engine
                engine.now = engine.registry.since = self.live.engine.now
            return ()
        registers = rules.shadow_shares.of(*self._address)
        said = self.shadow.switch(rules.shadow, rules.policies, noticed, registers, feeds=rules.feeds)
        if not rules.shadow.rules:
            self._gone = set(_in_shadow(self.shadow.delta()))
            self.shadow = None
        return said


class HeldMatches(_Ruled):
    """The state of one partition of ``cityloop.matches`` (:class:`streams.fold.Held`)."""

    def __init__(self, fold: RuleFold, rules: InForce, downstream: Downstream) -> None:
        super().__init__(fold, rules)
        self.downstream = downstream

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record of an upstream fold, unless it came before, or a switch to other rules."""
        downstream = self.downstream
        try:
            envelope = decode_record(record.value, record.headers, timestamp=record.timestamp)
        except ProblemsError as error:
            return [reject_record(record, error.problems)]
        if envelope.ruleset is not None:
            return self._switch(envelope.ruleset, envelope, record)
        rule = (record.key or b"").decode("utf-8", "replace")
        fault, origin = downstream.fault(envelope, rule), envelope.origin
        if fault is not None or origin is None:
            return [reject_record(record, [Problem(file="<record>", what=f"{fault}", fix=_ONLY_ENGINES)])]
        taken = downstream.take(origin, envelope, rule, record.timestamp)
        outputs = [reject_record(record, [gap_of(origin, taken.lost)], Reason.INVALID)] if taken.lost else []
        if taken.arrivals:
            outputs.extend(outputs_of(tuple(downstream.advance(envelope.sent_at)), record))
            outputs.extend(shadows_of(downstream.advance_shadows(envelope.sent_at), record))
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`."""
        return {**self.downstream.delta(), **self._section(always=False)}

    def full(self) -> Mapping[str, bytes]:
        """Every section."""
        return {**self.downstream.full(), **self._section(always=True)}

    def _switch(self, version: str, envelope: Envelope, record: Record) -> Sequence[Output]:
        rules = self._renewed(version, envelope, record)
        if not isinstance(rules, InForce):
            return [] if rules is None else [rules]
        change = (rules.ruleset, rules.policies, envelope.sent_at, rules.feeds)
        said = list(outputs_of(self.downstream.switch(*change), record))
        return [*said, *shadows_of(self.downstream.switch_shadows(*change), record)]


def _said(engine: Partition, envelope: Envelope) -> Sequence[Outcome]:
    """What an engine says to an envelope."""
    noticed = envelope.sent_at
    outcomes = engine.observe_many(envelope.observations, noticed, noticed)
    if envelope.tick is not None:
        return (*outcomes, *engine.tick(envelope.tick, noticed, envelope.feeds))
    return (*outcomes, *engine.hear(noticed, envelope.feeds)) if envelope.feeds else outcomes


def _in_shadow(sections: Mapping[str, _Raw]) -> dict[str, _Raw]:
    return {f"{_SHADOW}{name}": raw for name, raw in sections.items()}
