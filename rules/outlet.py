"""What comes out of the engine, as records: alerts, and what was set aside with its reason."""

from collections.abc import Iterable, Iterator

import msgspec

from config.moment import render
from config.problem import Problem
from rules.engine import Failed, Note, Noted, Outcome
from streams.alert import AlertEvent
from streams.envelope import Origin
from streams.fold import Output, Record
from streams.ids import canonical
from streams.rejected import Reason, reject_observation, reject_record
from streams.topics import ALERTS, JSON_TYPE, SHADOW

ALERT_HEADERS = {"content-type": JSON_TYPE.encode()}
"""The headers of a record on ``cityloop.alerts`` and ``cityloop.shadow``."""

_REJECTED = {Note.AHEAD: Reason.AHEAD, Note.CRASHED: Reason.CRASHED}
"""Notes whose observation goes to ``cityloop.rejected``; the others are counted, and the log has kept them."""
_FIXES = {
    Note.AHEAD: "Set the clock of the device.",
    Note.CRASHED: "Tell the makers of cityloop; the rule went on without this observation.",
}
_encode = msgspec.json.Encoder().encode


def shadows_of(outcomes: Iterable[Outcome], record: Record) -> Iterator[Output]:
    """What alerts in shadow say, for comparison; whatever else comes of a rule in shadow is counted only."""
    for outcome in outcomes:
        if isinstance(outcome, AlertEvent):
            yield Output(topic=SHADOW, key=outcome.id.encode(), value=_encode(outcome), headers=ALERT_HEADERS, partition=record.partition)


def outputs_of(outcomes: Iterable[Outcome], record: Record) -> Iterator[Output]:
    """The records of what the live rules said: alerts, and dead letters of what was set aside."""
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


def gap_of(origin: Origin, lost: range) -> Problem:
    """The record is kept as the one after which the missing ones were given up; it was applied."""
    what = f"records {lost.start} to {lost.stop - 1} of {origin.topic}/{origin.partition} never came; rules over several sources went on without them."
    return Problem(
        file="cityloop.matches",
        what=what,
        fix="Look for records that the broker lost; replay the observations to see what they would have said.",
    )
