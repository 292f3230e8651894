"""Alerts as the API shows them."""

from datetime import datetime
from typing import Any

import msgspec

from config.kinds import Text
from config.moment import Micros, to_datetime
from console.directory import Coded, Directory, Named
from dispatch.alertcase import AlertCase, AlertState
from dispatch.query import AlertDetail as AlertFile
from streams.alert import AlertEvent, Change, Severity
from streams.observation import Position


class Place(msgspec.Struct, frozen=True):
    """A point on the earth, WGS 84, in degrees."""

    lon: float
    lat: float


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
        events: what happened, oldest first.
    """

    alert: AlertRow
    rule_version: str
    group: dict[str, Any]
    labels: dict[str, str]
    distinct_sources: int
    detected_at: datetime
    why: dict[str, Any]
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
    )  # fmt: skip


def alert_detail(file: AlertFile, directory: Directory) -> AlertDetail:
    """Everything about an alert."""
    latest = file.alert.latest
    return AlertDetail(
        alert=alert_row(file.alert, directory), rule_version=latest.rule_version, group=latest.group, labels=latest.labels,
        distinct_sources=latest.distinct_sources, detected_at=to_datetime(latest.detected_at), why=latest.why,
        events=tuple(_change(event) for event in file.events),
    )  # fmt: skip


def _change(event: AlertEvent) -> AlertChange:
    return AlertChange(event=event.event, at=to_datetime(event.at), severity=event.severity, count=event.count)
