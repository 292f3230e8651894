"""The engine as a fold of the log: records in, alerts and rejected observations out."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from config.feeds import FeedTable
from config.moment import render
from config.problem import Problem, ProblemsError
from rules.crossing import Downstream, Routing, Sender, Traffic, without_crossing
from rules.crossing.sender import SECTION as SENT
from rules.engine import Failed, Limits, Note, Noted, Outcome, Partition, Tally, snapshot
from rules.model import RuleSet
from rules.reference import Shares
from streams.alert import AlertEvent
from streams.codec import decode_record
from streams.envelope import Origin
from streams.fold import Held, Output, Record
from streams.ids import canonical
from streams.rejected import Reason, reject_observation, reject_record
from streams.topics import ALERTS, JSON_TYPE, MATCHES, OBSERVATIONS

ALERT_HEADERS = {"content-type": JSON_TYPE.encode()}
"""The headers of a record on ``cityloop.alerts``."""

SPOKESMAN = (OBSERVATIONS, 0)
"""The partition that says ``monitoring-blind``: the last ticks of a gateway that died may differ from partition to partition."""

_REJECTED = {Note.AHEAD: Reason.AHEAD, Note.CRASHED: Reason.CRASHED}
"""Notes whose observation goes to ``cityloop.rejected``; the others are counted, and the log has kept them."""
_FIXES = {
    Note.AHEAD: "Set the clock of the device.",
    Note.CRASHED: "Tell the makers of cityloop; the rule went on without this observation.",
}
_ONLY_ENGINES = "Only engines write to cityloop.matches; send observations to cityloop.observations or through the gateway."
_encode = msgspec.json.Encoder().encode


class RuleFold:
    """Makes the engine's state of a partition. One instance serves a process.

    Args:
        ruleset: every rule.
        limits: what bounds the engine.
        partitions: of each topic; rules over several sources, expected sources and schedules need to know it.
        feeds: the city's feeds; ``None``: nothing is ever blind.

    Attributes:
        ruleset: the rules.
        tally: what all its partitions did, for metrics.
        traffic: what went over ``cityloop.matches``, for metrics.
        partitions: the engines at work on observations, by topic and partition.
        crossings: the states at work on ``cityloop.matches``, by partition.
    """

    def __init__(self, ruleset: RuleSet, limits: Limits | None = None, *, partitions: int = 1, feeds: FeedTable | None = None) -> None:
        self.ruleset = ruleset
        self._feeds = feeds
        self._local = without_crossing(ruleset)
        self._shares = Shares(ruleset, partitions)
        self._limits = Limits() if limits is None else limits
        self.tally = Tally()
        self.traffic = Traffic()
        self._routing = Routing(ruleset, partitions, self._limits, self.tally)
        self.partitions: dict[tuple[str, int], Partition] = {}
        self.crossings: dict[int, Downstream] = {}

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes]) -> Held:
        """Rebuild the state of a partition from the sections of a checkpoint.

        Raises:
            ValueError: they are of an unknown schema version, or of another number of partitions.
        """
        if topic == MATCHES:
            downstream = Downstream(self.ruleset, self._routing.partitions, self._limits, self.tally, self.traffic, feeds=self._feeds)
            downstream.restore(sections)
            self.crossings[partition] = downstream
            return HeldMatches(downstream)
        speaks, registers = (topic, partition) == SPOKESMAN, self._shares.of(topic, partition)
        engine = Partition(self._local, self._limits, self.tally, self._feeds, speaks=speaks, registers=registers)
        snapshot.restore(engine, sections)
        self.partitions[topic, partition] = engine
        return HeldRules(engine, self.ruleset, Sender(topic, partition, self._routing, self.traffic, sections.get(SENT)))

    def engines(self) -> Iterator[Partition]:
        """Every engine at work."""
        yield from tuple(self.partitions.values())
        for downstream in tuple(self.crossings.values()):
            for side in downstream.sides.values():
                yield side.engine


class HeldRules:
    """The engine of one partition of observations (:class:`streams.fold.Held`)."""

    def __init__(self, engine: Partition, ruleset: RuleSet, sender: Sender | None = None) -> None:
        self._engine = engine
        self._kinds = ruleset.kinds
        self._sender = sender

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record: an envelope of observations, a tick, or a single observation."""
        try:
            envelope = decode_record(record.value, record.headers, kinds=self._kinds, timestamp=record.timestamp)
        except ProblemsError as error:
            return [reject_record(record, error.problems)]
        engine, noticed = self._engine, envelope.sent_at
        outcomes = engine.observe_many(envelope.observations, noticed, noticed)
        if envelope.tick is not None:
            outcomes = (*outcomes, *engine.tick(envelope.tick, noticed, envelope.feeds))
        elif envelope.feeds:
            outcomes = (*outcomes, *engine.hear(noticed, envelope.feeds))
        outputs = list(_outputs(outcomes, record)) if outcomes else []
        if self._sender is not None and self._sender.is_needed:
            outputs += self._sender.send(envelope, engine.now, record)
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`."""
        sent = {} if self._sender is None else self._sender.delta()
        return {**snapshot.delta(self._engine), **sent}

    def full(self) -> Mapping[str, bytes]:
        """Every section."""
        sent = {} if self._sender is None else self._sender.full()
        return {**snapshot.full(self._engine), **sent}


class HeldMatches:
    """The state of one partition of ``cityloop.matches`` (:class:`streams.fold.Held`)."""

    def __init__(self, downstream: Downstream) -> None:
        self._downstream = downstream

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record of an upstream fold, unless it came before."""
        downstream = self._downstream
        try:
            envelope = decode_record(record.value, record.headers, timestamp=record.timestamp)
        except ProblemsError as error:
            return [reject_record(record, error.problems)]
        rule = (record.key or b"").decode("utf-8", "replace")
        fault, origin = downstream.fault(envelope, rule), envelope.origin
        if fault is not None or origin is None:
            return [reject_record(record, [Problem(file="<record>", what=f"{fault}", fix=_ONLY_ENGINES)])]
        taken = downstream.take(origin, envelope, rule, record.timestamp)
        outputs = [reject_record(record, [_lost(origin, taken.lost)], Reason.INVALID)] if taken.lost else []
        if taken.arrivals:
            outputs.extend(_outputs(tuple(downstream.advance(envelope.sent_at)), record))
        return outputs

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`."""
        return self._downstream.delta()

    def full(self) -> Mapping[str, bytes]:
        """Every section."""
        return self._downstream.full()


def _outputs(outcomes: Sequence[Outcome], record: Record) -> Iterator[Output]:
    for outcome in outcomes:
        if isinstance(outcome, AlertEvent):
            yield Output(topic=ALERTS, key=outcome.id.encode(), value=_encode(outcome), headers=ALERT_HEADERS, partition=record.partition)
        elif isinstance(outcome, Failed):
            yield reject_record(record, [_timer_problem(outcome)], Reason.CRASHED)
        elif outcome.note in _REJECTED:
            yield reject_observation(record, outcome.observation, [_problem(outcome)], _REJECTED[outcome.note])


def _timer_problem(failed: Failed) -> Problem:
    """The record is kept as the one whose time made the timer due; it was applied."""
    what = f"the timer of group {canonical(failed.group)} at {render(failed.at)} failed: {failed.reason}."
    return Problem(
        file=f"rule {failed.rule}", what=what, fix="Tell the makers of cityloop; the timer was given up, the record was applied."
    )


def _problem(noted: Noted) -> Problem:
    where = f"rule {noted.rule}" if noted.rule else f"observation {noted.observation.id}"
    return Problem(file=where, what=f"{noted.reason}.", fix=_FIXES[noted.note])


def _lost(origin: Origin, lost: range) -> Problem:
    """The record is kept as the one after which the missing ones were given up; it was applied."""
    what = f"records {lost.start} to {lost.stop - 1} of {origin.topic}/{origin.partition} never came; rules over several sources went on without them."
    return Problem(
        file="cityloop.matches",
        what=what,
        fix="Look for records that the broker lost; replay the observations to see what they would have said.",
    )
