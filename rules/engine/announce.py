"""Says what an alert says: the state of an episode as an event for everybody else."""

from collections.abc import Mapping
from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.port import Evaluator
from rules.grouping import group_of
from rules.model import Rule
from rules.placeholders import fill
from rules.state import NEVER, Episode, Group
from streams.alert import AlertEvent, Change
from streams.ids import alert_id, event_id
from streams.observation import Observation


def announce(
    rule: Rule,
    evaluator: Evaluator,
    group: Group,
    episode: Episode,
    *,
    change: Change,
    at: Micros,
    noticed: Micros,
    more: Mapping[str, Any] | None = None,
) -> AlertEvent:
    """The event of one change.

    Args:
        rule: the rule.
        evaluator: its condition, for ``why``.
        group: the group, for its key.
        episode: the episode as it stands after the change.
        change: what happened.
        at: the exact instant.
        noticed: the clock of the log when it was noticed.
        more: what ``why`` says beside the condition.
    """
    key = group_of(rule.by, group.key)
    identity = alert_id(rule.name, key, episode.starts_at)
    last = episode.last
    return AlertEvent(
        event_id=event_id(identity, change.value, at),
        event=change,
        at=at,
        id=identity,
        rule=rule.name,
        rule_version=rule.version,
        group=key,
        severity=rule.severity,
        category=rule.category,
        ticket=rule.ticket,
        life_safety=rule.life_safety,
        starts_at=episode.starts_at,
        fired_at=episode.fired_at,
        last_seen=episode.last_seen,
        ends_at=episode.ended_at if change is Change.RESOLVED else None,
        count=episode.count,
        distinct_sources=len(episode.sources),
        source=_source(key, last),
        zone=None if last is None else last.zone,
        position=episode.position,
        evidence=episode.evidence,
        labels=dict(rule.labels),
        summary=fill(rule.summary, _values(rule, key, episode)),
        why={**_why(rule, evaluator, episode), **(more or {})},
        detected_at=noticed,
        stale=episode.stale,
    )


def _source(key: Mapping[str, Any], last: Observation | None) -> str | None:
    """Of the last match; before any, that of the group."""
    source = key.get("source") if last is None else last.source
    return source if isinstance(source, str) else None


def _why(rule: Rule, evaluator: Evaluator, episode: Episode) -> dict[str, Any]:
    told = evaluator.why(episode.first)
    if episode.row:
        told["row"] = episode.row
    if rule.for_:
        told["for"] = render_duration(rule.for_)
    return told


def _values(rule: Rule, key: Mapping[str, Any], episode: Episode) -> dict[str, object]:
    """What the placeholders of a summary stand for."""
    values: dict[str, object] = {"rule": rule.name, "count": episode.count, "group": ", ".join(str(part) for part in key.values())}
    values.update(episode.row)
    if (last := episode.last) is not None:
        values.update({f"attributes.{name}": value for name, value in last.attributes.items()})
        values.update({name: getattr(last, name) for name in ("source", "kind", "value", "unit", "zone", "confidence")})
    values.update({name: value for name, value in key.items() if values.get(name) is None})
    return values


def quiet_until(rule: Rule, episode: Episode) -> Micros:
    """When a quiet alert resolves, unless the condition holds again."""
    return NEVER if episode.ended_at == NEVER else max(episode.ended_at, episode.unseen_until) + rule.keep_firing_for
