"""Whether somebody may make or end a silence. Pure, so that every store decides the same."""

from collections.abc import Iterable, Sequence

import msgspec

from config.moment import Micros, render
from dispatch.actor import CITY_WIDE, Actor, ActorKind
from dispatch.alertcase import AlertCase
from dispatch.noise.draft import Reach, SilenceDraft, complaints, reach_of, silence_of
from dispatch.noise.history import SilenceEvent, created, expired
from dispatch.noise.matcher import Matcher, match_all
from dispatch.noise.matchertext import complaints_about
from dispatch.noise.policy import NoisePolicy, RuleFact
from dispatch.noise.silence import Silence, SilenceState, reaches
from dispatch.noise.subject import Subject
from dispatch.noise.window import Window, spans_of
from dispatch.noisequery import Preview, SilenceAdded, WindowView
from dispatch.refusal import Refusal, RefusalKind
from dispatch.verdict import Complaint

SHOWN = 100
"""The most alerts of each kind that a preview lists."""


class Firing(msgspec.Struct, frozen=True):
    """An alert that fires, also as matchers see it."""

    alert: AlertCase
    subject: Subject


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision about silences is taken in.

    Attributes:
        now: the present.
        policy: what the city decided.
        rules: the configured rules.
        firing: every alert that fires.
    """

    now: Micros
    policy: NoisePolicy
    rules: tuple[RuleFact, ...]
    firing: Sequence[Firing]


class SilenceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a store writes.

    Attributes:
        silence: as it stands afterwards.
        event: what happened.
        touched: alerts that must be judged again.
        reach: which rules it may touch.
    """

    silence: Silence
    event: SilenceEvent
    touched: tuple[str, ...]
    reach: Reach

    @property
    def answer(self) -> SilenceAdded:
        """What the author is told."""
        return SilenceAdded(silence=self.silence, reach=self.reach)


def scope_of(actor: Actor) -> str | None:
    """The unit that an actor's silences are limited to; ``None`` for those who serve the whole city."""
    return None if actor.kind is ActorKind.SYSTEM or actor.role in CITY_WIDE else actor.unit


def facts_of(rules: Iterable[RuleFact], firing: Iterable[Firing]) -> tuple[RuleFact, ...]:
    """The rules that are configured, and those of alerts that fire though no file has them any more."""
    known = {rule.name: rule for rule in rules}
    for one in firing:
        latest = one.alert.latest
        fact = RuleFact(
            name=latest.rule, life_safety=latest.life_safety, severity=latest.severity.value, category=latest.category, labels=latest.labels
        )
        known.setdefault(latest.rule, fact)
    return tuple(known.values())


def decide_silence(draft: SilenceDraft, actor: Actor, name: str, setting: Setting) -> SilenceChange | Refusal:
    """Make a silence under an id, or refuse it with everything that is wrong."""
    now, firing = setting.now, setting.firing
    found = complaints(draft, now, setting.policy.longest_silence)
    if found:
        return invalid(found)
    reach = reach_of(draft.matchers, facts_of(setting.rules, firing))
    if reach.in_vain:
        told = f"they match life safety only ({', '.join(reach.passing)}), and nothing keeps life safety quiet."
        return invalid((Complaint("matchers", told, "Acknowledge the alert instead, or have the cause mended."),))
    silence = silence_of(draft, name, actor.id, scope_of(actor), now)
    return SilenceChange(silence=silence, event=created(silence), touched=touched_by(silence, firing), reach=reach)


def decide_expiry(silence: Silence, actor: Actor, before: Sequence[SilenceEvent], setting: Setting) -> SilenceChange | Refusal:
    """End a silence before its time."""
    if silence.state(setting.now) is SilenceState.EXPIRED:
        return Refusal(
            kind=RefusalKind.ILLEGAL, what=f"The silence ended at {render(silence.over_at)}.", fix="Make a new one if it is still needed."
        )
    event = expired(silence, actor.id, setting.now, before)
    reach = Reach(quiet=(), passing=())
    return SilenceChange(silence=event.body, event=event, touched=touched_by(silence, setting.firing), reach=reach)


def touched_by(silence: Silence, firing: Iterable[Firing]) -> tuple[str, ...]:
    """Alerts on which a silence may change the judgement."""
    return tuple(one.alert.id for one in firing if reaches(silence, one.subject))


def preview(matchers: Sequence[Matcher], actor: Actor, rules: Iterable[RuleFact], firing: Sequence[Firing]) -> Preview | Refusal:
    """What matchers would do now.

    Args:
        matchers: of the silence to be.
        actor: whose silence it would be.
        rules: the configured rules.
        firing: the alerts that fire and that the actor may see.
    """
    found = complaints_about(matchers)
    if found:
        return invalid(found)
    unit = scope_of(actor)
    own = [one for one in firing if unit is None or unit in one.subject.values.get("unit", ())]
    hit = [one for one in own if match_all(matchers, one.subject.values)]
    quiet = [one.alert for one in hit if not one.subject.life_safety]
    passing = [one.alert for one in hit if one.subject.life_safety]
    return Preview(
        quiet=tuple(quiet[:SHOWN]), quiet_count=len(quiet), passing=tuple(passing[:SHOWN]), passing_count=len(passing),
        reach=reach_of(matchers, facts_of(rules, firing)),
    )  # fmt: skip


def view_of(window: Window, now: Micros) -> WindowView:
    """A window as it stands."""
    spans = spans_of(window, now)
    opened = next((span for span in spans if span.start <= now), None)
    return WindowView(window=window, open=opened, next=next((span for span in spans if span.start > now), None))


def invalid(complaints_: Sequence[Complaint]) -> Refusal:
    """A refusal with every fault."""
    told = " ".join(f"{one.where}: {one.what} {one.fix}".rstrip() for one in complaints_)
    return Refusal(kind=RefusalKind.INVALID, what=told, fix="", complaints=tuple(complaints_))


def unknown_silence(name: str) -> Refusal:
    """The answer about a silence that is not there, or not in scope: the same for both."""
    return Refusal(kind=RefusalKind.UNKNOWN, what=f"There is no silence {name[:100]}.", fix="Look it up in the list.")
