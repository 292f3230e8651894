"""Which rules cross partitions, where their groups live, and which observations need not travel."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.crossing import Routing, crosses, home_of, without_crossing
from rules.crossing.division import crossing_of, upstream_of
from rules.crossing.relevance import Relevance
from rules.engine import Limits, Tally
from rules.model import RuleSet
from streams.observation import Observation
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.rulekit import KINDS, rules_of, seen

DOOR = {"kind": "door", "where": "value == true"}
MOVE = {"kind": "motion", "where": "value == true"}


def routing(*rules: dict[str, Any], partitions: int = 8) -> tuple[Routing, Tally]:
    """The routes of some rules, and what is counted."""
    tally = Tally()
    return Routing(rules_of(*rules), partitions, Limits(), tally), tally


def home(rules: Routing, observation: Observation) -> list[int | None]:
    """Where an observation goes, rule by rule."""
    return [route.home(observation) for route in rules.by_kind.get(observation.kind, ())]


def names(ruleset: RuleSet) -> list[str]:
    """Of the rules of a set."""
    return [rule.name for rule in ruleset.rules]


def test_a_rule_crosses_unless_the_source_is_part_of_its_group_key() -> None:
    """By zone, by nothing and every cluster cross; by source, alone or with more, does not."""
    rules = rules_of(
        {"rule": "zone", "by": ["zone"]},
        {"rule": "all", "by": []},
        {"rule": "cluster", "cluster": {"sources": 2, "radius": 9}, "within": "9s"},
        {"rule": "plain"},
        {"rule": "both", "by": ["zone", "source"]},
    )
    assert [rule.name for rule in rules.rules if crosses(rule)] == ["zone", "all", "cluster"]
    assert names(without_crossing(rules)) == ["plain", "both"]
    assert without_crossing(rules).version == rules.version


def test_life_safety_rules_wait_for_their_own_topic_only() -> None:
    """Rules are divided by the topic that their kinds travel on."""
    rules = rules_of({"rule": "zone", "by": ["zone"]}, {"rule": "fire", "kind": "smoke", "where": "value == true", "by": []})
    assert [upstream_of(rule) for rule in rules.rules] == [OBSERVATIONS, URGENT]
    assert (names(crossing_of(rules, OBSERVATIONS)), names(crossing_of(rules, URGENT))) == (["zone"], ["fire"])
    assert names(without_crossing(rules)) == []


def test_a_group_has_one_home_whatever_its_sources() -> None:
    """Sources of one zone meet in one partition; the same zone of another rule may live elsewhere."""
    rules, _ = routing({"rule": "a", "by": ["zone"]}, {"rule": "b", "by": ["zone"]})
    found = {tuple(home(rules, seen(0, 9, source=f"sensor/{number}", zone="z1"))) for number in range(20)}
    assert found == {(home_of("a", {"zone": "z1"}, 8), home_of("b", {"zone": "z1"}, 8))}
    assert {home_of("a", {"zone": f"z{number}"}, 8) for number in range(100)} == set(range(8))


def test_truth_and_one_are_groups_of_their_own_and_one_and_one_point_zero_are_not() -> None:
    """A group's home follows from its key as alerts show it."""
    rules, _ = routing({"rule": "a", "by": ["attributes.n"]}, partitions=64)
    homes = [home(rules, seen(0, 9, attributes={"n": value}))[0] for value in (True, 1, 1.0)]
    assert homes == [home_of("a", {"attributes.n": value}, 64) for value in (True, 1, 1)]
    assert homes[1] == homes[2]


def test_more_groups_than_are_remembered_have_the_same_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of homes is bounded, and forgetting changes nothing."""
    monkeypatch.setattr("rules.crossing.homes._REMEMBERED", 3)
    rules, _ = routing({"rule": "a", "by": ["zone"]})
    zones = [f"z{number}" for number in (0, 1, 2, 3, 4, 0, 1, 5, 0)]
    assert [home(rules, seen(0, 9, zone=zone))[0] for zone in zones] == [home_of("a", {"zone": zone}, 8) for zone in zones]


def test_only_those_partitions_are_told_the_clock_that_need_it() -> None:
    """A rule with one group needs one partition, any other rule all of them, and no rule none."""
    one, _ = routing({"rule": "cluster", "cluster": {"sources": 2, "radius": 9}, "within": "9s"})
    assert one.listeners == {OBSERVATIONS: (home_of("cluster", {}, 8),), URGENT: ()}
    fire = {"rule": "fire", "kind": "smoke", "by": ["zone"]}
    assert routing(fire)[0].listeners == {OBSERVATIONS: (), URGENT: tuple(range(8))}
    assert routing({"rule": "plain"})[0].listeners == {OBSERVATIONS: (), URGENT: ()}


def test_drills_and_the_future_do_not_travel() -> None:
    """What the engine itself would not show to a rule goes nowhere."""
    rules, _ = routing({"rule": "a", "by": []})
    good = seen(0, 9)
    assert rules.counts(good, good.at)
    assert rules.counts(good, good.at - 300 * SECOND)
    assert not rules.counts(good, good.at - 300 * SECOND - 1)
    assert not rules.counts(seen(0, 9, attributes={"test": True}), good.at)
    assert rules.counts(seen(0, 9, attributes={"test": 1}), good.at)


LEFT_OUT: list[tuple[dict[str, Any], list[tuple[Observation, bool]]]] = [
    ({"where": "value > 5", "by": []}, [(seen(0, 9), False), (seen(0, 1), False)]),
    ({"where": "value > 5", "by": [], "clear": "value < 3"}, [(seen(0, 9), False), (seen(0, 4), True), (seen(0, 1), False)]),
    ({"by": [], "count": 2, "within": "9s"}, [(seen(0, 9), False)]),
    ({"where": "value > 5", "by": [], "count": 2, "within": "9s"}, [(seen(0, 9), False), (seen(0, 1), True), (seen(0, "x"), False)]),
    ({"where": "value > 5", "by": [], "absent": "9s"}, [(seen(0, 9), False), (seen(0, 1), False)]),
    ({"where": "value > 5", "by": [], "clear": "value < 3", "stale_after": "9s"}, [(seen(0, 4), False), (seen(0, 1), False)]),
    ({"where": "value > 5", "by": [], "clear": "value < 3", "stale_after": "0s"}, [(seen(0, 4), True), (seen(0, 1), False)]),
    ({"where": "value > 5", "cluster": {"sources": 2, "radius": 9}, "within": "9s"}, [(seen(0, 9), False), (seen(0, 1), True)]),
    ({"where": "value > 5", "by": [], "rate": {"above": 1, "per": "1s"}, "within": "9s"}, [(seen(0, 9), False), (seen(0, 1), True)]),
    (
        {"sequence": [DOOR, MOVE], "by": [], "within": "9s"},
        [(seen(0, True, kind="door"), False), (seen(0, False, kind="door"), True), (seen(0, False, kind="motion"), True)],
    ),
    (
        {"sequence": [DOOR, {"not": DOOR | {"where": "value == false"}}], "by": [], "within": "9s"},
        [(seen(0, True, kind="door"), False), (seen(0, False, kind="door"), False)],
    ),
    (
        {"sequence": [DOOR, {"not": MOVE}], "by": [], "within": "9s"},
        [(seen(0, False, kind="door"), False), (seen(0, False, kind="motion"), False), (seen(0, True, kind="motion"), False)],
    ),
]
"""A rule, and for each observation whether nothing that the rule says can depend on it."""


@pytest.mark.parametrize(("rule", "expected"), LEFT_OUT, ids=lambda case: None)
def test_what_no_meaning_depends_on_is_left_out(rule: dict[str, Any], expected: list[tuple[Observation, bool]]) -> None:
    """A sample is left out only where every predicate that could make something of it is decided, and false."""
    relevance = Relevance(rules_of(rule).rules[0], KINDS)
    assert [relevance.leaves_out(one) for one, _ in expected] == [left_out for _, left_out in expected]


def test_what_is_left_out_was_looked_at() -> None:
    """It is counted as evaluated where it is left out, and what travels is counted where it is judged."""
    rules, tally = routing({"rule": "a", "where": "value > 5", "by": [], "count": 2, "within": "9s"})
    assert home(rules, seen(0, 1)) == [None]
    assert home(rules, seen(0, 9)) != [None]
    assert tally.rules["a"].evaluated == 1


def test_what_a_predicate_cannot_stand_travels() -> None:
    """A predicate that raises is the business of whoever judges the rule, with the rule's name and group."""
    relevance = Relevance(rules_of({"where": "value > 5", "by": [], "count": 2, "within": "9s"}).rules[0], KINDS)

    def broken(_: Observation) -> bool:
        raise ZeroDivisionError

    relevance._runs = {"level": (broken,)}  # No predicate that a rule file can hold raises.
    assert not relevance.leaves_out(seen(0, 9))
