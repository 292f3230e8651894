"""Of a group that is held in the dark only what stands on silence waits; its other timers run at their instants."""

from typing import Any

from config.feeds import Door, FeedTable
from config.moment import SECOND
from rules.engine import Outcome, Partition, snapshot
from rules.life import switch
from tests.fakes.rulekit import laid, notes, rules_of, seen, told
from tests.fakes.sightkit import ELDER, Step, Tick, feed, instant, merged, of_rules, run_steps, table, take, ticks

ABSENT: dict[str, Any] = {"rule": "inactive", "kind": "motion", "where": "value == true", "absent": "20s"}

NO_ANSWER: dict[str, Any] = {"rule": "no-answer", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}], "within": "5s"}


def door(at: float) -> Step:
    """The door of the elder is opened."""
    return seen(at, True, kind="door", source=ELDER, received_at=instant(at))


def motion(at: float) -> Step:
    """The elder moves."""
    return seen(at, True, kind="motion", source=ELDER, received_at=instant(at))


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


def test_between_ticks_an_observation_counts_from_when_it_was_received() -> None:
    """One without that instant was received at its own; one that was received long after came out of a hole and shows nothing."""
    ruleset = rules_of(ABSENT)

    def said(**received: int) -> list[Any]:
        engine = Partition(ruleset, feeds=table())
        found: list[Outcome] = []
        for step in merged([motion(0.5)], ticks(0, 20, "mqtt")):
            found += take(engine, step)
        found += engine.observe(seen(20.6, True, kind="motion", source=ELDER, **received), 0)
        return [row[:2] for row in told(found)]

    assert said() == said(received_at=instant(20.7)) == [("firing", 20.5)]
    assert said(received_at=instant(20.7))[0] not in said(received_at=instant(40))


def test_an_absence_in_the_quiet_time_waits_as_any_other() -> None:
    """It is not told by a feed that is a little behind, as a resolution would be: a match that comes late by that is not late."""
    engine = Partition(rules_of(ABSENT | {"keep_firing_for": "60s"}), feeds=table())
    steps = merged([motion(0.5), motion(25)], ticks(0, 43, "mqtt"), [Tick(second, {"mqtt": 43}) for second in (44, 45, 46)])
    assert [row[:2] for row in told([one for step in steps for one in take(engine, step)])] == [("firing", 20.5)]
    assert notes(engine.observe(seen(44, True, kind="motion", source=ELDER, received_at=instant(46.5)), 0)) == []


def moved(engine: Partition, feeds: FeedTable) -> Partition:
    """The engine with other feeds, under the same rules, which say nothing to it."""
    ruleset = rules_of(ABSENT)
    found = switch(engine, ruleset, ruleset, noticed=0, feeds=feeds)
    assert of_rules(found.outcomes) == []
    return found.partition


def with_homes(*, replays: bool = False) -> FeedTable:
    """The city with a feed of its own for the elder."""
    plain = table(replays=replays)
    return FeedTable([*plain.rows, feed("homes", Door.MQTT, sources=("sensor/elder*",))], {ELDER})


def test_a_feed_that_stays_is_judged_as_before_when_others_change() -> None:
    """Its silence, which it delivers later, is not counted anew because another feed came: the absence has its own instant."""
    before = table(replays=True)
    after = FeedTable([*before.rows, feed("more", Door.HTTP, sources=("sensor/more*",))], {ELDER})
    engine = Partition(rules_of(ABSENT), feeds=before)
    for step in merged([motion(0.5)], ticks(0, 10, "mqtt"), [Tick(second, {}) for second in range(11, 31)]):
        take(engine, step)
    engine = moved(engine, after)
    found = [one for step in ticks(31, 60, "mqtt") for one in take(engine, step)]
    assert [row[:2] for row in told(of_rules(found))] == [("firing", 20.5)]


def test_feeds_may_change_before_anybody_was_heard() -> None:
    """Without a tick nobody is blind, and the change of feeds sets nothing anew."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    take(engine, motion(0.5))
    engine = moved(engine, with_homes())
    found = [one for step in ticks(1, 25, "mqtt", "homes") for one in take(engine, step)]
    assert [row[:2] for row in told(of_rules(found))] == [("firing", 20.5)]


def test_whoever_leaves_a_feed_that_did_not_come_back_with_the_gateway_counts_from_the_change() -> None:
    """The gateway is back and the feed has not spoken yet: it is not blind so far, and saw nothing either."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    for step in merged([motion(0.5)], ticks(0, 4, "mqtt"), [Tick(second, {}) for second in (30, 31, 32)]):
        take(engine, step)
    engine = moved(engine, with_homes())
    found = [one for step in ticks(33, 60, "homes") for one in take(engine, step)]
    assert [row[:2] for row in told(of_rules(found))] == [("firing", 52)]


def test_what_a_change_of_feeds_sets_anew_is_in_the_next_checkpoint() -> None:
    """The delta after the change has the timer that counts from it: laid over what was kept, it is the whole state."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    for step in merged([motion(0.5)], ticks(0, 4, "mqtt"), [Tick(second, {}) for second in range(5, 15)]):
        take(engine, step)
    kept = snapshot.full(engine)
    engine = moved(engine, with_homes())
    kept = laid(kept, snapshot.delta(engine))
    assert kept == snapshot.full(engine)
    again = Partition(rules_of(ABSENT), feeds=with_homes())
    snapshot.restore(again, kept)
    found = [one for step in ticks(15, 40, "homes") for one in take(again, step)]
    assert [row[:2] for row in told(of_rules(found))] == [("firing", 34)]


def test_a_level_that_is_believed_for_a_time_fires_though_nobody_sees() -> None:
    """Its ``for`` stands on a match and not on silence: it fires at its instant, and says that nobody looks."""
    rule = {"rule": "high", "where": "value > 5", "for": "10s", "stale_after": "30s"}
    sample = seen(1, 9, source=ELDER, received_at=instant(1))
    steps = merged([sample], ticks(0, 5, "mqtt"), [Tick(second, {}) for second in range(6, 14)])
    events = of_rules(run_steps(rules_of(rule), steps, table()))
    assert [(event.event.value, event.at, event.stale) for event in events] == [("firing", instant(11), True)]


def test_an_alert_of_a_zone_is_stale_when_the_feed_of_its_last_source_is_blind() -> None:
    """A level over several sources goes by the source of its last match; a zone in which nothing fires goes by nobody."""
    rule = {"rule": "zone", "where": "value > 5", "by": ["zone"]}
    ruleset = rules_of(rule)
    engine = Partition(ruleset, feeds=table())
    history = [(0.5, ELDER, "hall", 9), (0.6, "sensor/web", "yard", 9), (0.7, ELDER, "idle", 1)]
    samples = [seen(at, value, source=source, zone=zone, received_at=instant(at)) for at, source, zone, value in history]
    steps = merged(samples, ticks(0, 4, "mqtt", "http"), ticks(5, 12, "http"))
    events = of_rules([one for step in steps for one in take(engine, step)])
    assert [(event.group["zone"], event.event.value, event.at, event.stale) for event in events] == [
        ("hall", "firing", instant(0.5), False),
        ("yard", "firing", instant(0.6), False),
        ("hall", "updated", instant(9), True),
    ]
    found = switch(engine, ruleset, ruleset, noticed=0, feeds=with_homes())
    events = of_rules([*found.outcomes, *(one for step in ticks(13, 15, "http", "homes") for one in take(found.partition, step))])
    assert [(event.group["zone"], event.stale) for event in events] == [("hall", False)]


def test_a_repetition_at_the_instant_of_a_held_silence_is_told() -> None:
    """Both are due at 12: the silence is held and the repetition runs, and nothing is tried for ever."""
    steps = merged([door(1), door(7)], ticks(0, 8, "mqtt"), [Tick(second, {}) for second in range(9, 17)])
    events = of_rules(run_steps(rules_of(NO_ANSWER | {"repeat": "3s"}), steps, table()))
    assert [(event.at - instant(0)) / SECOND for event in events if not event.stale] == [6, 9, 12]
    assert [(event.at - instant(0)) / SECOND for event in events if event.stale] == [13, 15]
