"""Alerts that are quiet while sight is lost: none resolves because nothing came, and what a sample ended has ended.

In every story the gateway, or the MQTT feed alone, is away from second 12 to second 60; its heartbeat is five seconds.
"""

import json
from typing import Any

from config.feeds import Door
from config.moment import SECOND
from rules.engine import Partition
from rules.life import switch
from rules.model import Given
from rules.parser import parse_rules
from tests.fakes.rulekit import KINDS, rules_of, seconds, seen
from tests.fakes.sightkit import ELDER, HOSPITAL, Step, Tick, feed, instant, merged, of_rules, run_steps, short, table, take, ticks

MOVED: dict[str, Any] = {"rule": "moved", "kind": "motion", "keep_firing_for": "20s"}
HIGH: dict[str, Any] = {"rule": "high", "where": "value > 5"}
AWAY = (ticks(0, 12, "mqtt"), ticks(60, 120, "mqtt"))
DEAF = (ticks(0, 12, "mqtt"), ticks(13, 59), ticks(60, 120, "mqtt"))


def motion(at: float, received: float | None = None) -> Step:
    """A pulse."""
    return seen(at, True, kind="motion", source=ELDER, received_at=instant(at if received is None else received))


def level(at: float, value: int, received: float | None = None) -> Step:
    """A sample."""
    return seen(at, value, source=ELDER, received_at=instant(at if received is None else received))


def said(rule: dict[str, Any], *steps: Any, every: int = 0, replays: bool = False) -> list[tuple[str, float, bool]]:
    """Event, second and flag of everything that a rule says."""
    found = of_rules(run_steps(rules_of(rule), merged(*steps), table(replays=replays), every=every))
    return [(event.event.value, seconds(event.at), event.stale) for event in found]


def test_quiet_time_is_counted_anew_from_the_return() -> None:
    """Nobody knows whether something came in the dark: the alert stays firing, and resolves when it was quiet in sight."""
    assert said(MOVED, [motion(10)], *AWAY) == [("firing", 10, False), ("resolved", 80, False)]
    event = of_rules(run_steps(rules_of(MOVED), merged([motion(10)], *AWAY), table()))[-1]
    assert (event.ends_at, event.detected_at, event.count) == (instant(10), instant(81), 1)


def test_a_feed_that_is_blind_alone_holds_its_own_alerts() -> None:
    """Ticks go on, so that the alert says when it turns stale and when it is seen again."""
    told = [("firing", 10, False), ("updated", 17, True), ("updated", 60, False), ("resolved", 80, False)]
    assert said(MOVED, [motion(10)], *DEAF) == told
    assert said(MOVED, [motion(10)], *DEAF, every=1) == told


def test_a_restart_in_the_dark_changes_nothing() -> None:
    """What is held is judged again, and from where quiet time counts is in the checkpoint."""
    for every in (1, 3, 7):
        assert said(MOVED, [motion(10)], *AWAY, every=every) == [("firing", 10, False), ("resolved", 80, False)]


def test_what_comes_again_soon_after_the_return_goes_on_with_the_alert() -> None:
    """At the very end of the quiet time it still does; a microsecond later it is another episode."""
    assert said(MOVED, [motion(10), motion(80)], *AWAY)[1:] == [("updated", 80, False), ("resolved", 100, False)]
    again = said(MOVED, [motion(10), motion(80.000001)], *AWAY)
    assert again[1:] == [("resolved", 80, False), ("firing", 80.000001, False), ("resolved", 100.000001, False)]


def test_a_feed_that_replays_is_quiet_as_if_it_had_been_seen() -> None:
    """When what was on its way has had its time, the alert resolves with its own instant, or goes on by what was replayed."""
    assert said(MOVED, [motion(10)], *AWAY, replays=True) == [("firing", 10, False), ("resolved", 30, False)]
    event = of_rules(run_steps(rules_of(MOVED), merged([motion(10)], *AWAY), table(replays=True)))[-1]
    assert event.detected_at == instant(70)
    late = said(MOVED, [motion(10), motion(25, 63)], *AWAY, replays=True)
    assert late == [("firing", 10, False), ("updated", 25, False), ("resolved", 45, False)]


def test_what_comes_late_out_of_a_hole_begins_no_quiet_time_of_its_own() -> None:
    """A feed that does not replay may have lost what came after it: quiet time counts from the return."""
    assert said(MOVED, [motion(10), motion(25, 61)], *AWAY)[-1] == ("resolved", 80, False)


def test_quiet_time_that_was_over_before_the_dark_is_over() -> None:
    """A feed is blind a heartbeat after its last sign of life: up to there quiet is quiet, although the tick that tells it comes after the outage."""
    for away in (AWAY, DEAF):
        assert said(MOVED | {"keep_firing_for": "7s"}, [motion(10)], *away)[-1][:2] == ("resolved", 17)
        assert said(MOVED | {"keep_firing_for": "7001ms"}, [motion(10)], *away)[-1][:2] == ("resolved", 67.001)


def test_between_two_signs_of_life_an_alert_resolves_as_ever() -> None:
    """A feed that was heard within its heartbeat is not blind, and what is clear need not wait for its next word."""
    rare = [Tick(second, {"hospital": second - second % 40}) for second in range(100)]
    door = seen(10, True, kind="motion", source=HOSPITAL, received_at=instant(10))
    (_, resolved) = of_rules(run_steps(rules_of(MOVED), merged([door], rare), table()))
    assert (resolved.at, resolved.detected_at) == (instant(30), instant(31))


def test_an_alert_resolves_while_its_feed_is_late_by_less_than_a_heartbeat() -> None:
    """At 16 nobody can know yet that the feed will be blind from 17 on; what was quiet at 15 resolves."""
    assert said(MOVED | {"keep_firing_for": "5s"}, [motion(10)], *DEAF) == [("firing", 10, False), ("resolved", 15, False)]
    assert said(MOVED | {"keep_firing_for": "8s"}, [motion(10)], *DEAF)[-1] == ("resolved", 68, False)


def test_without_ticks_a_camera_that_moves_the_clock_resolves_nobody_elses_alerts() -> None:
    """The log goes on by what cameras write; the gateway's sources are not seen meanwhile, and nobody has missed its ticks yet."""
    camera = seen(50, True, kind="door", source="camera/gate", received_at=instant(50))
    engine = Partition(rules_of(MOVED), feeds=table())
    told = [event for step in merged([motion(10)], [camera], *AWAY) for event in of_rules(take(engine, step))]
    assert [(event.event.value, event.at) for event in told] == [("firing", instant(10)), ("resolved", instant(80))]


def test_a_sample_that_clears_ends_an_alert_at_its_own_instant() -> None:
    """The source has spoken, also out of the hole: without quiet time nothing is waited for, with it quiet time counts in sight."""
    assert said(HIGH, [level(10, 9), level(25, 1, 61)], *AWAY)[-1] == ("resolved", 25, False)
    quiet = HIGH | {"keep_firing_for": "20s"}
    assert said(quiet, [level(5, 9), level(11, 1)], *AWAY)[-1] == ("resolved", 80, False)


def test_a_pulse_is_over_at_its_own_instant_in_and_before_a_hole() -> None:
    """Whoever sees it or not: the last one before an outage, and one that comes late out of it."""
    pulse = {"rule": "moved", "kind": "motion"}
    for at, received in ((12, 12), (12.5, 12.5), (25, 61)):
        assert said(pulse, [motion(at, received)], *AWAY) == [("firing", at, False), ("resolved", at, False)]


def test_a_window_that_empties_in_the_dark_resolves_at_the_return() -> None:
    """Matches may have kept it full: the alert stays firing until somebody looks again; ``ends_at`` is what was seen."""
    rule = HIGH | {"count": 2, "within": "10s"}
    told = [("firing", 11, False), ("updated", 17, True), ("updated", 60, False), ("resolved", 60, False)]
    assert said(rule, [level(9, 9), level(11, 9)], *DEAF) == told
    event = of_rules(run_steps(rules_of(rule), merged([level(9, 9), level(11, 9)], *DEAF), table()))[-1]
    assert event.ends_at == instant(19)
    distinct = rule | {"distinct": "value"}
    assert said(distinct, [level(9, 9), level(11, 8)], *AWAY) == [("firing", 11, False), ("resolved", 60, False)]
    assert said(rule, [level(1, 9), level(2, 9)], *DEAF)[-1] == ("resolved", 11, False)


def test_an_alert_that_its_source_let_go_stale_stays_stale_in_its_quiet_time() -> None:
    """It was not the dark: ``stale_after`` had passed in sight, so the return of sight does not make it fresh."""
    rule = HIGH | {"stale_after": "3s", "keep_firing_for": "20s"}
    assert said(rule, [level(5, 9)], *DEAF) == [("firing", 5, False), ("resolved", 80, True)]


def test_an_alert_is_repeated_while_its_resolution_is_held() -> None:
    """It fires all the time, so it says so every fifteen seconds until it resolves."""
    told = said(MOVED | {"repeat": "15s"}, [motion(10)], *AWAY)
    assert [(event, at) for event, at, _ in told] == [
        ("firing", 10),
        ("updated", 25),
        ("updated", 40),
        ("updated", 55),
        ("updated", 70),
        ("resolved", 80),
    ]


def test_a_switch_counts_another_quiet_time_from_the_return_too() -> None:
    """What lay in the hole counts for nothing under the new definition either."""
    before, after = rules_of(MOVED), rules_of(MOVED | {"keep_firing_for": "30s"})
    engine = Partition(before, feeds=table())
    for step in merged([motion(10)], ticks(0, 12, "mqtt"), ticks(60, 70, "mqtt")):
        take(engine, step)
    engine = switch(engine, before, after, noticed=instant(70), feeds=table()).partition
    told = [event for step in ticks(71, 95, "mqtt") for event in of_rules(take(engine, step))]
    assert short(told) == [("moved", "resolved", 90)]


def test_a_source_that_leaves_a_blind_feed_is_quiet_from_then_on() -> None:
    """Its new feed sees from the switch on; what lay before counts for nothing."""
    rules = rules_of(MOVED)
    engine = Partition(rules, feeds=table())
    for step in merged([motion(10)], ticks(0, 12, "mqtt", "http"), ticks(13, 40, "http")):
        take(engine, step)
    other = table()
    other = type(other)([*other.rows, feed("elders", Door.HTTP, sources=(ELDER,), heartbeat=5 * SECOND)])
    engine = switch(engine, rules, rules, noticed=instant(40), feeds=other).partition
    told = [event for step in ticks(41, 80, "http", "elders") for event in of_rules(take(engine, step))]
    assert [event for event in short(told) if event[1] == "resolved"] == [("moved", "resolved", 60)]


def test_a_date_waits_for_no_feed() -> None:
    """A row of a table may be named by a source; its quiet time is not that source's silence."""
    due = {"schedule": {"table": "t.csv", "at": "due", "key": "source", "zone": "UTC"}, "rule": "due", "keep_firing_for": "20s"}
    text = json.dumps({"groups": [{"name": "test", "rules": [due]}]})
    rules = parse_rules(text, KINDS, given=Given(tables={"t.csv": f"source,due\n{ELDER},2026-03-02T04:00:10Z\n"}))
    assert short(of_rules(run_steps(rules, merged(*DEAF), table()))) == [("due", "firing", 10), ("due", "resolved", 30)]


def test_a_gateway_that_is_away_is_dark_however_patient_a_feed_is() -> None:
    """The hospital may be silent for a minute, but nothing of it came in while the gateway was away from 17 to 35."""
    away = [Tick(second, {"hospital": second}) for second in (*range(13), *range(35, 70))]
    door = seen(10, True, kind="motion", source=HOSPITAL, received_at=instant(10))
    assert short(of_rules(run_steps(rules_of(MOVED), merged([door], away), table())))[-1] == ("moved", "resolved", 55)
    there = [Tick(second, {"hospital": second if second < 13 else 12}) for second in range(70)]
    assert short(of_rules(run_steps(rules_of(MOVED), merged([door], there), table())))[-1] == ("moved", "resolved", 30)


def test_a_rule_that_waits_for_what_comes_late_judges_the_dark_alike() -> None:
    """When the hole is known long before the timer is run: up to a heartbeat after the last sign of life quiet was seen."""
    slow = MOVED | {"lateness": "90s"}
    for keep, resolved in (("5s", 15), ("7s", 17), ("7001ms", 67.001)):
        away = [*ticks(0, 12, "mqtt"), *ticks(60, 180, "mqtt")]
        assert said(slow | {"keep_firing_for": keep}, [motion(10)], away)[-1][:2] == ("resolved", resolved)


def test_what_is_replayed_within_the_lateness_goes_on_with_the_alert() -> None:
    """A rule that waits ten seconds for what comes late waits so long behind the feed's time to catch up too."""
    rule = MOVED | {"lateness": "10s"}
    late = said(rule, [motion(10), motion(25, 75)], *AWAY, replays=True)
    assert late == [("firing", 10, False), ("updated", 25, False), ("resolved", 45, False)]
