"""What the rules say: one record on ``cityloop.alerts`` for each change of an alert."""

from enum import StrEnum
from typing import Any

import msgspec

from config.kinds import Text
from config.moment import Micros
from streams.observation import Position


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"


class TicketPolicy(StrEnum):
    """What an alert does about a ticket: open one, ask a person to confirm one, or none."""

    AUTO = "auto"
    CONFIRM = "confirm"
    NONE = "none"


class Change(StrEnum):
    """What happened to the alert."""

    FIRING = "firing"
    UPDATED = "updated"
    RESOLVED = "resolved"


class Cause(StrEnum):
    """Why an alert resolved although its condition did not end."""

    RULE_REMOVED = "rule removed"
    RULE_RESET = "rule reset"


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of an alert at one of its changes (JSON on the wire, times in microseconds).

    ``event_id`` = uuid5(alert id, event, at): a replay repeats it and never adds one.

    Attributes:
        event_id: identity of this change.
        event: what happened.
        at: the exact instant of the change, in event time.
        id: uuid5(namespace, rule, group as canonical JSON, starts_at); one episode has one id in every run.
        rule: the rule's name.
        rule_version: hash of the rule's definition.
        group: the group key, field to value.
        severity: from the rule.
        category: matter code, or ``None`` for alerts without one.
        ticket: what to do about a ticket.
        life_safety: whether a kind of the rule is a life-safety kind; then no silence hides it.
        starts_at: when the condition of the episode first became true.
        fired_at: starts_at + ``for``.
        last_seen: at of the last match.
        ends_at: when the trouble ended; known from the resolution on.
        count: matches in the episode.
        distinct_sources: sources among them.
        source: source of the last match; where there was none, that of the group, if it has one.
        zone: zone of the last match.
        position: position of the last match that had one.
        evidence: references to pictures, newest last, at most eight.
        labels: from the rule.
        summary: the rule's texts with their placeholders filled, except ``{place}``, which dispatch knows.
        why: the tree of conditions with the values that made it fire.
        detected_at: clock of the log (the writer's clock of the envelope) when it was noticed.
        stale: the source has gone silent while the alert fires.
        cause: why it resolved although its condition did not end; ``None`` otherwise.
    """

    event_id: str
    event: Change
    at: Micros
    id: str
    rule: str
    rule_version: str
    group: dict[str, Any]
    severity: Severity
    ticket: TicketPolicy
    starts_at: Micros
    fired_at: Micros
    last_seen: Micros
    count: int
    summary: Text
    why: dict[str, Any]
    detected_at: Micros
    ends_at: Micros | None = None
    category: str | None = None
    life_safety: bool = False
    distinct_sources: int = 0
    source: str | None = None
    zone: str | None = None
    position: Position | None = None
    evidence: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    stale: bool = False
    cause: Cause | None = None
