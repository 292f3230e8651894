"""The engine as a fold of the log: records in, alerts and rejected observations out."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from config.moment import render
from config.problem import Problem, ProblemsError
from rules.engine import Failed, Limits, Note, Noted, Outcome, Partition, Tally, snapshot
from rules.live import check_live
from rules.model import RuleSet
from streams.alert import AlertEvent
from streams.codec import decode_record
from streams.fold import Held, Output, Record
from streams.ids import canonical
from streams.rejected import Reason, reject_observation, reject_record
from streams.topics import ALERTS, JSON_TYPE

ALERT_HEADERS = {"content-type": JSON_TYPE.encode()}
"""The headers of a record on ``cityloop.alerts``."""

_REJECTED = {Note.AHEAD: Reason.AHEAD, Note.CRASHED: Reason.CRASHED}
"""Notes whose observation goes to ``cityloop.rejected``; the others are counted, and the log has kept them."""
_FIXES = {
    Note.AHEAD: "Set the clock of the device.",
    Note.CRASHED: "Tell the makers of cityloop; the rule went on without this observation.",
}
_encode = msgspec.json.Encoder().encode


class RuleFold:
    """Makes the engine's state of a partition. One instance serves a process.

    Attributes:
        ruleset: the rules.
        tally: what all its partitions did, for metrics.
        partitions: the engines at work, by topic and partition.

    Raises:
        ProblemsError: a rule cannot be evaluated where the observations of its groups are on several partitions.
    """

    def __init__(self, ruleset: RuleSet, limits: Limits | None = None) -> None:
        check_live(ruleset)
        self.ruleset = ruleset
        self._limits = limits
        self.tally = Tally()
        self.partitions: dict[tuple[str, int], Partition] = {}

    def restore(self, topic: str, partition: int, sections: Mapping[str, bytes]) -> Held:
        """Rebuild the state of a partition from the sections of a checkpoint.

        Raises:
            ValueError: they are of an unknown schema version.
        """
        engine = Partition(self.ruleset, self._limits, self.tally)
        snapshot.restore(engine, sections)
        self.partitions[topic, partition] = engine
        return HeldRules(engine, self.ruleset)


class HeldRules:
    """The engine of one partition (:class:`streams.fold.Held`)."""

    def __init__(self, engine: Partition, ruleset: RuleSet) -> None:
        self._engine = engine
        self._kinds = ruleset.kinds

    def step(self, record: Record) -> Sequence[Output]:
        """Apply one record: an envelope of observations, a tick, or a single observation."""
        try:
            envelope = decode_record(record.value, record.headers, kinds=self._kinds, timestamp=record.timestamp)
        except ProblemsError as error:
            return [reject_record(record, error.problems)]
        engine, noticed = self._engine, envelope.sent_at
        outcomes = engine.observe_many(envelope.observations, noticed, noticed)
        if envelope.tick is not None:
            outcomes = (*outcomes, *engine.tick(envelope.tick, noticed))
        return list(_outputs(outcomes, record)) if outcomes else []

    def delta(self) -> Mapping[str, bytes | None]:
        """Sections that changed since the last call of this or of :meth:`full`."""
        return dict(snapshot.delta(self._engine))

    def full(self) -> Mapping[str, bytes]:
        """Every section."""
        return snapshot.full(self._engine)


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
