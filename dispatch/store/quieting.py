"""Reads what noise control needs, in the caller's transaction: silences, alerts that fire, episodes of a series, groups."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from config.moment import Micros
from dispatch.alertcase import AlertState
from dispatch.desk import Desk
from dispatch.noise.flapping import LOOK_BACK
from dispatch.noise.group import Group, Member, Told
from dispatch.noise.history import SilenceEvent
from dispatch.noise.inhibition import Inhibition, rules_named
from dispatch.noise.judging import Surroundings
from dispatch.noise.matcher import Matcher
from dispatch.noise.policy import NoisePolicy
from dispatch.noise.silence import Silence
from dispatch.noise.subject import Subject, series_of
from dispatch.silencing import Firing
from dispatch.store import rows, tables
from streams.alert import AlertEvent

_CHUNK = 500
"""Ids in one statement; a database takes only so many."""

FIRING = tables.alerts.c.state == AlertState.FIRING.value


async def surroundings_of(connection: AsyncConnection, policy: NoisePolicy, desk: Desk, latest: AlertEvent, now: Micros) -> Surroundings:
    """What an alert is judged in; what the policy does not ask for is not read."""
    starts: tuple[Micros, ...] = ()
    if policy.flapping:
        starts = (*await episodes_of(connection, series_of(latest.rule, latest.group)), latest.starts_at)
    firing: tuple[Subject, ...] = ()
    if policy.inhibitions:
        firing = tuple(one.subject for one in await firing_alerts(connection, desk, asking(policy.inhibitions, "source")))
    return Surroundings(policy=policy, silences=await living_silences(connection, now), firing=firing, starts=starts)


def asking(rules: Iterable[Inhibition], side: str) -> sa.ColumnElement[bool]:
    """A condition that narrows alerts down to one side of inhibition rules, as far as they name rules."""
    sides: list[tuple[Matcher, ...]] = [getattr(rule, side) for rule in rules]
    names = [rules_named(matchers) for matchers in sides]
    known = [name for name in names if name is not None]
    return tables.alerts.c.rule.in_(known) if len(known) == len(names) else sa.true()


async def living_silences(connection: AsyncConnection, now: Micros) -> tuple[Silence, ...]:
    """Those that are not over."""
    table = tables.silences
    found = await connection.scalars(sa.select(table.c.body).where(table.c.over_at > now).order_by(table.c.id))
    return tuple(rows.read_silence(body) for body in found)


async def silence_of(connection: AsyncConnection, name: str) -> Silence | None:
    """A silence."""
    body = await connection.scalar(sa.select(tables.silences.c.body).where(tables.silences.c.id == name))
    return None if body is None else rows.read_silence(body)


async def silence_events_of(connection: AsyncConnection, name: str) -> tuple[SilenceEvent, ...]:
    """A silence's history."""
    table = tables.silence_events
    found = await connection.scalars(sa.select(table.c.body).where(table.c.silence == name).order_by(table.c.number))
    return tuple(rows.read_silence_event(body) for body in found)


async def episodes_of(connection: AsyncConnection, series: str) -> tuple[Micros, ...]:
    """When the latest episodes of a rule and group began."""
    table = tables.alerts
    found = sa.select(table.c.starts_at).where(table.c.series == series).order_by(table.c.starts_at.desc()).limit(LOOK_BACK)
    return tuple(await connection.scalars(found))


async def firing_alerts(connection: AsyncConnection, desk: Desk, *wanted: sa.ColumnElement[bool]) -> tuple[Firing, ...]:
    """Alerts that fire."""
    table = tables.alerts
    found = await connection.scalars(sa.select(table.c.body).where(FIRING, *wanted).order_by(table.c.opened_at, table.c.id))
    alerts = [rows.read_alert(body) for body in found]
    return tuple(Firing(alert, desk.subject(alert)) for alert in alerts)


async def members_of(connection: AsyncConnection, group: str) -> tuple[Member, ...]:
    """The alerts of a group as they stand."""
    table, alerts = tables.group_members, tables.alerts
    select = sa.select(alerts.c.body, table.c.told).join(table, table.c.alert == alerts.c.id).where(table.c.group == group)
    return tuple(Member(alert=rows.read_alert(body), told=Told(told)) for body, told in await connection.execute(select))


async def due_groups(connection: AsyncConnection, now: Micros, limit: int) -> tuple[Group, ...]:
    """Groups whose timer has gone off, the longest due first."""
    table = tables.notice_groups
    select = sa.select(table.c.body).where(table.c.next_at <= now).order_by(table.c.next_at, table.c.id).limit(limit)
    return tuple(rows.read_group(body) for body in await connection.scalars(select))


async def judge_soon(connection: AsyncConnection, alerts: Collection[str], at: Micros) -> None:
    """Let alerts be judged again."""
    table, names = tables.alerts, sorted(alerts)
    for first in range(0, len(names), _CHUNK):
        chunk = table.c.id.in_(names[first : first + _CHUNK])
        await connection.execute(sa.update(table).where(FIRING, chunk).values(judge_at=at))


async def judge_targets(connection: AsyncConnection, rules: Iterable[Inhibition], besides: str, at: Micros) -> None:
    """A source has come or gone: let the alerts that it may inhibit be judged again."""
    table = tables.alerts
    await connection.execute(sa.update(table).where(FIRING, table.c.id != besides, asking(rules, "target")).values(judge_at=at))
