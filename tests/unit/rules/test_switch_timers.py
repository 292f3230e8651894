"""What a switch does to timers that are not those of what fires: quiet alerts, and steps that wait beside an alert."""

from itertools import pairwise
from typing import Any

from config.moment import SECOND
from rules.engine import Note, Partition, snapshot
from rules.life import Policy, switch
from rules.model import RuleSet
from streams.envelope import FeedState
from tests.fakes.rulekit import EPOCH, Told, alerts, laid, notes, rules_of, seen, told
from tests.fakes.sightkit import ELDER, table


def switched(engine: Partition, was: RuleSet, now: RuleSet) -> Partition:
    """The engine under other rules; the switch says nothing."""
    found = switch(engine, was, now, noticed=EPOCH)
    assert alerts(found.outcomes) == []
    return found.partition


def ticked(engine: Partition, second: float) -> list[Told]:
    """What alerts say when the clock goes on."""
    at = EPOCH + round(second * SECOND)
    return told(engine.tick(at, at))


def test_an_alert_that_is_quiet_gets_no_timer_of_its_condition() -> None:
    """Another ``stale_after`` concerns a match that is believed; of one that a sample has ended, nothing is run that could make a match late."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5", "keep_firing_for": "60s"}
    was, now = rules_of(rule | {"stale_after": "4s"}), rules_of(rule | {"stale_after": "6s"})
    engine = Partition(was)
    for sample in (seen(0, 9), seen(3, 1)):
        engine.observe(sample, 0)
    ticked(engine, 3.5)
    engine = switched(engine, was, now)
    assert ticked(engine, 10) == []
    outcomes = engine.observe(seen(5, 9), 0)
    assert notes(outcomes) == []
    assert ticked(engine, 90) == [("resolved", 71, 0, 11, 2)]


def test_an_alert_goes_on_while_the_next_step_waits_anew() -> None:
    """A second door waits beside the alert of the first: at a switch its time is another, and the alert stays until the answer."""
    rule: dict[str, Any] = {"rule": "r", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}]}
    was, now = rules_of(rule | {"within": "10s"}), rules_of(rule | {"within": "20s"})
    engine = Partition(was)
    engine.observe(seen(0, True, kind="door"), 0)
    assert told(engine.observe(seen(12, True, kind="door"), 0)) == [("firing", 10, 10, None, 0)]
    ticked(engine, 15)
    engine = switched(engine, was, now)
    assert ticked(engine, 31) == ticked(engine, 33) == []
    assert told(engine.observe(seen(40, True, kind="motion"), 0)) == []
    assert ticked(engine, 41) == [("resolved", 40, 10, 40, 1)]


def test_what_a_switch_says_was_noticed_at_it() -> None:
    """``detected_at`` is the clock of the log at the switch record, for what is resolved, said anew and due by it."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5"}
    was, now = rules_of(rule, rule | {"rule": "gone"}), rules_of(rule | {"severity": "critical"})
    engine = Partition(was)
    engine.observe(seen(0, 9), 0)
    events = alerts(switch(engine, was, now, noticed=EPOCH + 7 * SECOND).outcomes)
    assert [(event.rule, event.event.value) for event in events] == [("gone", "resolved"), ("r", "updated")]
    assert {event.detected_at for event in events} == {EPOCH + 7 * SECOND}


def test_a_rule_that_says_something_new_says_it_of_what_fires_only() -> None:
    """A group that is idle and one that is pending are silent at the switch; the pending one fires with what is new."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5", "for": "10s"}
    was, now = rules_of(rule), rules_of(rule | {"severity": "critical"})
    engine = Partition(was)
    for sample in (seen(0, 1, source="sensor/idle"), seen(1, 9, source="sensor/pending")):
        engine.observe(sample, 0)
    engine = switched(engine, was, now)
    at = EPOCH + 20 * SECOND
    assert [(event.group["source"], event.severity.value) for event in alerts(engine.tick(at, at))] == [("sensor/pending", "critical")]


def test_sight_may_come_and_go_with_a_switch() -> None:
    """From an engine that knows of no feeds to one that does and back: what fires goes on."""
    ruleset = rules_of({"rule": "r", "kind": "motion", "where": "value == true", "absent": "20s"})
    engine = Partition(ruleset)
    engine.observe(seen(0, True, kind="motion", source=ELDER), 0)
    for feeds in (table(), None, table()):
        found = switch(engine, ruleset, ruleset, noticed=EPOCH, feeds=feeds)
        assert alerts(found.outcomes) == []
        engine = found.partition
        assert (engine.eyes is None) is (feeds is None)
    at = EPOCH + 30 * SECOND
    assert told(engine.tick(at, at, (FeedState("mqtt", at),))) == [("firing", 20, 20, None, 0)]


def test_a_reset_knows_the_timers_of_an_alert_that_fired() -> None:
    """The alert began at 0 and its ``for`` ran at 10: what belongs in between is late after the reset, as it was before."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5", "for": "10s"}
    was, now = rules_of(rule), rules_of(rule | {"for": "2s"})
    engine = Partition(was)
    engine.observe(seen(0, 9), 0)
    assert ticked(engine, 15) == [("firing", 10, 0, None, 1)]
    found = switch(engine, was, now, noticed=EPOCH, policies={"r": Policy.RESET})
    assert told(found.outcomes) == [("resolved", 15, 0, 15, 1)]
    assert notes(found.partition.observe(seen(7, 9), 0)) == [(Note.LATE, "7-9")]
    assert ticked(found.partition, 30) == []


def test_what_waits_is_shown_to_the_rules_that_look_at_its_kind() -> None:
    """Of two rules of one lateness each goes on waiting for its own kind, also when one of them is given another lateness."""
    level: dict[str, Any] = {"rule": "level", "kind": "level", "lateness": "10s"}
    door: dict[str, Any] = {"rule": "door", "kind": "door", "lateness": "10s"}
    was = rules_of(level, door)
    engine = Partition(was)
    engine.observe(seen(1, 9), 0)
    engine.observe(seen(2, True, kind="door"), 0)
    now = rules_of(level, door | {"lateness": "5s"})
    engine = switched(engine, was, now)
    later = rules_of(level | {"lateness": "20s"}, door | {"lateness": "5s"})
    engine = switched(engine, now, later)
    ticked(engine, 60)
    assert {name: bearer.counts.evaluated for name, bearer in engine.bearers.items()} == {"level": 1, "door": 1}


def test_what_a_switch_sets_anew_is_in_the_next_checkpoint() -> None:
    """The delta after a switch has every timer that is another one, and a waiting room that is empty now: laid over what was kept, it is all."""
    pending: dict[str, Any] = {"rule": "pending", "where": "value > 5", "for": "10s"}
    slow: dict[str, Any] = {"rule": "slow", "where": "value > 5", "lateness": "30s"}
    other: dict[str, Any] = {"rule": "other", "kind": "door", "lateness": "30s"}
    was = rules_of(pending, slow, other)
    now = rules_of(pending | {"for": "20s"}, slow | {"lateness": "5s"}, other)
    engine = Partition(was)
    engine.observe(seen(0, 9), 0)
    ticked(engine, 4)
    kept = snapshot.full(engine)
    engine = switched(engine, was, now)
    kept = laid(kept, snapshot.delta(engine))
    assert kept == snapshot.full(engine)
    again = Partition(now)
    snapshot.restore(again, kept)
    assert ticked(again, 40) == ticked(engine, 40) == [("firing", 0, 0, None, 1), ("firing", 20, 0, None, 1)]


def test_what_waits_for_one_rule_of_a_lateness_waits_for_it_through_the_next_switch() -> None:
    """Two rules that look at one kind come to one lateness, each with what it had; another switch shows nothing to either twice."""
    one: dict[str, Any] = {"rule": "one", "lateness": "20s"}
    two: dict[str, Any] = {"rule": "two", "lateness": "10s"}
    sets = [
        rules_of(one, two),
        rules_of(one, two | {"lateness": "20s"}),
        rules_of(one | {"severity": "critical"}, two | {"lateness": "20s"}),
    ]
    engine = Partition(sets[0])
    engine.observe(seen(1, 9), 0)
    ticked(engine, 12)  # The second rule has it already.
    for was, now in pairwise(sets):
        engine = switched(engine, was, now)
    ticked(engine, 60)
    assert {name: (bearer.counts.evaluated, bearer.counts.duplicate, bearer.counts.late) for name, bearer in engine.bearers.items()} == {
        "one": (1, 0, 0),
        "two": (1, 0, 0),
    }


def test_a_window_that_is_reset_begins_empty() -> None:
    """Only settled dates outlive a reset: two matches from before it and one after it are not three."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5", "count": 3, "within": "60s"}
    was, now = rules_of(rule), rules_of(rule | {"severity": "critical"})
    engine = Partition(was)
    for second in (0, 1):
        engine.observe(seen(second, 9), 0)
    engine = switch(engine, was, now, noticed=EPOCH, policies={"r": Policy.RESET}).partition
    assert [told(engine.observe(seen(second, 9), 0)) for second in (2, 3)] == [[], []]
    assert told(engine.observe(seen(4, 9), 0)) == [("firing", 4, 4, None, 3)]
