"""Of a group that is held in the dark only what stands on silence waits; its other timers run at their instants."""

from typing import Any

from config.moment import SECOND
from rules.engine import Partition
from tests.fakes.rulekit import rules_of, seen, told
from tests.fakes.sightkit import ELDER, Step, Tick, instant, merged, of_rules, run_steps, table, take, ticks

NO_ANSWER: dict[str, Any] = {"rule": "no-answer", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}], "within": "5s"}


def door(at: float) -> Step:
    """The door of the elder is opened."""
    return seen(at, True, kind="door", source=ELDER, received_at=instant(at))


def test_an_alert_is_repeated_while_the_next_silence_is_held() -> None:
    """A second door waits for its answer in the dark and is held; the alert of the first is told again every four seconds all the same."""
    steps = merged([door(1), door(7.5)], ticks(0, 8, "mqtt"), [Tick(second, {}) for second in range(9, 28)])
    events = of_rules(run_steps(rules_of(NO_ANSWER | {"repeat": "4s"}), steps, table()))
    assert [(event.event.value, (event.at - instant(0)) / SECOND, event.stale) for event in events] == [
        ("firing", 6, False), ("updated", 10, False), ("updated", 13, True),
        ("updated", 14, True), ("updated", 18, True), ("updated", 22, True), ("updated", 26, True),
    ]  # fmt: skip


def test_restarts_do_not_set_repetitions_back() -> None:
    """Written and read back at every step, the held silence is held again and the repetitions go on."""
    steps = merged([door(1), door(7.5)], ticks(0, 8, "mqtt"), [Tick(second, {}) for second in range(9, 28)])
    ruleset = rules_of(NO_ANSWER | {"repeat": "4s"})
    assert told(run_steps(ruleset, steps, table(), every=1), updates=True) == told(run_steps(ruleset, steps, table()), updates=True)


def test_a_held_group_is_counted_once_and_let_go_when_its_feed_speaks() -> None:
    """While the feed is silent the group is held, whatever is repeated meanwhile; with the feed's return nobody is."""
    engine = Partition(rules_of(NO_ANSWER | {"repeat": "4s"}), feeds=table())
    for step in merged([door(1), door(7.5)], ticks(0, 8, "mqtt"), [Tick(second, {}) for second in range(9, 28)]):
        take(engine, step)
    held = engine.bearers["no-answer"].held
    assert list(held) == [ELDER]
    assert [held[ELDER].condition] == [instant(12.5)]
    for step in ticks(28, 32, "mqtt"):
        take(engine, step)
    assert held == {}
