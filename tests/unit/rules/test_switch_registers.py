"""A switch of rules in the log takes the registers of the new set: who joins, who leaves, and what stays settled."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from config.moment import SECOND
from rules.engine import Outcome, Partition, snapshot
from rules.life import Policy
from rules.life.switch import switch
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from streams.alert import Severity
from tests.fakes.rulekit import EPOCH, KINDS, alerts, seen

GONE: dict[str, Any] = {"rule": "gone", "kind": "door", "absent": "60s"}
DUE: dict[str, Any] = {
    "rule": "due",
    "schedule": {"table": "t.csv", "at": "due", "key": "id", "zone": "UTC", "catch_up": "1h"},
    "keep_firing_for": "30s",
}


def rules(expected: Sequence[str], table: str = "", **fields: Any) -> RuleSet:
    """A rule of absence and a schedule."""
    written = [GONE | ({"expected": list(expected)} if expected else {}) | fields, DUE]
    return parse_rules(
        json.dumps({"groups": [{"name": "test", "rules": written}]}), KINDS, given=Given(tables={"t.csv": f"id,due\n{table}"})
    )


def tick(engine: Partition, second: float) -> list[Outcome]:
    """The clock of the stream shows a second."""
    at = EPOCH + round(second * SECOND)
    return [*engine.tick(at, at)]


def said(outcomes: Sequence[Outcome]) -> list[tuple[str, Any, float]]:
    """Event, key and second."""
    return [(event.event.value, next(iter(event.group.values())), (event.at - EPOCH) / SECOND) for event in alerts(outcomes)]


def test_who_joins_counts_from_the_switch_and_who_leaves_resolves_at_it() -> None:
    """The clock of the stream at the switch is the instant of both; who stays goes on counting."""
    before, after = rules(["sensor/1", "sensor/2"]), rules(["sensor/2", "sensor/3"])
    engine = Partition(before)
    tick(engine, 0)
    engine.observe(seen(30, True, kind="door", source="sensor/2"), 0)
    assert said(tick(engine, 70)) == [("firing", "sensor/1", 60)]
    switched = switch(engine, before, after, noticed=0)
    assert said(switched.outcomes) == [("resolved", "sensor/1", 70)]
    assert alerts(switched.outcomes)[0].why["deregistered"] == "2026-03-02T04:01:10Z"
    assert said(tick(switched.partition, 200)) == [("firing", "sensor/2", 90), ("firing", "sensor/3", 130)]


def test_another_length_counts_anew_from_the_registration() -> None:
    """A source that was never seen waits for the new length, from where it began to count."""
    before, after = rules(["sensor/1"]), rules(["sensor/1"], absent="100s")
    engine = Partition(before)
    tick(engine, 0)
    tick(engine, 50)
    switched = switch(engine, before, after, noticed=0)
    assert said(tick(switched.partition, 300)) == [("firing", "sensor/1", 100)]


def test_a_date_that_fired_stays_settled_and_a_new_one_comes() -> None:
    """The table of the new set counts from the switch on."""
    one, other = "a,2026-03-02T04:00:10Z\n", "a,2026-03-02T04:05:00Z\nb,2026-03-02T04:00:20Z\n"
    before, after = rules([], one), rules([], one + "b,2026-03-02T04:00:20Z\n")
    engine = Partition(before)
    tick(engine, 0)
    assert said(tick(engine, 60)) == [("firing", "a", 10), ("resolved", "a", 40)]
    switched = switch(engine, before, after, noticed=0)
    assert said(switched.outcomes) == [("firing", "b", 20), ("resolved", "b", 50)]
    again = switch(switched.partition, after, rules([], other), noticed=0)
    assert said([*again.outcomes, *tick(again.partition, 400)]) == [("firing", "a", 300), ("resolved", "a", 330)]


def test_a_date_that_fired_does_not_fire_again_by_a_reset() -> None:
    """Exactly once is exactly once; another column of the table has dates of its own."""
    table = "a,2026-03-02T04:00:10Z\n"
    before, after = rules([], table), rules([], table)
    changed = msgspec.structs.replace(after.rules[1], version="other", severity=Severity.CRITICAL)
    after = msgspec.structs.replace(after, rules=(after.rules[0], changed), version="other")
    engine = Partition(before)
    tick(engine, 0)
    assert said(tick(engine, 20)) == [("firing", "a", 10)]
    switched = switch(engine, before, after, noticed=0, policies={"due": Policy.RESET})
    assert said(switched.outcomes) == [("resolved", "a", 20)]
    assert said(tick(switched.partition, 3000)) == []
    restored = Partition(after)
    snapshot.restore(restored, snapshot.full(switched.partition))
    assert said(tick(restored, 3500)) == []


def test_a_source_that_left_is_not_missed_because_the_rule_was_changed() -> None:
    """Another length does not set a timer for a source that nobody expects any more, although it was seen once."""
    before, after, later = rules(["sensor/1", "sensor/2"]), rules(["sensor/2"]), rules(["sensor/2"], absent="90s")
    engine = Partition(before)
    tick(engine, 0)
    engine.observe(seen(30, True, kind="door", source="sensor/1"), 0)
    engine.observe(seen(40, True, kind="door", source="sensor/2"), 0)
    engine = switch(engine, before, after, noticed=0).partition
    engine = switch(engine, after, later, noticed=0).partition
    assert said(tick(engine, 500)) == [("firing", "sensor/2", 130)]


def test_a_source_that_joins_while_it_is_absent_goes_on_being_absent() -> None:
    """Its alert fires since its last match; that somebody expects it now begins nothing anew."""
    before, after = rules([]), rules(["sensor/1"])
    engine = Partition(before)
    engine.observe(seen(0, True, kind="door", source="sensor/1"), 0)
    assert said(tick(engine, 100)) == [("firing", "sensor/1", 60)]
    engine = switch(engine, before, after, noticed=0).partition
    assert said(tick(engine, 190)) == []
    assert said(engine.observe(seen(200, True, kind="door", source="sensor/1"), 0)) == []
    assert said(tick(engine, 300)) == [("resolved", "sensor/1", 200), ("firing", "sensor/1", 260)]


def test_a_source_that_joins_while_it_is_counted_is_counted_from_its_last_match() -> None:
    """Being expected makes nobody absent later than without."""
    before, after = rules([]), rules(["sensor/1"])
    engine = Partition(before)
    engine.observe(seen(30, True, kind="door", source="sensor/1"), 0)
    tick(engine, 50)
    engine = switch(engine, before, after, noticed=0).partition
    assert said(tick(engine, 300)) == [("firing", "sensor/1", 90)]


def test_a_source_that_joined_by_being_seen_leaves_like_any_other() -> None:
    """Taken off the register, it counts no more until its next match; one that was never on it goes on counting."""
    before, during, after = rules([]), rules(["sensor/1"]), rules([])
    engine = Partition(before)
    engine.observe(seen(30, True, kind="door", source="sensor/1"), 0)
    engine.observe(seen(31, True, kind="door", source="sensor/2"), 0)
    tick(engine, 50)
    engine = switch(engine, before, during, noticed=0).partition
    tick(engine, 70)
    engine = switch(engine, during, after, noticed=0).partition
    assert said(tick(engine, 300)) == [("firing", "sensor/2", 91)]


def test_resolutions_by_leaving_the_register_are_counted() -> None:
    """Who reads the metrics sees as many alerts end as began."""
    before, after = rules(["sensor/1"]), rules([])
    engine = Partition(before)
    tick(engine, 0)
    assert said(tick(engine, 100)) == [("firing", "sensor/1", 60)]
    engine = switch(engine, before, after, noticed=0).partition
    tick(engine, 101)
    counts = engine.tally.of("gone")
    assert (counts.fired, counts.resolved) == (1, 1)
