"""Counts of what is quiet, of what flaps and of timers, for the metrics."""

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from config.moment import Micros
from dispatch.noisequery import Census
from dispatch.store import tables
from dispatch.store.quieting import FIRING
from dispatch.verdict import SuppressionKind


async def count(connection: AsyncConnection, now: Micros) -> Census:
    """Count everything, whoever may see it; every kind of reason is named."""
    alerts, groups = tables.alerts, tables.notice_groups
    kinds: Counter[str] = Counter({kind.value: 0 for kind in SuppressionKind})
    quiet = sa.select(alerts.c.suppressed, sa.func.count()).where(FIRING, alerts.c.suppressed.is_not(None)).group_by(alerts.c.suppressed)
    for reasons, number in await connection.execute(quiet):
        kinds.update(dict.fromkeys(reasons.split(), number))
    flapping = sa.select(sa.func.count()).where(FIRING, alerts.c.flapping.is_not(None))
    timers = [
        await connection.scalar(sa.select(sa.func.min(alerts.c.judge_at))),
        await connection.scalar(sa.select(sa.func.min(groups.c.next_at))),
    ]
    oldest = min((timer for timer in timers if timer is not None), default=now)
    return Census(
        suppressed=dict(kinds),
        flapping=await connection.scalar(flapping) or 0,
        groups=await connection.scalar(sa.select(sa.func.count()).select_from(groups)) or 0,
        late=max(0, now - oldest),
    )
