"""Two rule sets over one history: which alerts are added, which are gone, which are told otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config.moment import Micros, render
from rules.engine import Outcome
from rules.model import RuleSet
from rules.replay.ensemble import Ensemble
from rules.replay.lines import Line
from streams.alert import AlertEvent, Change

COMPARED = ("fired_at", "ends_at", "resolved_at", "severity", "category", "ticket", "count", "distinct_sources", "summary")
"""What of an alert is compared. Its rule, group and beginning are its identity: an alert that begins at another instant is
another alert."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as its last event told it; instants are RFC 3339."""

    id: str
    rule: str
    group: Mapping[str, Any]
    starts_at: str
    fired_at: str
    ends_at: str | None
    resolved_at: str | None
    severity: str
    category: str | None
    ticket: str
    count: int
    distinct_sources: int
    summary: Mapping[str, str]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of both rule sets that they tell differently: by field what the old and what the new one say."""

    old: Alert
    new: Alert
    fields: tuple[str, ...]


class RuleSetDiff(msgspec.Struct, frozen=True, kw_only=True):
    """What changes when the new rules take the place of the old ones.

    Attributes:
        lines: lines of the recording.
        rejected: those among them that could not be used.
        old: how many alerts the old rules raise.
        new: how many the new rules raise.
        same: how many both raise and tell alike.
        added: what the new rules alone raise.
        gone: what the old rules alone raise.
        changed: what both raise and tell differently.
    """

    lines: int
    rejected: int
    old: int
    new: int
    same: int
    added: tuple[Alert, ...]
    gone: tuple[Alert, ...]
    changed: tuple[Changed, ...]


class _Side:
    """One of the two, with the last event of each of its alerts."""

    def __init__(self, rules: RuleSet, streams: int) -> None:
        self.engines = Ensemble(rules, streams)
        self.last: dict[str, AlertEvent] = {}

    def take(self, outcomes: Iterable[Outcome]) -> None:
        self.last.update((outcome.id, outcome) for outcome in outcomes if isinstance(outcome, AlertEvent))


def compare_rule_sets(old: RuleSet, new: RuleSet, lines: Iterable[Line], until: Micros | None, streams: int = 0) -> RuleSetDiff:
    """Run a recording through both, side by side in one reading.

    Args:
        old: the rules at work.
        new: the rules that would take their place.
        lines: the recording.
        until: up to when timers run after its end; ``None``: up to its last observation.
        streams: how many partitions the recording has; 0 for one that is one stream.
    """
    sides = before, after = _Side(old, streams), _Side(new, streams)
    count = rejected = 0
    for line in lines:
        count += line.tick is None
        if line.reason:
            rejected += 1
            continue
        for side in sides:
            side.take(side.engines.take(line))
    for side in sides:
        side.take(side.engines.finish(until))
    return diff_of(before.last.values(), after.last.values(), lines=count, rejected=rejected + after.engines.ahead)


def diff_of(old: Iterable[AlertEvent], new: Iterable[AlertEvent], *, lines: int, rejected: int = 0) -> RuleSetDiff:
    """What two sets of alerts differ in, each given by its last event.

    Args:
        old: of the rules at work.
        new: of the rules that would take their place.
        lines: what was read for it.
        rejected: what of that could not be used.
    """
    was, is_ = ({event.id: _alert(event) for event in events} for events in (old, new))
    both = [(was[name], is_[name]) for name in was if name in is_]
    changed = [Changed(old=one, new=other, fields=fields) for one, other in both if (fields := _differing(one, other))]
    return RuleSetDiff(
        lines=lines,
        rejected=rejected,
        old=len(was),
        new=len(is_),
        same=len(both) - len(changed),
        added=_sorted(alert for name, alert in is_.items() if name not in was),
        gone=_sorted(alert for name, alert in was.items() if name not in is_),
        changed=tuple(sorted(changed, key=lambda one: _rank(one.new))),
    )


def _differing(old: Alert, new: Alert) -> tuple[str, ...]:
    return tuple(field for field in COMPARED if getattr(old, field) != getattr(new, field))


def _sorted(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(alerts, key=_rank))


def _rank(alert: Alert) -> tuple[str, str, str]:
    return alert.rule, alert.starts_at, alert.id


def _alert(event: AlertEvent) -> Alert:
    return Alert(
        id=event.id,
        rule=event.rule,
        group=event.group,
        starts_at=render(event.starts_at),
        fired_at=render(event.fired_at),
        ends_at=None if event.ends_at is None else render(event.ends_at),
        resolved_at=render(event.at) if event.event is Change.RESOLVED else None,
        severity=event.severity.value,
        category=event.category,
        ticket=event.ticket.value,
        count=event.count,
        distinct_sources=event.distinct_sources,
        summary={"en": event.summary.en, "zh": event.summary.zh},
    )
