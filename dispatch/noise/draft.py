"""A silence that somebody wants: everything that is wrong with it, and what it would and would not keep quiet."""

from collections.abc import Iterable, Sequence

import msgspec

from config.duration import render_duration
from config.moment import SECOND, Micros, render
from dispatch.noise.matcher import Matcher, Values, match_all
from dispatch.noise.matchertext import complaints_about
from dispatch.noise.policy import RuleFact
from dispatch.noise.silence import Silence, SilenceKind
from dispatch.verdict import Complaint

LONGEST_COMMENT = 2000
SLACK: Micros = 300 * SECOND
"""How far back a start may lie: a form takes a while to fill in, and clocks differ. Nothing is kept quiet in the past."""
RULE_FIELDS = frozenset({"rule", "severity", "category"})


class SilenceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for.

    Attributes:
        matchers: which alerts.
        comment: why.
        ends_at: up to when.
        starts_at: from when; ``None``: from now.
        kind: silence or maintenance.
    """

    matchers: tuple[Matcher, ...]
    comment: str
    ends_at: Micros
    starts_at: Micros | None = None
    kind: SilenceKind = SilenceKind.SILENCE


def complaints(draft: SilenceDraft, now: Micros, longest: Micros) -> tuple[Complaint, ...]:
    """Everything that is wrong with a draft by itself."""
    found = [*complaints_about(draft.matchers)]
    starts_at = now if draft.starts_at is None else draft.starts_at
    if not draft.comment.strip():
        found.append(Complaint("comment", "it is empty.", "Say why it is quiet; whoever wonders will read it."))
    elif len(draft.comment) > LONGEST_COMMENT:
        found.append(Complaint("comment", f"it has {len(draft.comment)} characters.", f"Write at most {LONGEST_COMMENT}."))
    if starts_at < now - SLACK:
        found.append(Complaint("starts_at", "it lies in the past.", "Leave it out to begin now."))
    if draft.ends_at <= max(starts_at, now):
        found.append(Complaint("ends_at", f"{render(draft.ends_at)} is not after the start and the present.", "Write a later instant."))
    elif draft.ends_at - starts_at > longest:
        told = f"the silence lasts longer than {render_duration(longest)}."
        found.append(Complaint("ends_at", told, f"Let it end by {render(starts_at + longest)}, and make another one then."))
    return tuple(found)


def silence_of(draft: SilenceDraft, name: str, author: str, unit: str | None, now: Micros) -> Silence:
    """The silence that a sound draft becomes, under the id that the caller has drawn for it."""
    return Silence(
        id=name, kind=draft.kind, matchers=draft.matchers, author=author, comment=draft.comment.strip(),
        starts_at=max(now, draft.starts_at or now), ends_at=draft.ends_at, created_at=now, unit=unit,
    )  # fmt: skip


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules a silence may touch.

    Attributes:
        quiet: rules whose alerts it would keep quiet.
        passing: life-safety rules whose alerts it would match if it could; they pass through.
    """

    quiet: tuple[str, ...]
    passing: tuple[str, ...]

    @property
    def in_vain(self) -> bool:
        """Whether it would match life safety only."""
        return bool(self.passing) and not self.quiet


def reach_of(matchers: Sequence[Matcher], rules: Iterable[RuleFact]) -> Reach:
    """Which rules could have an alert that meets the matchers, judged by what the rule alone decides (name, severity, category, labels)."""
    own = [matcher for matcher in matchers if matcher.field in RULE_FIELDS or matcher.field.startswith("labels.")]
    found = [rule for rule in sorted(rules, key=lambda rule: rule.name) if match_all(own, _values(rule))]
    return Reach(
        quiet=tuple(rule.name for rule in found if not rule.life_safety), passing=tuple(rule.name for rule in found if rule.life_safety)
    )


def _values(rule: RuleFact) -> Values:
    values = {"rule": (rule.name,), "severity": (rule.severity,)}
    if rule.category is not None:
        values["category"] = (rule.category,)
    return values | {f"labels.{name}": (value,) for name, value in rule.labels.items()}
