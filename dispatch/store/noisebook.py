"""Noise control in a database: silences, and timers that outlive the process. Implements :class:`dispatch.ports.NoiseBook`."""

import uuid
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.moment import Micros
from dispatch.actor import Actor, sees
from dispatch.change import Addresses, of_judgement
from dispatch.desk import Desk, Situation
from dispatch.intake import reconsider, spot_of_event
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.group import Group, flush
from dispatch.noise.groupnotice import group_notice
from dispatch.noise.matcher import Matcher
from dispatch.noise.policy import NoisePolicy, RuleFact
from dispatch.noise.route import route_named
from dispatch.noise.silence import Silence, SilenceState
from dispatch.noisequery import Census, Preview, Settled, SilenceAdded, SilenceDetail, SilencePage, SilenceQuery, WindowView
from dispatch.notice import address_of
from dispatch.paging import bounded, mark
from dispatch.refusal import Refusal
from dispatch.silencing import Setting, SilenceChange, decide_expiry, decide_silence, preview, unknown_silence, view_of
from dispatch.store import quieting, rows, tables
from dispatch.store import reading as read
from dispatch.store.casebook import nothing
from dispatch.store.census import count
from dispatch.store.engine import reading, writing
from dispatch.store.writing import put, write
from streams.clock import Clock

AT_ONCE = 50
"""Alerts or groups that one transaction deals with."""


def drawn() -> str:
    """A new id."""
    return str(uuid.uuid4())


class SqlNoiseBook:
    """Silences, maintenance, and what is due.

    Args:
        engine: from :func:`dispatch.store.engine.open_engine`.
        desk: the city's tables.
        clock: the present.
        webhook: the city's default address of notices; empty: none.
        policy: what the city decided about noise.
        rules: the configured rules.
        committed: called after each commit, to wake who sends on what was written.
        draw: gives ids for silences.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        desk: Desk,
        clock: Clock,
        *,
        webhook: str = "",
        policy: NoisePolicy | None = None,
        rules: Sequence[RuleFact] = (),
        committed: Callable[[], None] = nothing,
        draw: Callable[[], str] = drawn,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._addresses = Addresses(desk, webhook)
        self._policy = policy or NoisePolicy()
        self._rules = tuple(rules)
        self._committed = committed
        self._draw = draw

    async def silences(self, actor: Actor, query: SilenceQuery) -> SilencePage:
        """A page of silences."""
        table, limit, now = tables.silences, bounded(query.limit), self._clock()
        states = {
            None: sa.true(),
            SilenceState.PENDING: sa.and_(table.c.over_at > now, table.c.starts_at > now),
            SilenceState.ACTIVE: sa.and_(table.c.over_at > now, table.c.starts_at <= now),
            SilenceState.EXPIRED: table.c.over_at <= now,
        }
        wanted = read.in_scope(table.c.unit, actor), read.beyond(table, query.after), states[query.state]
        select = sa.select(table.c.body, table.c.changed_at).where(*wanted).order_by(table.c.changed_at.desc(), table.c.id).limit(limit + 1)
        async with reading(self._engine) as connection:
            found = [(rows.read_silence(body), changed_at) for body, changed_at in await connection.execute(select)]
        page = found[:limit]
        following = mark(page[-1][1], page[-1][0].id) if len(found) > limit else None
        return SilencePage(items=tuple(silence for silence, _ in page), next=following)

    async def silence(self, actor: Actor, silence_id: str) -> SilenceDetail | None:
        """A silence with its history."""
        async with reading(self._engine) as connection:
            silence = await quieting.silence_of(connection, silence_id)
            if silence is None or not sees(actor, silence.unit):
                return None
            return SilenceDetail(silence=silence, events=await quieting.silence_events_of(connection, silence_id))

    async def add_silence(self, actor: Actor, draft: SilenceDraft) -> SilenceAdded | Refusal:
        """Make a silence."""
        async with writing(self._engine) as connection:
            decision = decide_silence(draft, actor, self._draw(), await self._setting(connection))
            if isinstance(decision, Refusal):
                return decision
            await self._keep(connection, decision)
        self._committed()
        return decision.answer

    async def expire_silence(self, actor: Actor, silence_id: str) -> Silence | Refusal:
        """End a silence before its time."""
        async with writing(self._engine) as connection:
            silence = await quieting.silence_of(connection, silence_id)
            if silence is None or not sees(actor, silence.unit):
                return unknown_silence(silence_id)
            history = await quieting.silence_events_of(connection, silence_id)
            decision = decide_expiry(silence, actor, history, await self._setting(connection))
            if isinstance(decision, Refusal):
                return decision
            await self._keep(connection, decision)
        self._committed()
        return decision.silence

    async def preview(self, actor: Actor, matchers: Sequence[Matcher]) -> Preview | Refusal:
        """What matchers would do now."""
        async with reading(self._engine) as connection:
            firing = await quieting.firing_alerts(connection, self._desk, read.in_scope(tables.alerts.c.unit, actor))
        return preview(matchers, actor, self._rules, firing)

    async def maintenance(self) -> tuple[WindowView, ...]:
        """The configured windows as they stand."""
        now = self._clock()
        return tuple(view_of(window, now) for window in self._policy.windows)

    async def wake(self) -> None:
        """Let every alert that fires be judged again, since the policy may be another one."""
        async with writing(self._engine) as connection:
            await connection.execute(sa.update(tables.alerts).where(quieting.FIRING).values(judge_at=self._clock()))

    async def settle(self) -> Settled:
        """Do what is due, so much as fits into a transaction or two."""
        judged = await self._judge()
        flushed, notices = await self._flush()
        if judged or flushed:
            self._committed()
        return Settled(judged=judged, flushed=flushed, notices=notices)

    async def next_at(self) -> Micros | None:
        """When something is due next."""
        alerts, groups = tables.alerts, tables.notice_groups
        async with reading(self._engine) as connection:
            timers = [
                await connection.scalar(sa.select(sa.func.min(alerts.c.judge_at))),
                await connection.scalar(sa.select(sa.func.min(groups.c.next_at))),
            ]
        return min((timer for timer in timers if timer is not None), default=None)

    async def census(self) -> Census:
        """Counts for the metrics."""
        async with reading(self._engine) as connection:
            return await count(connection, self._clock())

    async def _setting(self, connection: AsyncConnection) -> Setting:
        firing = await quieting.firing_alerts(connection, self._desk)
        return Setting(now=self._clock(), policy=self._policy, rules=self._rules, firing=firing)

    async def _keep(self, connection: AsyncConnection, change: SilenceChange) -> None:
        await put(connection, tables.silences, rows.silence_row(change.silence))
        await connection.execute(sa.insert(tables.silence_events), rows.silence_event_row(change.event))
        await quieting.judge_soon(connection, change.touched, self._clock())

    async def _judge(self) -> int:
        table, now = tables.alerts, self._clock()
        due = sa.select(table.c.id).where(table.c.judge_at <= now).order_by(table.c.judge_at, table.c.id).limit(AT_ONCE)
        async with reading(self._engine) as connection:
            if not (await connection.scalars(due.limit(1))).all():
                return 0
        async with writing(self._engine) as connection:
            names = list(await connection.scalars(due))
            for name in names:
                await self._judge_one(connection, name)
        return len(names)

    async def _judge_one(self, connection: AsyncConnection, name: str) -> None:
        alert = await read.alert_of(connection, name)
        assert alert is not None  # noqa: S101  # Its row was found in this transaction.
        now, desk = self._clock(), self._desk
        spot = spot_of_event(alert.latest, desk.place_of(alert.latest))
        nearby = await read.nearby_tickets(connection, alert.ticket, spot)
        surroundings = await quieting.surroundings_of(connection, self._policy, desk, alert.latest, now)
        intake = reconsider(alert, nearby, Situation(now, desk, await read.loads(connection)), surroundings)
        await write(connection, of_judgement(intake, alert, self._addresses))

    async def _flush(self) -> tuple[int, int]:
        now = self._clock()
        async with reading(self._engine) as connection:
            if not await quieting.due_groups(connection, now, 1):
                return 0, 0
        async with writing(self._engine) as connection:
            groups = await quieting.due_groups(connection, now, AT_ONCE)
            notices = [await self._flush_one(connection, group, now) for group in groups]
        return len(groups), sum(notices)

    async def _flush_one(self, connection: AsyncConnection, group: Group, now: Micros) -> bool:
        """Let one group speak; whether that made a notice."""
        route = route_named(self._policy.route, group.route) or self._policy.route
        outcome = flush(group, await quieting.members_of(connection, group.id), route, now)
        members, table = tables.group_members, tables.notice_groups
        await connection.execute(sa.delete(members).where(members.c.group == group.id))
        if outcome.told:
            left = [{"group": group.id, "alert": name, "told": told.value} for name, told in sorted(outcome.told.items())]
            await connection.execute(sa.insert(members), left)
        if outcome.group is None:
            await connection.execute(sa.delete(table).where(table.c.id == group.id))
        else:
            await put(connection, table, rows.group_row(outcome.group))
        url = address_of(group.unit, self._desk.units, self._addresses.default)
        if outcome.cause is None or url is None:
            return False
        delivery = group_notice(group, outcome.cause, outcome.alerts, now, url)
        await connection.execute(sa.insert(tables.deliveries), rows.delivery_row(delivery))
        return True
