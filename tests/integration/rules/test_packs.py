"""The shipped packs: every rule tested, told in both languages, with a page of its own."""

import re
from functools import cache
from pathlib import Path

import pytest

from cityloop.commands.rules import Language, lines_of
from cityloop.commands.rulesources import categories_of
from config.kindfile import shipped_kinds
from rules.crossing import crosses
from rules.fold import RuleFold
from rules.meaning import explain_rule
from rules.model import Rule, RuleSet
from rules.parser import load_rules
from rules.shipped import pack_files, pack_tests
from rules.trials import compare, read_trials, run_case
from streams.alert import TicketPolicy
from streams.topics import MATCHES, OBSERVATIONS

PAGES = Path(__file__).parents[3] / "docs/rules"
NO_CATEGORY = {"symptom-in-hospitals", "permit-expiry"}
"""Rules that the table of categories has nothing for; they open no ticket."""


@cache
def packs() -> RuleSet:
    """Every shipped rule."""
    return load_rules(pack_files(), shipped_kinds())


RULES = [rule.name for rule in packs().rules]


def rule_of(name: str) -> Rule:
    """One of them."""
    return next(rule for rule in packs().rules if rule.name == name)


@pytest.mark.parametrize("path", pack_tests(), ids=lambda path: path.stem)
def test_the_tests_of_a_pack_pass(path: Path) -> None:
    """Every test of every pack finds no difference."""
    file = read_trials(path, shipped_kinds())
    assert file.cases
    assert [compare(case, *run_case(case, file.rules)) for case in file.cases] == [()] * len(file.cases)


def test_there_are_enough_rules_and_each_pack_has_its_tests() -> None:
    """At least twelve rules are shipped, and beside each pack lies a test file of its name."""
    assert len(RULES) >= 12
    assert [path.name for path in pack_files()] == [path.name for path in pack_tests()]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_fires_in_a_test(name: str) -> None:
    """Some test of its pack expects the rule's alert."""
    expected = {one.rule for path in pack_tests() for case in read_trials(path, shipped_kinds()).cases for one in case.expected or ()}
    assert name in expected


@pytest.mark.parametrize("name", RULES)
def test_a_rule_speaks_both_languages_and_has_a_category(name: str) -> None:
    """The summary is Chinese in Chinese and English in English; its category is in the table of categories."""
    rule = rule_of(name)
    assert re.search(r"[\u4e00-\u9fff]", rule.summary.zh)
    assert rule.summary.en.isascii()
    if name in NO_CATEGORY:
        assert (rule.category, rule.ticket) == (None, TicketPolicy.NONE)
    else:
        assert rule.category in categories_of(None)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_page_that_says_what_it_means(name: str) -> None:
    """The page tells the rule's meaning word for word as ``rules explain`` does, and how to tune it."""
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    explanation = explain_rule(rule_of(name), packs().kinds, categories_of(None))
    for language in Language:
        assert "\n".join(lines_of(explanation, language)) in page
    for heading in ("## Why", "## What it needs", "## How to tune it"):
        assert heading in page
    assert f"({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_no_page_is_left_over() -> None:
    """Each page is about a rule that is shipped."""
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == set(RULES)


def test_every_rule_runs_live_and_one_over_several_sources() -> None:
    """The live engine takes all packs as they are; the outbreak is judged where the hospitals meet."""
    fold = RuleFold(packs(), partitions=4)
    assert {rule.name for rule in packs().rules if crosses(rule)} == {"symptom-in-hospitals"}
    local, downstream = fold.restore(OBSERVATIONS, 0, {}), fold.restore(MATCHES, 0, {})
    assert local.full()
    assert downstream.full()
    names = [set(engine.bearers) for engine in fold.engines()]
    assert names == [set(RULES) - {"symptom-in-hospitals"}, {"symptom-in-hospitals"}, set()]
