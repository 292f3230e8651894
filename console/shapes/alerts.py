"""Alerts as the API shows them."""

from datetime import datetime
from typing import Any

import msgspec

from config.kinds import Text
from config.moment import SECOND, Micros, to_datetime
from console.directory import Coded, Directory, Named
from dispatch.alertcase import AlertCase, AlertState
from dispatch.query import AlertDetail as AlertFile
from dispatch.verdict import Flapping, Merge, MergeOutcome, MergeReason, SuppressionKind, Suppressor
from streams.alert import AlertEvent, Change, Severity
from streams.observation import Position


class Place(msgspec.Struct, frozen=True):
    """A point on the earth, WGS 84, in degrees."""

    lon: float
    lat: float


class SuppressorShape(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why an alert is kept quiet.

    Attributes:
        kind: silence, maintenance, inhibition or flapping.
        by: id of the silence, or name of the window, inhibition rule or rule.
        why: comment, or a sentence.
        author: who made the silence.
        alert: the alert that inhibits.
        until: when it ends by itself.
    """

    kind: SuppressionKind
    by: str
    why: str
    author: Named | None
    alert: str | None
    until: datetime | None


class FlappingShape(msgspec.Struct, frozen=True, kw_only=True):
    """Episodes that come and go.

    Attributes:
        since: since when.
        episodes: so many began
        within_seconds: within so many seconds.
        until: calm by then, unless another one begins.
    """

    since: datetime
    episodes: int
    within_seconds: float
    until: datetime


class MergeShape(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a new episode was merged with a ticket at the same place, and the numbers that decided it.

    Attributes:
        outcome: joined a ticket, opened one that follows another, or opened one with nothing before it.
        reason: why.
        at: when it was decided.
        spot: what counted as the same place.
        window_seconds: how long after its last change a ticket is still about the same trouble.
        ticket: the ticket that was compared.
        state: where that stood.
        elapsed_seconds: from its last change to the decision.
        alerts: how many alerts it had.
    """

    outcome: MergeOutcome
    reason: MergeReason
    at: datetime
    spot: str
    window_seconds: float
    ticket: str | None
    state: str | None
    elapsed_seconds: float | None
    alerts: int


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as a line of a list.

    Attributes:
        id: identity of the episode.
        state: firing or resolved.
        rule: the rule's name.
        severity: how bad it is.
        category: matter code with its name.
        summary: what is told to people.
        life_safety: whether lives may be at stake.
        stale: its source has gone silent.
        source: camera or sensor.
        zone: zone of the camera's picture.
        place: name of the place.
        cell: code of the cell.
        position: where.
        unit: who answers for it.
        starts_at: when the trouble began.
        fired_at: when the alert fired.
        last_seen: the last match.
        ends_at: when the trouble ended.
        count: matches in the episode.
        evidence: references to pictures.
        acknowledged_by: who has seen it.
        acknowledged_at: when.
        ticket: id of its ticket.
        changed_at: when it last changed here.
        suppressed_by: why it opens no ticket and sends no notice; on a resolved alert, why that was so at its end.
        flapping: whether episodes of its rule and group come and go.
    """

    id: str
    state: AlertState
    rule: str
    severity: Severity
    category: Coded | None
    summary: Text
    life_safety: bool
    stale: bool
    source: str | None
    zone: str | None
    place: str
    cell: str | None
    position: Place | None
    unit: Named | None
    starts_at: datetime
    fired_at: datetime
    last_seen: datetime
    ends_at: datetime | None
    count: int
    evidence: tuple[str, ...]
    acknowledged_by: Named | None
    acknowledged_at: datetime | None
    ticket: str | None
    changed_at: datetime
    suppressed_by: tuple[SuppressorShape, ...]
    flapping: FlappingShape | None


class AlertChange(msgspec.Struct, frozen=True, kw_only=True):
    """One event of an alert."""

    event: Change
    at: datetime
    severity: Severity
    count: int


class AlertDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about an alert.

    Attributes:
        alert: as in the list.
        rule_version: hash of the rule's definition.
        group: the group key.
        labels: from the rule.
        distinct_sources: sources among the matches.
        detected_at: when it was noticed, by the clock of the log.
        why: the tree of conditions with the values that made it fire.
        merge: whether it was merged with a ticket, and why; none: it was not up to a ticket.
        events: what happened, oldest first.
    """

    alert: AlertRow
    rule_version: str
    group: dict[str, Any]
    labels: dict[str, str]
    distinct_sources: int
    detected_at: datetime
    why: dict[str, Any]
    merge: MergeShape | None
    events: tuple[AlertChange, ...]


class AlertList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of alerts; ``next`` goes into ``after`` for the following one."""

    items: tuple[AlertRow, ...]
    next: str | None


def when(moment: Micros | None) -> datetime | None:
    """An instant that may be missing."""
    return None if moment is None else to_datetime(moment)


def place_of(position: Position | None) -> Place | None:
    """A position with named coordinates."""
    return None if position is None else Place(position.lon, position.lat)


def alert_row(case: AlertCase, directory: Directory) -> AlertRow:
    """An alert as a line of a list."""
    latest = case.latest
    return AlertRow(
        id=case.id, state=case.state, rule=latest.rule, severity=latest.severity,
        category=None if latest.category is None else directory.category(latest.category),
        summary=case.summary, life_safety=latest.life_safety, stale=latest.stale,
        source=latest.source, zone=latest.zone, place=case.place, cell=case.cell, position=place_of(latest.position),
        unit=None if case.unit is None else directory.unit(case.unit),
        starts_at=to_datetime(latest.starts_at), fired_at=to_datetime(latest.fired_at),
        last_seen=to_datetime(latest.last_seen), ends_at=when(latest.ends_at),
        count=latest.count, evidence=latest.evidence,
        acknowledged_by=None if case.acknowledged_by is None else directory.person(case.acknowledged_by),
        acknowledged_at=when(case.acknowledged_at), ticket=case.ticket, changed_at=to_datetime(case.changed_at),
        suppressed_by=tuple(_suppressor(found, directory) for found in case.suppressed_by), flapping=_flapping(case.flapping),
    )  # fmt: skip


def alert_detail(file: AlertFile, directory: Directory) -> AlertDetail:
    """Everything about an alert."""
    latest = file.alert.latest
    return AlertDetail(
        alert=alert_row(file.alert, directory), rule_version=latest.rule_version, group=latest.group, labels=latest.labels,
        distinct_sources=latest.distinct_sources, detected_at=to_datetime(latest.detected_at), why=latest.why, merge=_merge(file.alert.merge),
        events=tuple(_change(event) for event in file.events),
    )  # fmt: skip


def _suppressor(found: Suppressor, directory: Directory) -> SuppressorShape:
    return SuppressorShape(
        kind=found.kind, by=found.by, why=found.why, author=None if found.author is None else directory.person(found.author),
        alert=found.alert, until=when(found.until),
    )  # fmt: skip


def _flapping(found: Flapping | None) -> FlappingShape | None:
    if found is None:
        return None
    return FlappingShape(
        since=to_datetime(found.since), episodes=found.episodes, within_seconds=found.within / SECOND, until=to_datetime(found.until)
    )


def _merge(found: Merge | None) -> MergeShape | None:
    if found is None:
        return None
    return MergeShape(
        outcome=found.outcome, reason=found.reason, at=to_datetime(found.at), spot=found.spot, window_seconds=found.window / SECOND,
        ticket=found.ticket, state=found.state, elapsed_seconds=None if found.elapsed is None else found.elapsed / SECOND,
        alerts=found.alerts,
    )  # fmt: skip


def _change(event: AlertEvent) -> AlertChange:
    return AlertChange(event=event.event, at=to_datetime(event.at), severity=event.severity, count=event.count)
