"""What a city decided about noise, with what its rules are: the only place that knows both."""

from collections.abc import Iterable

from config.catalogue import Catalogue
from dispatch.noise.policy import NoisePolicy, RuleFact
from dispatch.noise.policyfile import load_noise
from rules.model import Rule
from rules.parser import load_rules
from streams.alert import Severity

BUILT_IN = (RuleFact(name="monitoring-blind", life_safety=False, severity=Severity.MAJOR.value, category="01050"),)
"""Rules that no file has."""


def rule_facts(rules: Iterable[Rule]) -> tuple[RuleFact, ...]:
    """What noise control must know of rules, the built-in ones included."""
    return (
        *BUILT_IN,
        *(
            RuleFact(
                name=rule.name, life_safety=rule.life_safety, severity=rule.severity.value, category=rule.category, labels=dict(rule.labels)
            )
            for rule in rules
        ),
    )


def categories_by_kind(rules: Iterable[Rule]) -> dict[str, frozenset[str]]:
    """The matter codes of the rules that look at a kind, by kind."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        for kind in rule.kinds if rule.category else ():
            found.setdefault(kind, set()).add(rule.category or "")
    return {kind: frozenset(codes) for kind, codes in found.items()}


def noise_of(city: Catalogue) -> tuple[NoisePolicy, tuple[RuleFact, ...]]:
    """A city's policy and the facts of its rules.

    Raises:
        ProblemsError: the rules or the policy have problems.
    """
    facts = rule_facts(load_rules(city.rule_files, city.kinds).rules)
    return load_noise(city, facts), facts
