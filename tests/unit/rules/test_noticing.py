"""When things are noticed, in which order, for whom they are looked at, and how what is not applied is counted."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.engine import Counts, Limits, Note, Noted, Outcome, Partition, Tally
from rules.engine.partition import observe_all
from rules.replay import Line, Summary, replay
from streams.alert import AlertEvent
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, notes, rules_of, run, samples, seconds, seen, told

OVER: dict[str, Any] = {"where": "value > 5"}
MICRO = 0.000001


def second(at: float) -> int:
    """An instant of the tests in microseconds."""
    return EPOCH + round(at * SECOND)


def reasons(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """The class and the words of what was not applied."""
    return [(outcome.note.value, outcome.reason) for outcome in outcomes if isinstance(outcome, Noted)]


@pytest.mark.parametrize(
    ("lateness", "tick", "noticed"),
    [("0s", 10, False), ("0s", 10 + MICRO, True), ("7s", 17, False), ("7s", 17 + MICRO, True), ("7s", 16, False)],
    ids=["at the instant", "just after", "at the instant and the lateness", "just after both", "before both"],
)
def test_a_timer_runs_when_the_clock_is_beyond_it(lateness: str, tick: float, noticed: bool) -> None:
    """A timer due at x is run when W - lateness > x, strictly."""
    engine = Partition(rules_of(OVER | {"for": "10s", "lateness": lateness}))
    engine.observe(seen(0, 9), 0)
    engine.tick(second(9.5), 0)
    assert bool(told(engine.tick(second(tick), 0))) is noticed


@pytest.mark.parametrize(("clock", "applied"), [(19.999999, False), (20, True), (21, True)], ids=["before", "at", "after"])
@pytest.mark.parametrize("by_tick", [True, False], ids=["tick", "observation"])
def test_an_observation_is_applied_when_the_clock_reaches_it(clock: float, applied: bool, by_tick: bool) -> None:
    """With a lateness of twenty seconds it is applied when W >= at + 20 s, whoever moves the clock."""
    engine = Partition(rules_of(OVER | {"lateness": "20s"}))
    assert engine.observe(seen(0, 9), 0) == ()
    found = engine.tick(second(clock), 0) if by_tick else engine.observe(seen(clock, 1, kind="other"), 0)
    assert bool(told(found)) is applied


def test_what_waits_and_timers_go_in_the_order_of_time() -> None:
    """One tick that is far ahead applies what waits and runs timers between, so that nothing fires that was cleared."""
    rule = OVER | {"for": "10s", "lateness": "20s", "keep_firing_for": "1s"}
    engine = Partition(rules_of(rule))
    for observation in samples("0: 9, 15: 1, 5: 9, 16.5: 9"):
        engine.observe(observation, 0)
    assert told(engine.tick(second(100), 0)) == [
        ("firing", 10, 0, None, 2),
        ("resolved", 16, 0, 15, 2),
        ("firing", 26.5, 16.5, None, 1),
    ]


def test_each_lateness_has_its_own_time() -> None:
    """Three rules on one kind apply an observation each when their own lateness is over, each once."""
    rules = rules_of(*[OVER | {"rule": f"late{wait}", "lateness": f"{wait}s"} for wait in (0, 5, 10)])
    engine = Partition(rules)
    found = [[event.rule for event in alerts(engine.observe(seen(0, 9), 0))]]
    found += [[event.rule for event in alerts(engine.tick(second(at), 0))] for at in (4, 5, 9, 10, 11)]
    assert found == [["late0"], [], ["late5"], [], ["late10"], []]


def test_rules_of_one_lateness_share_what_waits() -> None:
    """An observation waits once for all rules of its lateness, and every one of them applies it."""
    rules = rules_of(*[OVER | {"rule": f"r{number}", "lateness": "5s"} for number in range(10)])
    engine = Partition(rules)
    engine.observe(seen(0, 9), 0)
    assert [len(lane.waiting) for lane in engine.lanes] == [0, 1]
    assert len(alerts(engine.tick(second(5), 0))) == 10


def test_an_observation_that_is_late_at_arrival_is_still_judged_by_its_own_rule() -> None:
    """What comes too late for one rule's lateness may be in time for another's."""
    rules = rules_of(OVER | {"rule": "strict"}, OVER | {"rule": "patient", "lateness": "30s"})
    found = run(rules, samples("10: 1, 5: 9"), 60)
    assert [(outcome.rule, outcome.note) for outcome in found if isinstance(outcome, Noted)] == [("strict", Note.LATE)]
    assert [(event.rule, seconds(event.at)) for event in alerts(found)] == [("patient", 5), ("patient", 10)]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("5: 9, 4.999999: 9", [("late", "its group has already applied a later observation")]),
        ("5: 9, 5: 9", []),
        ("0: 9, 10.5: 1", []),
    ],
    ids=["a microsecond before", "at the same instant", "later"],
)
def test_the_bound_of_lateness(history: str, expected: list[tuple[str, str]]) -> None:
    """Late is strictly before the last one that was applied."""
    assert reasons(run(rules_of(OVER | {"for": "10s"}), samples(history))) == expected


def test_a_timer_makes_late_what_has_its_very_instant() -> None:
    """After a timer due at x was run an observation of x itself is late, and one a microsecond later is not."""
    engine = Partition(rules_of(OVER | {"for": "10s"}))
    engine.observe(seen(0, 9), 0)
    engine.tick(second(11), 0)
    found = [*engine.observe(seen(10, 1), 0), *engine.observe(seen(10 + MICRO, 1, id="after"), 0), *engine.tick(second(12), 0)]
    assert reasons(found) == [("late", "its group has already run a timer that was due then or later")]
    assert told(found)[-1] == ("resolved", 10 + MICRO, 0, 10 + MICRO, 1)


def test_a_timer_of_another_group_makes_nothing_late() -> None:
    """What is late is a matter of the group and the rule alone."""
    engine = Partition(rules_of(OVER | {"for": "10s"}))
    engine.observe(seen(0, 9), 0)
    engine.tick(second(60), 0)
    assert notes(engine.observe(seen(1, 9, source="sensor/2"), 0)) == []


def test_each_rule_accounts_for_itself() -> None:
    """Every rule that looks at an observation counts it once, under what it made of it."""
    rules = rules_of(
        OVER | {"rule": "plain"}, OVER | {"rule": "sure", "where": "confidence > 0.5"}, OVER | {"rule": "elsewhere", "kind": "other"}
    )
    tally = Tally()
    engine = Partition(rules, tally=tally)
    history = [
        seen(0, 9, id="a"),
        seen(5, 9, id="b", confidence=0.9),
        seen(5, 9, id="b", confidence=0.9),
        seen(4, 9, id="c", confidence=0.9),
        seen(6, 1, id="d", confidence=0.1),
        seen(7, 1, id="e", attributes={"test": True}),
        seen(8, 1, id="f", kind="note"),
        seen(999, 1, id="g", received_at=EPOCH),
    ]
    observe_all(engine, history)
    engine.finish(engine.now, 0)
    assert (tally.observations, tally.tests, tally.ahead) == (8, 1, 1)
    assert tally.rules == {
        "plain": Counts(evaluated=5, matched=2, fired=1, resolved=1, late=1, duplicate=1, fired_at=EPOCH),
        "sure": Counts(evaluated=5, matched=1, fired=1, resolved=1, undecided=1, late=1, duplicate=1, fired_at=EPOCH + 5 * SECOND),
        "elsewhere": Counts(),
    }


def test_partitions_of_one_process_count_together() -> None:
    """The tally that is handed in is that of all partitions."""
    rules, tally = rules_of(OVER), Tally()
    for engine in (Partition(rules, tally=tally), Partition(rules, tally=tally)):
        engine.observe(seen(0, 9), 0)
    assert (tally.observations, tally.rules["r0"].fired) == (2, 2)


def test_what_is_not_applied_says_which_rule_and_group() -> None:
    """A note names the rule, the group as alerts show it, the observation and its instant."""
    rules = rules_of(OVER | {"by": ["source", "zone"]})
    (found,) = run(rules, [seen(0, 1, zone="z"), seen(0, 1, zone="z")])
    assert isinstance(found, Noted)
    assert (found.note, found.rule, found.group, found.at) == (Note.DUPLICATE, "r0", {"source": "sensor/1", "zone": "z"}, EPOCH)
    assert (found.observation.id, found.reason) == ("0-1", "the same id came before")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"where": "confidence > 0.5"}, "confidence is missing"),
        ({"where": "attributes.size > 3"}, "attributes.size is missing"),
        ({"where": "value > 5", "clear": "confidence < 0.5"}, "confidence is missing"),
        ({"cluster": {"sources": 2, "radius": "1km"}, "within": "1m"}, "position is missing"),
    ],
    ids=["where", "attribute", "clear", "position"],
)
def test_why_it_could_not_be_judged(fields: dict[str, Any], reason: str) -> None:
    """The reason names the field that is missing."""
    assert reasons(run(rules_of(fields), [seen(0, 1)])) == [("undecided", reason)]


@pytest.mark.parametrize(
    ("at", "received", "taken"),
    [(300, 0, True), (300 + MICRO, 0, False), (0, 500, True), (301, None, True)],
    ids=["exactly five minutes", "a microsecond more", "long before", "no receipt is known"],
)
def test_how_far_ahead_is_believed(at: float, received: float | None, taken: bool) -> None:
    """Up to ``max_ahead`` beyond its receipt an observation is taken; beyond, no rule sees it and no clock moves."""
    engine = Partition(rules_of(OVER))
    found = engine.observe(seen(at, 9, received_at=None if received is None else second(received)), 0)
    assert (notes(found) == []) is taken
    assert (engine.now == second(at)) is taken
    assert engine.tally.rules["r0"].evaluated == int(taken)
    assert (engine.tally.observations, engine.tally.ahead) == (1, int(not taken))


def test_the_bound_ahead_can_be_set() -> None:
    """The words name how far ahead it was, in whole seconds, and the bound."""
    engine = Partition(rules_of(OVER), Limits(max_ahead=10 * SECOND))
    assert notes(engine.observe(seen(10, 9, received_at=EPOCH), 0)) == []
    (found,) = engine.observe(seen(75.9, 9, received_at=EPOCH), 0)
    assert reasons([found]) == [("ahead", "its time is 1m15s after it was received; at most 10s is believed")]
    assert isinstance(found, Noted)
    assert (found.rule, found.group) == ("", {})


@pytest.mark.parametrize(
    ("attributes", "seen_by_rules"),
    [({"test": True}, 0), ({"test": False}, 1), ({"test": 1}, 1), ({"test": "true"}, 1), ({"drill": True}, 1), ({}, 1)],
    ids=["true", "false", "one", "text", "another", "none"],
)
def test_what_a_drill_is(attributes: dict[str, Any], seen_by_rules: int) -> None:
    """Only ``test: true`` itself is a drill; it moves the clock of the stream all the same."""
    engine = Partition(rules_of(OVER, OVER | {"rule": "late", "lateness": "5s"}))
    engine.observe(seen(7, 9, attributes=attributes), 0)
    engine.finish(engine.now, 0)
    assert [counts.evaluated for counts in engine.tally.rules.values()] == [seen_by_rules] * 2
    assert (engine.tally.tests, engine.now) == (1 - seen_by_rules, second(7))


def test_rules_are_found_by_kind() -> None:
    """Of a thousand rules on as many kinds an observation costs its own rule alone; a rule of two kinds sees both."""
    ruleset = rules_of(
        OVER | {"rule": "a", "kind": "level"},
        OVER | {"rule": "b", "kind": ["level", "other"]},
        OVER | {"rule": "c", "kind": "other", "lateness": "3s"},
        {"rule": "d", "sequence": [{"kind": "door"}, {"kind": "other"}], "within": "9s"},
    )
    engine = Partition(ruleset)
    for number, kind in enumerate(("level", "other", "door", "note")):
        engine.observe(seen(number, True if kind == "door" else 1, kind=kind), 0)
    engine.finish(engine.now, 0)
    assert {name: counts.evaluated for name, counts in engine.tally.rules.items()} == {"a": 1, "b": 2, "c": 1, "d": 2}


def test_outcomes_of_one_step_by_instant_rule_and_group() -> None:
    """Alerts, notes and timers of one step are told by (at, rule, group); of one group at one instant as they happened."""
    rules = rules_of(OVER | {"rule": "b"}, OVER | {"rule": "a", "for": "5s"}, OVER | {"rule": "c", "where": "confidence > 0.5"})
    engine = Partition(rules)
    for source in ("sensor/2", "sensor/10", "sensor/1"):
        engine.observe(seen(0, 9, source=source), 0)
        engine.observe(seen(7, 1, source=source), 0)
    found = engine.observe(seen(20, 9, source="sensor/1"), 0)
    sources = ("sensor/1", "sensor/10", "sensor/2")
    expected = [(7, rule, source) for rule in "ab" for source in sources] + [(20, rule, "sensor/1") for rule in "bc"]
    assert [(seconds(outcome.at), outcome.rule, outcome.group["source"]) for outcome in found] == expected


def test_ends_of_one_instant_are_told_before_what_begins_then() -> None:
    """A pulse that resolves and fires anew within one step tells its resolution first."""
    engine = Partition(rules_of({"kind": "motion"}))
    engine.observe(seen(0, True, kind="motion"), 0)
    assert [row[:2] for row in told(engine.observe(seen(3, True, kind="motion"), 0))] == [("resolved", 0), ("firing", 3)]


def test_noticed_is_the_clock_of_the_log_and_changes_nothing() -> None:
    """``detected_at`` is what the caller says; every other field is the same whatever it says."""
    rules = rules_of(OVER | {"for": "10s"})
    found: list[AlertEvent] = []
    for noticed in (0, 77):
        engine = Partition(rules)
        engine.observe(seen(0, 9), noticed)
        found += alerts(engine.tick(second(20), noticed))
    assert [event.detected_at for event in found] == [0, 77]
    assert {event.event_id for event in found} == {found[0].event_id}


@pytest.mark.parametrize(("until", "events"), [(9.999999, 0), (10, 1), (None, 0), (5, 0)], ids=["before", "at", "default", "in the past"])
def test_the_end_of_a_recording(until: float | None, events: int) -> None:
    """Timers run up to ``until``, that instant included; without it up to the last observation."""
    lines = [Line(1, seen(0, 9)), Line(2, seen(9, 9))]
    found = list(replay(rules_of(OVER | {"for": "10s"}), lines, None if until is None else second(until), Summary()))
    assert [row["event"] for row in found] == ["firing"] * events


def test_at_the_end_everything_that_waits_is_applied() -> None:
    """Observations that still wait for their lateness are applied in order, and timers between them run."""
    rules = rules_of(OVER | {"for": "2s", "lateness": "1h"})
    assert told(run(rules, samples("9: 1, 0: 9, 3: 1, 6: 9"))) == [
        ("firing", 2, 0, None, 1),
        ("resolved", 3, 0, 3, 1),
        ("firing", 8, 6, None, 1),
        ("resolved", 9, 6, 9, 1),
    ]


def test_a_group_that_was_not_seen_for_long_is_woken_by_others() -> None:
    """Time is the stream's and not the group's: a sample of another kind runs the timers of everybody."""
    engine = Partition(rules_of(OVER | {"for": "10s"}))
    for number in range(100):
        engine.observe(seen(number / 100, 9, source=f"sensor/{number}"), 0)
    found = alerts(engine.observe(seen(10.5, 1, kind="note"), 0))
    assert [event.source for event in found] == [f"sensor/{number}" for number in range(50)]


def test_a_timer_that_moves_with_each_sample_stands_once() -> None:
    """However often a timer is put off, one entry waits for the group, and it runs at the last instant it was put to."""
    engine = Partition(rules_of({"kind": "door", "absent": "60s"}))
    for number in range(1000):
        engine.observe(seen(number, True, kind="door", id=str(number)), 0)
    assert [entry[2].key for entry in engine.lanes[0]._timers if entry[3] is engine.bearers["r0"]] == ["sensor/1"]
    assert told(engine.tick(second(2000), 0)) == [("firing", 999 + 60, 999 + 60, None, 0)]


def test_a_timer_that_is_set_earlier_is_run_earlier() -> None:
    """A group that waits for a late timer and gets an earlier one runs both, each once."""
    rule = OVER | {"keep_firing_for": "50s", "repeat": "20s"}
    engine = Partition(rules_of(rule))
    history: list[Observation] = samples("0: 9, 5: 1")
    for observation in history:
        engine.observe(observation, 0)
    assert told(engine.tick(second(100), 0), updates=True) == [
        ("updated", 20, 0, None, 1),
        ("updated", 40, 0, None, 1),
        ("resolved", 55, 0, 5, 1),
    ]


def test_what_arrives_at_its_very_bound_is_applied_at_once() -> None:
    """An observation that is exactly as late as is allowed waits no longer: W >= at + lateness holds as it comes."""
    engine = Partition(rules_of(OVER | {"lateness": "20s"}))
    engine.observe(seen(20, 1, kind="other"), 0)
    assert told(engine.observe(seen(0, 9), 0)) == [("firing", 0, 0, None, 1)]
    assert engine.lanes[1].waiting == []


@pytest.mark.parametrize(("last", "fires"), [(10, False), (10 + MICRO, True)], ids=["at the timer", "after the timer"])
def test_an_end_in_the_past_runs_the_timers_between_what_waits(last: float, fires: bool) -> None:
    """Whatever ``until`` is, timers before the last observation that waits are run before it, and those of its instant are not."""
    rules = rules_of(OVER | {"for": "10s", "lateness": "1h"})
    assert bool(told(run(rules, [seen(0, 9), seen(last, 1)], until=5))) is fires


def test_what_is_noticed_at_the_end_has_the_time_of_the_end() -> None:
    """Events of the end of a recording carry the clock that the end was noticed at, and those of a tick that of the tick."""
    engine = Partition(rules_of(OVER | {"for": "10s", "repeat": "10s"}))
    engine.observe(seen(0, 9), 1)
    ticked, ended = alerts(engine.tick(second(11), 2)), alerts(engine.finish(second(20), 3))
    assert [(event.event.value, event.detected_at) for event in ticked + ended] == [("firing", 2), ("updated", 3)]


def test_values_are_groups_by_what_they_are() -> None:
    """Grouped by value, true and the number 1 are two groups, each told as it came."""
    rules = rules_of({"kind": ["door", "level"], "by": ["value"]})
    found = alerts(run(rules, [seen(0, True, kind="door"), seen(1, 1)]))
    assert [repr(event.group["value"]) for event in found] == ["True", "1"]


def test_at_the_end_of_a_recording_what_waits_runs_no_timer_beyond_it() -> None:
    """The last observation is applied, and timers of its very instant wait for ``until``, under a lateness as without."""
    for lateness in ("0s", "20s"):
        rule = OVER | {"for": "10s", "lateness": lateness}
        assert told(run(rules_of(rule), samples("0: 9, 10: 9"), until=5)) == []
        assert told(run(rules_of(rule), samples("0: 9, 10: 9"), until=10)) == [("firing", 10, 0, None, 2)]
