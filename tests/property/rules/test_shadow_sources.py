"""Rules over several sources, dates and expected sources in shadow: they say there what they would say live, whoever dies."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from rules.life import pack
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from streams.alert import AlertEvent
from streams.codec import encode_envelope
from streams.envelope import Envelope
from streams.fold import Output
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, SHADOW, URGENT
from tests.fakes.rulekit import EPOCH, KINDS, rules_of, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import TwoFolds, said
from tests.property.rules.test_two_folds import FORMS, history_by

TABLE = "id,due\n" + "".join(f"row-{number},2026-03-02T04:0{number}:00Z\n" for number in range(6))
KNOWN: list[dict[str, Any]] = [
    {"rule": "gone", "kind": "door", "absent": "60s", "expected": [f"sensor/{number}" for number in range(6)]},
    {"rule": "due", "schedule": {"table": "t.csv", "at": "due", "key": "id", "zone": "UTC", "catch_up": "1h"}, "keep_firing_for": "30s"},
]
"""Rules that know their groups beforehand."""


def twice(rules: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each rule, and the same in shadow."""
    return [{**rule, "shadow": shadow} for rule in rules for shadow in (False, True)]


def forms() -> RuleSet:
    """A rule of each form over several sources, live and in shadow."""
    return rules_of(*twice({**rule, "rule": name.replace(" ", "-")} for name, rule in FORMS.items()))


def known(*rules: dict[str, Any]) -> RuleSet:
    """A rule set over the table."""
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": list(rules)}]}), KINDS, given=Given(tables={"t.csv": TABLE}))


def on(topic: str, outputs: Iterable[Output]) -> list[AlertEvent]:
    """The events on a topic."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == topic]


def both(folds: TwoFolds) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What the live rules said, and what those in shadow did; each event once."""
    outputs = [output for _, output in folds.outputs]
    live, shadow = (sorted(set(said(on(topic, outputs)))) for topic in (ALERTS, SHADOW))
    return live, shadow


def switch(folds: TwoFolds, ruleset: RuleSet) -> None:
    """Write the switch record, where sources meet first."""
    value = encode_envelope(Envelope(sent_at=EPOCH, writer="w", ruleset=ruleset.version, rules=pack(ruleset)))
    for topic in (MATCHES, OBSERVATIONS, URGENT):
        for number in range(folds.partitions):
            folds.write((topic, number), value)


@pytest.mark.parametrize("partitions", [1, 4])
def test_every_form_over_several_sources_says_in_shadow_what_it_says_live(partitions: int) -> None:
    """The same events with the same ids, on a topic of their own; nothing that a shadow does is counted as the live rule's."""
    folds = TwoFolds(forms(), partitions, dice(f"shadow {partitions}"))
    folds.feed(history_by("shadow", 60))
    folds.run()
    live, shadow = both(folds)
    assert live == shadow != []
    tallies = folds.fold.tally, folds.fold.shadow_tally
    fired, apart = ({name: counts.fired for name, counts in tally.rules.items()} for tally in tallies)
    assert fired == apart


def test_deaths_change_nothing_of_it() -> None:
    """Killed, frozen and failing folds say the same live and in shadow, and what one stream would say."""
    folds, alone = (
        TwoFolds(ruleset, 3, dice("falls"))
        for ruleset in (forms(), rules_of(*({**rule, "rule": name.replace(" ", "-")} for name, rule in FORMS.items())))
    )
    history = history_by("falls", 25)
    for each in (folds, alone):
        each.feed(history)
    folds.storm(7, ("kill", "zombie", "fail"))
    alone.run()
    live, shadow = both(folds)
    assert live == shadow == both(alone)[0] != []


@pytest.mark.parametrize("partitions", [1, 3])
def test_dates_and_expected_sources_say_in_shadow_what_they_say_live(partitions: int) -> None:
    """Each row and each source is known in its own partition, in shadow as live, over restarts too."""
    folds = TwoFolds(known(*twice(KNOWN)), partitions, dice(f"known {partitions}"))
    folds.feed([seen(at, True, kind="door", source=f"sensor/{at % 5}") for at in range(0, 400, 7)])
    folds.storm(9, ("kill",))
    live, shadow = both(folds)
    assert live == shadow != []
    assert {event.rule for event in on(SHADOW, (output for _, output in folds.outputs))} == {"gone", "due"}


@pytest.mark.parametrize("seed", range(3))
def test_a_shadow_that_comes_and_goes_is_a_matter_of_the_log(seed: int) -> None:
    """Shadows of all kinds that begin, change and end by switches say the same with restarts as without; live rules never notice."""
    plain = [*KNOWN, *({**rule, "rule": name.replace(" ", "-")} for name, rule in list(FORMS.items())[seed::3])]
    candidates = [{**rule, "shadow": True} for rule in plain]
    sets = [
        known(*plain),
        known(*plain, *candidates),
        known(*plain, *({**rule, "severity": "critical"} for rule in candidates)),
        known(*plain),
    ]
    history = history_by(f"comes {seed}", 60)
    found = []
    for storm in (False, True):
        folds = TwoFolds(sets[0], 2, dice(f"goes {seed}"))
        for number, ruleset in enumerate(sets):
            if number:
                switch(folds, ruleset)
            folds.feed(history[number * 15 : number * 15 + 15], end=history[min(number * 15 + 15, 59)].at)
        while waiting := folds.waiting():  # In turn, so that a record meets the same clocks with and without deaths.
            address = min(waiting, key=lambda one: (one[0] == MATCHES, folds.applied[one], one))
            folds.step(address)
            if storm and sum(folds.applied.values()) % 5 == 0:
                folds.keep(address)
                folds.kill(address)
        found.append(both(folds))
    assert found[0] == found[1]
    assert found[0][1] != []
    alone = TwoFolds(sets[0], 2, dice("alone"))
    for number in range(4):
        alone.feed(history[number * 15 : number * 15 + 15], end=history[min(number * 15 + 15, 59)].at)
    alone.run()
    assert both(alone)[0] == found[0][0]
