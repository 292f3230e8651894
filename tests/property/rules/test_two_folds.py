"""Rules over several sources, live: any number of partitions, any order, any death; the alerts are those of one stream."""

from collections.abc import Sequence
from typing import Any

import pytest

from rules.model import RuleSet
from streams.observation import Observation
from streams.topics import MATCHES
from tests.fakes.rulekit import alerts, rules_of, run
from tests.fakes.ruletraffic import delayed, dice, observation_of, traffic
from tests.fakes.twofolds import TwoFolds, said

LATENESS = 6
SAMPLE = {"kind": "level", "where": "value > 5"}
DOOR = {"kind": "door", "where": "value == true"}
MOVE = {"kind": "motion", "where": "value == true"}
FORMS: dict[str, dict[str, Any]] = {
    "level": SAMPLE | {"by": ["zone"], "for": "3s", "keep_firing_for": "4s"},
    "level of all": SAMPLE | {"by": [], "for": "2s"},
    "hysteresis": SAMPLE | {"by": ["zone"], "clear": "value < 3", "keep_firing_for": "2s"},
    "stale": SAMPLE | {"by": ["zone"], "stale_after": "5s", "for": "2s"},
    "pulse": MOVE | {"by": ["zone"], "keep_firing_for": "3s"},
    "count": DOOR | {"by": [], "count": 3, "within": "9s", "keep_firing_for": "2s"},
    "distinct": DOOR | {"by": ["zone"], "count": 2, "distinct": "source", "within": "15s"},
    "absent": DOOR | {"by": ["zone"], "absent": "8s", "for": "1s"},
    "sequence": {"by": ["zone"], "sequence": [DOOR, MOVE], "within": "7s", "keep_firing_for": "3s"},
    "unanswered": {"by": ["zone", "value"], "sequence": [DOOR, {"not": MOVE}], "within": "5s", "keep_firing_for": "2s"},
    "cluster": SAMPLE | {"cluster": {"sources": 2, "radius": 150}, "within": "9s"},
    "cluster of a zone": SAMPLE | {"by": ["zone"], "cluster": {"sources": 2, "radius": 400}, "within": "25s"},
    "rate": {"by": ["zone"], "kind": "level", "rate": {"above": 1, "per": "1s"}, "within": "9s"},
    "repeat": SAMPLE | {"by": [], "repeat": "4s", "keep_firing_for": "6s"},
    "alone": SAMPLE | {"for": "3s"},
}
"""A rule of each form whose groups have several sources, and one that is judged where its observations lie."""


def rule_set(lateness: int = 0) -> RuleSet:
    """All of them."""
    return rules_of(*[rule | {"rule": name.replace(" ", "-"), "lateness": f"{lateness}s"} for name, rule in FORMS.items()])


def history_by(seed: object, length: int = 80) -> list[Observation]:
    """Traffic of three sources in two zones with many ties, in the order of (at, id)."""
    return [observation_of(one) for one in traffic(dice(seed), length, 100)]


def whole(ruleset: RuleSet, history: Sequence[Observation]) -> list[tuple[Any, ...]]:
    """What one stream says."""
    return said(alerts(run(ruleset, history, until=499)))


@pytest.mark.parametrize("partitions", [1, 4, 12])
@pytest.mark.parametrize("ticks", [True, False], ids=["ticks", "no ticks"])
@pytest.mark.parametrize("seed", range(2))
def test_any_number_of_partitions_says_what_one_stream_says(partitions: int, ticks: bool, seed: int) -> None:
    """Split by source over 1, 4 or 12 partitions that get on in any order, every alert has the same events to the last field."""
    ruleset, history = rule_set(), history_by(f"split {seed}")
    folds = TwoFolds(ruleset, partitions, dice(f"order {seed} {partitions}"))
    folds.feed(history, ticks=ticks)
    folds.run()
    expected = whole(ruleset, history)
    assert said(folds.events()) == expected
    assert {event.rule for event in folds.events()} == {rule.name for rule in ruleset.rules}


@pytest.mark.parametrize("partitions", [1, 4, 12])
def test_any_shuffle_within_the_lateness_says_the_same(partitions: int) -> None:
    """Observations that arrive out of order, though by less than the lateness, give the alerts of the ordered stream."""
    ruleset, chance = rule_set(LATENESS), dice(f"late {partitions}")
    ordered = traffic(dice("late"), 80, 100)
    shuffled = [observation_of(one) for one in delayed(chance, ordered, LATENESS)]
    history = [observation_of(one) for one in ordered]
    assert shuffled != history
    folds = TwoFolds(ruleset, partitions, chance)
    folds.feed(shuffled)
    folds.run()
    assert said(folds.events()) == whole(ruleset, history) != []
    assert not any(counts.late for counts in folds.fold.tally.rules.values())


@pytest.mark.parametrize("every", [1, 2, 3, 5, 8])
def test_deaths_add_nothing_and_lose_nothing(every: int) -> None:
    """Every k-th record a fold dies, or becomes a zombie, or its records fail at the broker until it dies: the events stay the same."""
    ruleset, history = rule_set(), history_by(f"deaths {every}", 45)
    folds = TwoFolds(ruleset, 3, dice(f"falls {every}"))
    folds.feed(history)
    folds.storm(every + 4, ("kill", "zombie", "fail"))
    assert sorted(set(said(folds.events()))) == whole(ruleset, history) != []
    assert min(folds.fold.traffic.repeated, folds.fold.traffic.aside) > 0
    assert folds.fold.traffic.lost == folds.fold.traffic.anew == 0


def test_repeated_upstream_outputs_change_nothing_downstream() -> None:
    """Downstream folds that live on while upstream ones are killed again and again never say an event twice."""
    ruleset, history = rule_set(), history_by("repeats", 40)
    folds = TwoFolds(ruleset, 4, dice("repeats"))
    folds.feed(history)
    number = 0
    while found := folds.waiting():
        folds.step(found[number % len(found)])
        number += 1
        if number % 5 == 0:
            upstream = sorted(address for address in folds.held if address[0] != MATCHES)
            folds.kill(upstream[number % len(upstream)])
        elif number % 3 == 0:
            folds.keep(found[number % len(found)])
    downstream = [output.value for address, output in folds.outputs if address[0] == MATCHES]
    assert len(downstream) == len(set(downstream)) > 0
    assert sorted(set(said(folds.events()))) == whole(ruleset, history)
    assert folds.fold.traffic.repeated > 0
