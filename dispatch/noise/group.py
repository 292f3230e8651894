"""Groups of alerts that share a notice: joining one, and what its timer says when it goes off."""

import uuid
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from config.moment import Micros
from dispatch.alertcase import AlertCase, AlertState
from dispatch.noise.route import Manner, Route
from dispatch.noise.subject import Subject
from streams.ids import NAMESPACE, canonical


class Told(StrEnum):
    """What was last said of an alert in its group."""

    NOTHING = "nothing"
    FIRING = "firing"


class Cause(StrEnum):
    """Why a group speaks."""

    CHANGED = "changed"
    REPEATED = "repeated"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """An alert joins a group, which begins with it when it is not there yet.

    Attributes:
        group: the group's id.
        route: name of its route.
        unit: who is told.
        values: what its alerts have in common.
        at: when it joins.
        wait: how long after that a new group speaks first.
    """

    group: str
    route: str
    unit: str | None
    values: Mapping[str, str]
    at: Micros
    wait: Micros


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group with its timer.

    Attributes:
        id: uuid5 of route, unit and values.
        route: name of its route.
        unit: who is told.
        values: what its alerts have in common.
        created_at: when its first alert joined.
        next_at: when its timer goes off.
        notices: how many it has sent.
        told_at: when it last did.
    """

    id: str
    route: str
    unit: str | None
    values: Mapping[str, str]
    created_at: Micros
    next_at: Micros
    notices: int = 0
    told_at: Micros | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An alert in a group, as it stands now, with what was last said of it."""

    alert: AlertCase
    told: Told = Told.NOTHING


class Flush(msgspec.Struct, frozen=True, kw_only=True):
    """What follows when a group's timer goes off.

    Attributes:
        group: as it stands afterwards; ``None`` when nothing is left of it.
        told: what was last said of the alerts that stay in it, by id.
        cause: why it speaks; ``None`` when it does not.
        alerts: what it speaks of, each once, firing ones first.
    """

    group: Group | None
    told: Mapping[str, Told]
    cause: Cause | None = None
    alerts: tuple[AlertCase, ...] = ()


def enrol(route: Route, subject: Subject, unit: str | None, now: Micros) -> Enrolment | None:
    """The group that an alert's notice goes with; ``None`` when it goes by itself at once, as life safety always does."""
    if route.manner is Manner.EACH or subject.life_safety:
        return None
    addressee = route.unit if route.unit is not None else unit
    values = {field: subject.first(field) or "" for field in route.group_by}
    name = str(uuid.uuid5(NAMESPACE, canonical(("group", route.name, addressee, values))))
    return Enrolment(group=name, route=route.name, unit=addressee, values=values, at=now, wait=route.wait)


def begin_group(enrolment: Enrolment) -> Group:
    """A group with its first alert."""
    return Group(
        id=enrolment.group,
        route=enrolment.route,
        unit=enrolment.unit,
        values=enrolment.values,
        created_at=enrolment.at,
        next_at=enrolment.at + enrolment.wait,
    )


def flush(group: Group, members: Sequence[Member], route: Route, now: Micros) -> Flush:
    """Let a group's timer go off.

    It speaks when an alert is new or over since it last did, or when ``repeat`` has passed while one fires. A quiet
    (suppressed) alert stays a member and is not spoken of. An alert that was over before anybody heard of it is told only
    when it has a ticket, since somebody must know of the work; one that ended while it was quiet is not told.
    """
    firing = [member for member in members if _fires(member.alert)]
    over = [member for member in members if member.alert.state is AlertState.RESOLVED and _is_owed(member)]
    staying = [member for member in members if member.alert.state is AlertState.FIRING]
    changed = bool(over) or any(member.told is Told.NOTHING for member in firing)
    repeated = bool(firing) and group.told_at is not None and now - group.told_at >= route.repeat
    cause = Cause.CHANGED if changed else Cause.REPEATED if repeated else None
    told = {member.alert.id: Told.FIRING if cause is not None and _fires(member.alert) else member.told for member in staying}
    after: Group | None = None
    if staying:
        spoken = cause is not None
        after = msgspec.structs.replace(
            group, next_at=now + route.interval, notices=group.notices + spoken, told_at=now if spoken else group.told_at
        )
    listed = tuple(member.alert for part in (firing, over) for member in sorted(part, key=_order)) if cause is not None else ()
    return Flush(group=after, told=told, cause=cause, alerts=listed)


def _fires(alert: AlertCase) -> bool:
    return alert.state is AlertState.FIRING and not alert.suppressed_by


def _is_owed(member: Member) -> bool:
    return not member.alert.suppressed_by and (member.told is Told.FIRING or member.alert.ticket is not None)


def _order(member: Member) -> tuple[Micros, str]:
    return member.alert.latest.starts_at, member.alert.id
