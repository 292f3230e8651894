"""Repetitions that a gap in the log makes due at once: each is told, up to as many as a step can bear."""

from typing import Any

import pytest

from rules.engine import Partition, ledger
from rules.model import RuleSet
from tests.fakes.rulekit import EPOCH, alerts, rules_of, run, samples, seconds, seen
from tests.fakes.sightkit import Tick, instant, take

STILL = {"rule": "still", "where": "value > 5", "repeat": "1s"}


def updates(engine: Partition, at: float) -> list[float]:
    """When alerts said so again at a tick."""
    return [seconds(event.at) for event in alerts(take(engine, Tick(at, {}))) if event.event.value == "updated"]


def fired(rules: RuleSet, **fields: Any) -> Partition:
    """An engine whose alert fires from second 0 on."""
    engine = Partition(rules)
    take(engine, seen(0, 9, **fields))
    assert not updates(engine, 0)
    return engine


def test_a_second_is_the_shortest_repetition() -> None:
    """One that is told as often as the clock of the log goes on is taken; what is refused is among the bad rules."""
    assert rules_of(STILL).rules[0].repeat == 1_000_000


def test_a_gap_tells_every_repetition_that_lay_in_it() -> None:
    """As if there had been ticks all the time: each with its own instant, as long as they are not too many."""
    assert updates(fired(rules_of(STILL)), 5) == [1, 2, 3, 4]


def test_a_gap_of_too_many_leaves_out_the_rest_and_goes_on_in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted, and the next repetition is the first multiple after the gap."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 3)
    engine = fired(rules_of(STILL))
    assert updates(engine, 0.5) == []
    assert updates(engine, 1000) == [1, 2, 3, 4]
    assert engine.tally.of("still").unrepeated == 1
    assert updates(engine, 1001) == [1000]
    assert updates(engine, 1003.5) == [1001, 1002, 1003]
    assert engine.tally.of("still").unrepeated == 1


def test_all_alerts_of_a_step_share_what_it_can_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand alerts may not say a thousand times as much; each still says once that it fires."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 3)
    engine = fired(rules_of(STILL))
    take(engine, seen(0, 9, source="sensor/2"))
    assert updates(engine, 100) == [1, 1, 2, 2, 3]
    assert engine.tally.of("still").unrepeated == 2
    assert updates(engine, 101) == [100, 100]


def test_an_alert_that_ends_within_the_gap_resolves_at_its_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else is due in a gap happens when it is due, whatever is left out between."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 2)
    rules = rules_of(STILL | {"stale_after": "50s", "keep_firing_for": "10s"})
    engine = fired(rules)
    told = [(event.event.value, seconds(event.at)) for event in alerts(take(engine, Tick(1000, {})))]
    assert told == [("updated", 1), ("updated", 2), ("updated", 3), ("resolved", 60)]
    take(engine, seen(1000, 9, id="again"))
    assert updates(engine, 1002) == [1001]


def test_a_rule_with_lateness_counts_the_gap_by_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its timers stand behind the clock of the stream, so the first repetition after the gap is sooner than the clock."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 1)
    engine = fired(rules_of(STILL | {"lateness": "10s"}))
    assert updates(engine, 100) == [1, 2]
    assert updates(engine, 101) == [90]


def test_the_end_of_a_recording_leaves_out_no_more_than_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to ``--until`` and including it, the same bound holds."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 2)
    outcomes = run(rules_of(STILL), samples("0: 9"), until=3)
    assert [seconds(event.at) for event in alerts(outcomes)] == [0, 1, 2, 3]
    assert [seconds(event.at) for event in alerts(run(rules_of(STILL), samples("0: 9"), until=500))] == [0, 1, 2, 3]


def test_what_waits_at_the_end_of_a_recording_is_applied_whatever_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An observation that waited for its lateness ends an alert whose repetitions before it were too many to say."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 1)
    outcomes = run(rules_of(STILL | {"lateness": "1h"}), samples("0: 9, 100: 1, 200: 9"), until=203)
    told = [(event.event.value, seconds(event.at)) for event in alerts(outcomes)]
    assert told == [("firing", 0), ("updated", 1), ("updated", 2), ("resolved", 100), ("firing", 200), ("updated", 201)]


def test_every_step_may_say_as_much_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is of a step, so that a log without gaps never meets it."""
    monkeypatch.setattr(ledger, "MOST_REPEATS", 2)
    engine = fired(rules_of(STILL))
    assert [updates(engine, at) for at in (2.5, 4.5, 6.5)] == [[1, 2], [3, 4], [5, 6]]
    assert engine.tally.of("still").unrepeated == 0
    assert instant(0) == EPOCH
