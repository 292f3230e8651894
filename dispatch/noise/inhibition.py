"""Inhibition: while one alert fires, others that only follow from it are quiet."""

from collections.abc import Iterable

import msgspec

from dispatch.noise.matcher import Matcher, Operator, match_all
from dispatch.noise.subject import Subject
from dispatch.verdict import SuppressionKind, Suppressor


class Inhibition(msgspec.Struct, frozen=True, kw_only=True):
    """While a source fires, targets with the same values of the equal fields are quiet.

    Attributes:
        name: unique among the inhibition rules.
        source: matchers of the alert that explains the others.
        target: matchers of those that are kept quiet.
        equal: fields in which both must have the same value of their own; a field that one of them lacks is not equal.
    """

    name: str
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()


def may_inhibit(rules: Iterable[Inhibition], subject: Subject) -> bool:
    """Whether an alert is a source of any rule. Whether it is quiet itself does not matter, so that no order can matter."""
    return any(match_all(rule.source, subject.values) for rule in rules)


def suppressors(rules: Iterable[Inhibition], subject: Subject, firing: Iterable[Subject]) -> tuple[Suppressor, ...]:
    """What inhibits an alert, one reason a rule: of several sources the one that began first.

    An alert never inhibits itself; one that is on both sides of a rule is not inhibited by others that are on both sides
    (as in Alertmanager), so that two equals do not hide each other.
    """
    if subject.life_safety:
        return ()
    sources = sorted((found for found in firing if found.id != subject.id), key=lambda found: (found.starts_at, found.id))
    found: list[Suppressor] = []
    for rule in rules:
        if not match_all(rule.target, subject.values):
            continue
        both = match_all(rule.source, subject.values)
        source = next((one for one in sources if _explains(rule, one, subject, both=both)), None)
        if source is not None:
            why = f"{source.rule} fires" + (f" with the same {', '.join(rule.equal)}." if rule.equal else ".")
            found.append(Suppressor(kind=SuppressionKind.INHIBITION, by=rule.name, why=why, alert=source.id))
    return tuple(found)


def _explains(rule: Inhibition, source: Subject, target: Subject, *, both: bool) -> bool:
    if not match_all(rule.source, source.values) or (both and match_all(rule.target, source.values)):
        return False
    return all(source.first(field) is not None and source.first(field) == target.first(field) for field in rule.equal)


def rules_named(matchers: Iterable[Matcher]) -> str | None:
    """The one rule of alerts that matchers ask for by its name, so that a store need not look at others; ``None`` for any."""
    return next((matcher.value for matcher in matchers if matcher.field == "rule" and matcher.operator is Operator.EQUAL), None)
