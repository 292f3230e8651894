"""Noise control in memory, on top of the case book in memory; implements :class:`dispatch.ports.NoiseBook`.

It decides with the same core as the SQL store and passes the same behaviour suite (tests/contract/dispatch).
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence

from config.moment import Micros
from dispatch.actor import Actor, sees
from dispatch.change import of_judgement
from dispatch.intake import reconsider
from dispatch.noise.draft import SilenceDraft
from dispatch.noise.group import Group, Member, flush
from dispatch.noise.groupnotice import group_notice
from dispatch.noise.matcher import Matcher
from dispatch.noise.policy import RuleFact
from dispatch.noise.route import route_named
from dispatch.noise.silence import Silence
from dispatch.noisequery import Census, Preview, Settled, SilenceAdded, SilenceDetail, SilencePage, SilenceQuery, WindowView
from dispatch.notice import address_of
from dispatch.paging import bounded, mark, read_mark
from dispatch.refusal import Refusal
from dispatch.silencing import Setting, SilenceChange, decide_expiry, decide_silence, preview, unknown_silence, view_of
from dispatch.verdict import SuppressionKind
from tests.fakes.casebook import MemoryCaseBook


def numbered() -> Callable[[], str]:
    """Ids that come in order, so that two books can be compared."""
    numbers = itertools.count(1)
    return lambda: f"silence-{next(numbers)}"


class MemoryNoiseBook:
    """Silences, maintenance, and what is due.

    Args:
        book: the case book whose alerts are kept quiet.
        rules: the configured rules.
        draw: gives ids for silences.
    """

    def __init__(self, book: MemoryCaseBook, rules: Sequence[RuleFact] = (), draw: Callable[[], str] | None = None) -> None:
        self._book = book
        self._quiet = book.quiet
        self._rules = tuple(rules)
        self._draw = draw or numbered()

    async def silences(self, actor: Actor, query: SilenceQuery) -> SilencePage:
        """A page of silences."""
        now, start = self._book.clock(), read_mark(query.after)
        found = [
            silence for silence in self._quiet.silences.values()
            if sees(actor, silence.unit) and query.state in (None, silence.state(now)) and (start is None or _order(silence) > (-start[0], start[1]))
        ]  # fmt: skip
        found.sort(key=_order)
        page = found[: bounded(query.limit)]
        following = mark(-_order(page[-1])[0], page[-1].id) if len(found) > len(page) else None
        return SilencePage(items=tuple(page), next=following)

    async def silence(self, actor: Actor, silence_id: str) -> SilenceDetail | None:
        """A silence with its history."""
        silence = self._quiet.silences.get(silence_id)
        if silence is None or not sees(actor, silence.unit):
            return None
        return SilenceDetail(silence=silence, events=tuple(self._quiet.events[silence_id]))

    async def add_silence(self, actor: Actor, draft: SilenceDraft) -> SilenceAdded | Refusal:
        """Make a silence."""
        decision = decide_silence(draft, actor, self._draw(), self._setting())
        return decision if isinstance(decision, Refusal) else self._keep(decision).answer

    async def expire_silence(self, actor: Actor, silence_id: str) -> Silence | Refusal:
        """End a silence before its time."""
        silence = self._quiet.silences.get(silence_id)
        if silence is None or not sees(actor, silence.unit):
            return unknown_silence(silence_id)
        decision = decide_expiry(silence, actor, self._quiet.events[silence_id], self._setting())
        return decision if isinstance(decision, Refusal) else self._keep(decision).silence

    async def preview(self, actor: Actor, matchers: Sequence[Matcher]) -> Preview | Refusal:
        """What matchers would do now."""
        seen = [one for one in self._book.firing() if sees(actor, one.alert.unit)]
        return preview(matchers, actor, self._rules, seen)

    async def maintenance(self) -> tuple[WindowView, ...]:
        """The configured windows."""
        return tuple(view_of(window, self._book.clock()) for window in self._book.policy.windows)

    async def wake(self) -> None:
        """Let every alert that fires be judged again."""
        self._quiet.judge_soon([one.alert.id for one in self._book.firing()], self._book.clock())

    async def settle(self) -> Settled:
        """Do what is due."""
        now, quiet = self._book.clock(), self._quiet
        alerts = sorted(name for name, at in quiet.judge_at.items() if at <= now)
        for name in sorted(alerts, key=lambda found: (quiet.judge_at[found], found)):
            self._judge(name)
        groups = sorted((group for group in quiet.groups.values() if group.next_at <= now), key=lambda group: (group.next_at, group.id))
        notices = [self._flush(group, now) for group in groups]
        return Settled(judged=len(alerts), flushed=len(groups), notices=sum(notices))

    async def next_at(self) -> Micros | None:
        """When something is due next."""
        timers = [*self._quiet.judge_at.values(), *(group.next_at for group in self._quiet.groups.values())]
        return min(timers, default=None)

    async def census(self) -> Census:
        """Counts."""
        now, firing = self._book.clock(), [one.alert for one in self._book.firing()]
        kinds = Counter(kind for alert in firing for kind in {found.kind.value for found in alert.suppressed_by})
        due = await self.next_at()
        return Census(
            suppressed={kind.value: kinds[kind.value] for kind in SuppressionKind}, flapping=sum(alert.flapping is not None for alert in firing),
            groups=len(self._quiet.groups), late=max(0, now - due) if due is not None else 0,
        )  # fmt: skip

    def _setting(self) -> Setting:
        book = self._book
        return Setting(now=book.clock(), policy=book.policy, rules=self._rules, firing=book.firing())

    def _keep(self, change: SilenceChange) -> SilenceChange:
        self._quiet.silences[change.silence.id] = change.silence
        self._quiet.events.setdefault(change.silence.id, []).append(change.event)
        self._quiet.judge_soon(change.touched, self._book.clock())
        return change

    def _judge(self, name: str) -> None:
        book = self._book
        case = book.cases[name]
        surroundings = self._quiet.surroundings(book.policy, book.desk, book.cases.values(), case.latest, book.clock())
        intake = reconsider(case, book.nearby(case.latest, case), book.situation(), surroundings)
        book.write(of_judgement(intake, case, book.addresses()))

    def _flush(self, group: Group, now: Micros) -> bool:
        book, quiet = self._book, self._quiet
        members = [Member(alert=book.cases[name], told=told) for name, told in quiet.members[group.id].items()]
        outcome = flush(group, members, route_named(book.policy.route, group.route) or book.policy.route, now)
        quiet.members[group.id] = dict(outcome.told)
        if outcome.group is None:
            del quiet.groups[group.id], quiet.members[group.id]
        else:
            quiet.groups[group.id] = outcome.group
        url = address_of(group.unit, book.desk.units, book.webhook)
        if outcome.cause is None or url is None:
            return False
        delivery = group_notice(group, outcome.cause, outcome.alerts, now, url)
        book.deliveries[delivery.id] = delivery
        return True


def _order(silence: Silence) -> tuple[Micros, str]:
    return -(silence.expired_at or silence.created_at), silence.id
