"""Absence while sight is lost: held, counted anew or judged as seen, and never told of a source that was there."""

from typing import Any

import pytest

from rules.engine import Partition
from tests.fakes.rulekit import alerts, rules_of, seen, told
from tests.fakes.sightkit import CAMERA, ELDER, HOSPITAL, Step, Tick, Word, instant, merged, of_rules, run_steps, short, table, take, ticks

ABSENT = {"rule": "inactive", "kind": "motion", "where": "value == true", "absent": "20s"}
NO_ANSWER = {"rule": "no-answer", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}], "within": "20s"}
DOORS = ("mqtt", "http")


def motion(at: float, source: str = ELDER, *, received: float | None = None, **fields: Any) -> Step:
    """A sign of activity."""
    return seen(at, True, kind="motion", source=source, received_at=instant(at if received is None else received), **fields)


def test_in_sight_absence_is_told_at_its_instant() -> None:
    """A feed that is heard all the time changes nothing: the alert has the instant at which the absence was long enough."""
    outcomes = run_steps(rules_of(ABSENT), merged([motion(0.5)], ticks(0, 40, *DOORS)), table())
    assert short(outcomes) == [("inactive", "firing", 20.5)]


def test_silence_counts_as_far_as_the_feed_was_heard() -> None:
    """An absence is told by the first tick whose gateway has heard of the feed beyond it."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    for step in [*ticks(0, 18, "mqtt"), motion(18.2), *ticks(19, 38, "mqtt")]:
        take(engine, step)
    assert not take(engine, Tick(39, {"mqtt": 38.1}))
    assert told(take(engine, Tick(40, {"mqtt": 38.2}))) == [("firing", 38.2, 38.2, None, 0)]


def test_a_gateway_that_was_away_makes_no_welfare_calls() -> None:
    """Absences that ripen while there are no ticks are held, and their time runs anew from the return."""
    away = merged([motion(10)], ticks(0, 12, *DOORS), ticks(60, 79, *DOORS))
    assert short(run_steps(rules_of(ABSENT), away, table())) == [
        ("monitoring-blind", "firing", 17),
        ("monitoring-blind", "resolved", 60),
    ]


def test_who_stays_away_after_the_return_is_told_then() -> None:
    """The absence is complete when it has lasted its whole length in sight."""
    away = merged([motion(10)], ticks(0, 12, *DOORS), ticks(60, 90, *DOORS))
    (event,) = of_rules(run_steps(rules_of(ABSENT), away, table()))
    assert (event.at, event.starts_at, event.last_seen) == (instant(80), instant(80), instant(10))


def test_an_absence_that_would_ripen_just_after_the_return_counts_anew_too() -> None:
    """What was missed in the hole may have been the very sign of life, so a second of sight at its end is not enough."""
    away = merged([motion(10)], ticks(0, 12, *DOORS), ticks(29, 48, *DOORS))
    assert of_rules(run_steps(rules_of(ABSENT), away, table())) == []


def test_what_was_absent_before_the_hole_is_told_though_nobody_noticed_yet() -> None:
    """An absence that was complete while the feed was still heard needs nothing of what came later."""
    away = merged([motion(0)], ticks(0, 20, *DOORS), ticks(60, 62, *DOORS))
    (event,) = of_rules(run_steps(rules_of(ABSENT), away, table()))
    assert event.at == instant(20)


def test_a_match_after_the_return_ends_what_was_held() -> None:
    """Nobody is called about somebody who is there: a held absence that a match overtakes is told to nobody."""
    for replays in (False, True):
        away = merged([motion(10), motion(61)], ticks(0, 12, *DOORS), ticks(60, 80, *DOORS))
        assert of_rules(run_steps(rules_of(ABSENT), away, table(replays=replays))) == []


def test_a_feed_that_replays_is_judged_as_if_it_had_been_seen() -> None:
    """When time was given for what is on its way, an absence that no replayed match contradicts is told with its own instant."""
    away = merged([motion(10)], ticks(0, 12, *DOORS), ticks(60, 75, *DOORS))
    found = run_steps(rules_of(ABSENT), away, table(replays=True, catch_up=10))
    (event,) = of_rules(found)
    assert (event.at, event.detected_at) == (instant(30), instant(70))


def test_a_match_that_is_replayed_late_counts() -> None:
    """It arrives after the return, with its own time within the hole, and puts the absence off like any match."""
    late = [motion(25, received=63), motion(44, received=64)]
    away = merged([motion(10)], late, ticks(0, 12, *DOORS), ticks(60, 80, *DOORS))
    (event,) = of_rules(run_steps(rules_of(ABSENT), away, table(replays=True, catch_up=10)))
    assert (event.at, event.last_seen) == (instant(64), instant(44))


def test_one_feed_that_falls_silent_blinds_its_own_sources_only() -> None:
    """While the MQTT door has lost its broker, integrations over HTTP are judged as ever."""
    silent = [Tick(second, {"mqtt": min(second, 12), "http": second}) for second in range(60)]
    outcomes = run_steps(rules_of(ABSENT), merged([motion(10), motion(10, "sensor/other")], silent), table())
    assert [(event.rule, event.group, event.event.value, event.at) for event in alerts(outcomes)] == [
        ("monitoring-blind", {"feed": "mqtt"}, "firing", instant(17)),
        ("inactive", {"source": "sensor/other"}, "firing", instant(30)),
    ]


def test_a_feed_that_lags_is_not_blind_to_what_it_brings_late() -> None:
    """Everything comes, half a minute late: the lag is told, and absences are judged when the feed has been heard so far."""
    lagging: list[Step] = [Tick(second, {"mqtt": second}) for second in range(12)]
    lagging += [Tick(second, {"mqtt": max(11, second - 30)}) for second in range(12, 100)]
    late = [motion(second, received=second + 30.5) for second in range(15, 40, 5)]
    outcomes = run_steps(rules_of(ABSENT), merged([motion(10)], late, lagging), table())
    assert short(outcomes) == [("monitoring-blind", "firing", 16), ("inactive", "firing", 55)]
    assert of_rules(outcomes)[0].detected_at == instant(85)


def test_cameras_see_while_the_gateway_is_away() -> None:
    """They write to the log themselves: their absence is judged by their own signs of life, not by the gateway's."""
    word = [Word(second, {"cameras": second}) for second in range(0, 80, 2)]
    seen_by_camera = [motion(second, CAMERA) for second in (10, 55)]
    away = merged(seen_by_camera, word, ticks(0, 12), ticks(60, 62))
    outcomes = of_rules(run_steps(rules_of(ABSENT), away, table()))
    assert [(event.event.value, event.at) for event in outcomes] == [("firing", instant(30)), ("resolved", instant(55))]


def test_cameras_that_fell_silent_are_blind() -> None:
    """A process of cameras that died makes no absences either."""
    word = [Word(second, {"cameras": second}) for second in range(0, 13, 2)]
    outcomes = run_steps(rules_of(ABSENT), merged([motion(10, CAMERA)], word, ticks(0, 60)), table())
    assert [(event.group, event.at) for event in alerts(outcomes)] == [({"feed": "cameras"}, instant(17))]


def test_a_feed_may_be_silent_for_longer_than_the_gateway() -> None:
    """A hospital that reports once a minute is not blind in between, and its absences wait for its next sign of life."""
    rare = [Tick(second, {"hospital": second - second % 40}) for second in range(100)]
    (event,) = of_rules(run_steps(rules_of(ABSENT), merged([motion(10, HOSPITAL)], rare), table()))
    assert (event.at, event.detected_at) == (instant(30), instant(40))


def test_an_outage_shorter_than_the_feeds_own_heartbeat_is_a_hole_all_the_same() -> None:
    """What the hospital sent while the gateway was away may be lost, however patient its heartbeat is."""
    away = [Tick(second, {"hospital": second}) for second in (*range(13), *range(35, 50))]
    assert of_rules(run_steps(rules_of(ABSENT), merged([motion(10, HOSPITAL)], away), table())) == []


def test_between_two_ticks_a_match_shows_that_the_silence_before_it_was_seen() -> None:
    """The absence was complete a moment ago and is over now: both are told, as without ticks."""
    outcomes = run_steps(rules_of(ABSENT), merged([motion(0.2), motion(20.8)], ticks(0, 25, *DOORS)), table())
    assert short(outcomes) == [("inactive", "firing", 20.2), ("inactive", "resolved", 20.8)]


def test_for_waits_with_its_absence() -> None:
    """The absence was long enough, the time of ``for`` was not seen: the episode is dropped, and silence counts anew."""
    away = merged([motion(0)], ticks(0, 25, *DOORS), ticks(60, 95, *DOORS))
    (event,) = of_rules(run_steps(rules_of(ABSENT | {"for": "10s"}), away, table()))
    assert (event.starts_at, event.at) == (instant(80), instant(90))


def test_for_runs_in_sight_when_a_match_comes_between_ticks() -> None:
    """Absence and ``for`` were both complete in sight, and the match after them tells it."""
    rule = ABSENT | {"for": "500ms"}
    outcomes = run_steps(rules_of(rule), merged([motion(0.1), motion(20.9)], ticks(0, 25, *DOORS)), table())
    assert short(outcomes) == [("inactive", "firing", 20.6), ("inactive", "resolved", 20.9)]


def test_an_answer_that_could_not_come_is_not_missed() -> None:
    """A first step before the hole waits anew from the return; an answer then ends it without a word."""
    opened = seen(10, True, kind="door", source=ELDER, received_at=instant(10))
    away = [*ticks(0, 12, *DOORS), *ticks(60, 79, *DOORS)]
    assert of_rules(run_steps(rules_of(NO_ANSWER), merged([opened], away), table())) == []
    outcomes = of_rules(run_steps(rules_of(NO_ANSWER), merged([opened], away, ticks(80, 82, *DOORS)), table()))
    assert [(event.event.value, event.at) for event in outcomes] == [("firing", instant(80))]
    assert of_rules(run_steps(rules_of(NO_ANSWER), merged([opened, motion(70)], away, ticks(80, 99, *DOORS)), table())) == []


def test_a_second_first_step_keeps_its_own_time_when_the_pending_one_is_dropped() -> None:
    """The answer to the first was not seen missing for as long as ``for`` asks; the second waits by itself."""
    doors = [seen(at, True, kind="door", source=ELDER, received_at=instant(at)) for at in (0, 22)]
    away = merged(doors, ticks(0, 25, *DOORS), ticks(60, 100, *DOORS))
    (event,) = of_rules(run_steps(rules_of(NO_ANSWER | {"for": "10s"}), away, table()))
    assert (event.starts_at, event.at) == (instant(80), instant(90))


def test_held_absences_can_be_counted() -> None:
    """What is held is known by rule, and nothing is held any more when sight has returned."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    people = [motion(10 + number / 100, f"sensor/{number}") for number in range(30)]
    camera = seen(70, True, kind="motion", source=CAMERA, received_at=instant(70))
    for step in [*merged(people, ticks(0, 12, *DOORS)), camera]:
        take(engine, step)
    assert len(engine.bearers["inactive"].held) == 30
    for step in ticks(71, 72, *DOORS):
        take(engine, step)
    assert len(engine.bearers["inactive"].held) == 0


def test_what_is_no_match_does_not_end_a_held_absence() -> None:
    """An observation that the rule does not look for changes nothing, however often it comes while the absence is held."""
    engine = Partition(rules_of(ABSENT), feeds=table())
    still = [seen(at, False, kind="motion", source=ELDER, received_at=instant(61)) for at in (40, 41, 42)]
    found = [event for step in merged([motion(10)], ticks(0, 12, *DOORS), still, ticks(61, 80, *DOORS)) for event in take(engine, step)]
    assert of_rules(found) == []
    assert told(take(engine, Tick(82, {"mqtt": 82}))) == [("firing", 81, 81, None, 0)]


def test_active_hours_are_counted_from_the_return() -> None:
    """Active time is counted from the return, not the hours of the day outside of it."""
    rule = ABSENT | {"active": {"zone": "UTC", "hours": [["04:01", "05:00"]]}}
    away = merged([motion(0)], ticks(0, 12, *DOORS), ticks(40, 85, *DOORS))
    (event,) = of_rules(run_steps(rules_of(rule), away, table()))
    assert event.at == instant(80)


def test_lateness_and_blindness_together() -> None:
    """A rule that waits for late observations judges its absence by what was seen up to it, whatever happened since."""
    rule = ABSENT | {"lateness": "30s"}
    steps = merged([motion(0)], ticks(0, 22, *DOORS), ticks(40, 60, *DOORS))
    (event,) = of_rules(run_steps(rules_of(rule), steps, table()))
    assert event.at == instant(20)


@pytest.mark.parametrize("feeds", [None, table()])
def test_without_ticks_nobody_is_blind(feeds: Any) -> None:
    """A recording has no ticks: silence in it is silence."""
    engine = Partition(rules_of(ABSENT), feeds=feeds)
    take(engine, motion(0))
    assert told(take(engine, motion(500, "sensor/other"))) == [("firing", 20, 20, None, 0)]


def test_a_feed_that_nobody_names_is_judged_by_the_ticks() -> None:
    """A gateway that knows nothing of feeds still says by its ticks that it is there."""
    assert short(run_steps(rules_of(ABSENT), merged([motion(0)], ticks(0, 25)), table())) == [("inactive", "firing", 20)]
    away = merged([motion(0)], ticks(0, 10), ticks(40, 59))
    assert of_rules(run_steps(rules_of(ABSENT), away, table())) == []


def test_another_feed_that_is_alive_says_nothing_about_this_one() -> None:
    """Where sources meet, an observation that came by HTTP does not show that the MQTT door was heard."""
    rule = {"rule": "empty", "kind": "motion", "where": "value == true", "absent": "5s", "by": ["zone"]}
    there = seen(6, True, kind="motion", source=ELDER, zone="hall", received_at=instant(6))
    still = seen(11.5, False, kind="motion", source="sensor/stairs", zone="hall", received_at=instant(11.5))
    silent = [*ticks(0, 8, *DOORS), *ticks(9, 59, "http"), *ticks(60, 70, *DOORS)]
    outcomes = of_rules(run_steps(rules_of(rule), merged([there, still], silent), table()))
    assert [(event.event.value, event.at) for event in outcomes] == [("firing", instant(65))]
    own = seen(11.5, False, kind="motion", source=ELDER, zone="hall", received_at=instant(11.5))
    told_by_itself = of_rules(run_steps(rules_of(rule), merged([there, own], silent), table()))
    assert [event.at for event in told_by_itself if event.event.value == "firing"] == [instant(11)]


def test_an_absence_at_the_very_last_sign_of_life_was_seen() -> None:
    """It was complete when the hole began, however late the rule judges; a microsecond more was not seen."""
    for lateness in ("0s", "50s"):
        for after, at in (("2s", 12), ("2001ms", 62.001)):
            rule = ABSENT | {"absent": after, "lateness": lateness}
            away = merged([motion(10)], ticks(0, 12, *DOORS), ticks(60, 130, *DOORS))
            assert short(of_rules(run_steps(rules_of(rule), away, table())))[0] == ("inactive", "firing", at)


def test_what_is_replayed_within_the_lateness_is_waited_for() -> None:
    """The feed has ten seconds to catch up, and its rule ten more for what comes late."""
    rule = ABSENT | {"lateness": "10s"}
    away = merged([motion(10), motion(25, received=75)], ticks(0, 12, *DOORS), ticks(60, 90, *DOORS))
    (event,) = of_rules(run_steps(rules_of(rule), away, table(replays=True, catch_up=10)))
    assert (event.at, event.last_seen) == (instant(45), instant(25))
