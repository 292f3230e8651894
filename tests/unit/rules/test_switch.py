"""One rule set takes the place of another: what becomes of groups, timers and alerts."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from rules.engine import Note, Outcome, Partition, snapshot
from rules.life import Fate, Policy, changes, switch
from rules.life.switch import Switched
from rules.model import RuleSet
from streams.observation import Position
from tests.fakes.rulekit import EPOCH, Told, alerts, notes, rules_of, samples, seen, told

OVER: dict[str, Any] = {"rule": "r", "where": "value > 5"}


class Stream:
    """A stream under rules that can be switched.

    Attributes:
        engine: as it stands.
        said: every outcome so far.
    """

    def __init__(self, *rules: dict[str, Any]) -> None:
        self.rules: RuleSet = rules_of(*rules)
        self.engine = Partition(self.rules)
        self.said: list[Outcome] = []
        self._seen = 0

    def see(self, text: str, kind: str = "level") -> "Stream":
        """Apply samples, each with an id of its own."""
        for sample in samples(text, kind):
            self._seen += 1
            observation = msgspec.structs.replace(sample, id=f"{self._seen:03}")
            self.said.extend(self.engine.observe(observation, observation.at))
        return self

    def tick(self, at: float) -> "Stream":
        """Let the clock go on."""
        self.said.extend(self.engine.tick(EPOCH + round(at * SECOND), EPOCH + round(at * SECOND)))
        return self

    def switch(self, *rules: dict[str, Any], **policies: str) -> "Stream":
        """Go on under other rules."""
        now = rules_of(*rules)
        wanted = {name: Policy(policy) for name, policy in policies.items()}
        found = switch(self.engine, self.rules, now, noticed=EPOCH, policies=wanted)
        self.rules, self.engine = now, found.partition
        self.said.extend(found.outcomes)
        return self

    @property
    def told(self) -> list[Told]:
        """What alerts said, updates included."""
        return told(self.said, updates=True)


def run(before: dict[str, Any], text: str, after: dict[str, Any], then: float, kind: str = "level") -> list[Told]:
    """Samples under one rule, then a switch, then time."""
    return Stream(before).see(text, kind).switch(after).tick(then).told


@pytest.mark.parametrize(
    ("before", "after", "history", "expected"),
    [
        ({"for": "10s"}, {"for": "30s"}, "0: 9, 5: 9", [("firing", 30, 0, None, 2)]),
        ({"for": "30s"}, {"for": "10s"}, "0: 9, 5: 9", [("firing", 10, 0, None, 2)]),
        ({"for": "30s"}, {"for": "10s"}, "0: 9, 20: 9", [("firing", 20, 0, None, 2)]),
        ({"for": "30s"}, {}, "0: 9, 20: 9", [("firing", 20, 0, None, 2)]),
        ({"keep_firing_for": "10s"}, {"keep_firing_for": "30s"}, "0: 9, 5: 1", [("firing", 0, 0, None, 1), ("resolved", 35, 0, 5, 1)]),
        ({"keep_firing_for": "30s"}, {}, "0: 9, 5: 1, 9: 1", [("firing", 0, 0, None, 1), ("resolved", 9, 0, 5, 1)]),
        ({"stale_after": "90s"}, {"stale_after": "20s"}, "0: 9, 5: 9", [("firing", 0, 0, None, 1), ("updated", 5, 0, None, 2), ("resolved", 25, 0, 25, 2)]),
        ({"stale_after": "90s"}, {"stale_after": "2s"}, "0: 9, 5: 1, 6: 9, 9: 1", [("firing", 0, 0, None, 1), ("resolved", 5, 0, 5, 1), ("firing", 6, 6, None, 1), ("resolved", 9, 6, 9, 1)]),
        ({"stale_after": "20s"}, {"where": "value > 4"}, "0: 9", [("firing", 0, 0, None, 1)]),
        ({}, {"stale_after": "20s"}, "0: 9, 30: 9", [("firing", 0, 0, None, 1), ("updated", 30, 0, None, 2), ("resolved", 50, 0, 50, 2)]),
        ({"repeat": "50s"}, {"repeat": "20s"}, "0: 9, 30: 9", [("firing", 0, 0, None, 1), ("updated", 40, 0, None, 2), ("updated", 60, 0, None, 2)]),
        ({"repeat": "10s"}, {}, "0: 9", [("firing", 0, 0, None, 1)]),
    ],
    ids=["for longer", "for shorter", "for passed", "for gone", "quiet longer", "quiet passed", "stale shorter", "stale of no match", "stale gone", "stale new", "repeat", "repeat gone"],
)  # fmt: skip
def test_timers_are_set_anew(before: dict[str, Any], after: dict[str, Any], history: str, expected: list[Told]) -> None:
    """Pending timers are recomputed from the instants that the state holds; what would lie before the switch is at it."""
    assert run(OVER | before, history, OVER | after, 61) == expected


DOOR: dict[str, Any] = {"rule": "r", "kind": "door", "where": "value == true"}


@pytest.mark.parametrize(
    ("before", "after", "history", "expected"),
    [
        ({"count": 2, "within": "30s"}, {"count": 2, "within": "50s"}, "0: T, 5: T", [("firing", 5, 5, None, 2), ("resolved", 50, 5, 50, 2)]),
        ({"count": 2, "within": "50s"}, {"count": 2, "within": "10s"}, "0: T, 5: T, 20: F", [("firing", 5, 5, None, 2), ("resolved", 20, 5, 20, 2)]),
        ({"count": 2, "within": "50s"}, {"count": 3, "within": "50s"}, "0: T, 5: T, 20: F", [("firing", 5, 5, None, 2), ("resolved", 20, 5, 20, 2)]),
        ({"count": 3, "within": "50s"}, {"count": 2, "within": "50s"}, "0: T, 5: T, 20: F", []),
        ({"count": 3, "within": "50s"}, {"count": 1, "within": "50s"}, "0: T, 5: T, 6: T", [("firing", 6, 6, None, 3), ("resolved", 56, 6, 56, 3)]),
        ({"absent": "20s"}, {"absent": "40s"}, "0: T", [("firing", 40, 40, None, 0)]),
        ({"absent": "40s"}, {"absent": "20s"}, "0: T, 10: F", [("firing", 20, 20, None, 0)]),
        ({"absent": "40s"}, {"absent": "20s"}, "0: T, 30: F", [("firing", 30, 30, None, 0)]),
        ({"absent": "20s"}, {"absent": "40s"}, "0: T, 30: F", [("firing", 20, 20, None, 0), ("resolved", 30, 20, 30, 0), ("firing", 40, 40, None, 0)]),
        ({"absent": "20s"}, {"absent": "25s"}, "0: T, 30: F", [("firing", 20, 20, None, 0)]),
    ],
    ids=["longer window", "shorter window", "more wanted", "fewer wanted begins with a match", "fewer wanted goes on",
         "absent longer", "absent shorter", "absent passed", "absent no longer", "absent still"],
)  # fmt: skip
def test_conditions_of_windows_and_absence_are_judged_anew(
    before: dict[str, Any], after: dict[str, Any], history: str, expected: list[Told]
) -> None:
    """A condition ends when the new definition says so, at the switch at the earliest; it begins with a match or a timer."""
    assert run(DOOR | before, history, DOOR | after, 61, "door") == expected


def test_a_distinct_count_is_judged_anew() -> None:
    """The instants of the newest values decide when the number is no longer full."""
    rule = DOOR | {"count": 2, "distinct": "zone", "within": "30s"}
    stream = Stream(rule)
    for at, zone in ((0, "a"), (5, "b"), (6, "b")):
        stream.said.extend(stream.engine.observe(seen(at, True, kind="door", zone=zone), 0))
    assert stream.switch(rule | {"within": "50s"}).tick(61).told[-1] == ("resolved", 50, 5, 50, 3)


@pytest.mark.parametrize(
    ("before", "after", "history", "expected"),
    [
        ("20s", "40s", "0: T", [("firing", 40, 40, None, 0)]),
        ("40s", "20s", "0: T, 30: F", [("firing", 30, 30, None, 0)]),
        ("20s", "40s", "0: T, 30: F", [("firing", 20, 20, None, 0), ("resolved", 30, 20, 30, 0), ("firing", 40, 40, None, 0)]),
        ("20s", "25s", "0: T, 30: F", [("firing", 20, 20, None, 0)]),
    ],
    ids=["longer", "passed", "no longer", "still"],
)
def test_what_was_not_answered_is_waited_for_anew(before: str, after: str, history: str, expected: list[Told]) -> None:
    """The first step that waits keeps its instant; the time that its answer has is the new one."""
    rule = {"rule": "r", "sequence": [{"kind": "door", "where": "value == true"}, {"not": {"kind": "motion"}}]}
    assert run(rule | {"within": before}, history, rule | {"within": after}, 61, "door") == expected


def test_what_was_answered_is_not_waited_for_again() -> None:
    """A first step that had its answer, or a group that never had one, sets no timer."""
    rule = {"rule": "r", "sequence": [{"kind": "door", "where": "value == true"}, {"not": {"kind": "motion"}}]}
    stream = Stream(rule | {"within": "20s"}).see("0: T", "door").see("5: T", "motion").see("6: F", "door")
    assert stream.switch(rule | {"within": "30s"}).tick(100).told == []
    never = Stream(rule | {"within": "20s"}).see("0: F", "door")
    assert never.switch(rule | {"within": "30s"}).tick(100).told == []


def test_the_circle_of_a_cluster_may_change() -> None:
    """Matches of the window are found by the new radius, whatever bands they were filed under."""
    rule = {"rule": "r", "where": "value > 5", "cluster": {"sources": 2, "radius": "10m"}, "within": "60s", "by": []}
    stream = Stream(rule)
    near, far = Position(121.5, 31.25), Position(121.5, 31.2545)
    stream.engine.observe(seen(0, 9, source="sensor/a", position=near), 0)
    stream.switch(rule | {"cluster": {"sources": 2, "radius": "1km"}})
    assert told(stream.engine.observe(seen(5, 9, source="sensor/b", position=far), 0)) == [("firing", 5, 5, None, 2)]


def test_a_rule_that_is_gone_resolves_its_alerts_with_the_cause() -> None:
    """Firing and quiet alerts resolve at the switch; what was pending is dropped without a word."""
    stream = Stream(OVER | {"keep_firing_for": "60s"}, {"rule": "slow", "where": "value > 5", "for": "60s"})
    stream.see("0: 9")
    stream.engine.observe(seen(3, 9, source="sensor/2"), 0)
    stream.engine.observe(seen(4, 1, source="sensor/2"), 0)
    stream.tick(7).switch({"rule": "other", "kind": "door"})
    resolved = alerts(stream.said)[-2:]
    assert told(resolved) == [("resolved", 7, 0, 7, 1), ("resolved", 7, 3, 4, 1)]
    assert [event.cause for event in resolved] == ["rule removed"] * 2
    assert stream.tick(200).told[3:] == []
    assert stream.engine.tally.rules["r"].resolved == 2


def test_a_rule_that_is_reset_resolves_its_alerts_and_begins_with_nothing() -> None:
    """The alert ends with the cause; the next match begins another episode."""
    stream = Stream(OVER).see("0: 9").switch(OVER | {"where": "value > 6"}, r="reset")
    assert stream.told == [("firing", 0, 0, None, 1), ("resolved", 0, 0, 0, 1)]
    assert alerts(stream.said)[-1].cause == "rule reset"
    assert stream.see("5: 9").told[2:] == [("firing", 5, 5, None, 1)]


def test_an_alert_of_the_very_instant_of_a_reset_does_not_begin_again() -> None:
    """It would have the same id, so that nobody would hear of it: what comes with that instant is late for its group, and told so."""
    stream = Stream(OVER).see("5: 9").switch(OVER | {"where": "value > 6"}, r="reset").see("5: 9, 6: 9")
    assert stream.told == [("firing", 5, 5, None, 1), ("resolved", 5, 5, 5, 1), ("firing", 6, 6, None, 1)]
    assert [why for why, _ in notes(stream.said)] == ["late"]


def test_what_came_before_a_reset_begins_nothing_when_it_comes_again() -> None:
    """Its alert is over and would have the same id, and the next match, which is told, would be hidden behind it."""
    reset = OVER | {"where": "value > 6"}
    stream = Stream(OVER).see("0: 9").tick(5).switch(reset, r="reset")
    again = [seen(0, 9, id="001"), seen(0, 9, id="other"), seen(-1, 9)]
    stream.said.extend(outcome for one in again for outcome in stream.engine.observe(one, 0))
    assert notes(stream.said) == [(Note.DUPLICATE, "001"), (Note.LATE, "other"), (Note.LATE, "-1-9")]
    assert stream.see("6: 9").told[2:] == [("firing", 6, 6, None, 1)]


def test_what_was_pending_at_a_reset_may_begin_again_at_its_instant() -> None:
    """Nobody was told of it, so nothing hides the alert that now comes of it."""
    slow = OVER | {"for": "10s"}
    stream = Stream(slow).see("0: 9").switch(slow | {"where": "value > 6"}, r="reset").see("0: 9").tick(11)
    assert stream.told == [("firing", 10, 0, None, 1)]


def test_a_timer_that_ran_before_a_reset_makes_late_what_was_late() -> None:
    """A group has gone as far as its timers, under whatever definition."""
    stale = OVER | {"stale_after": "4s"}
    stream = Stream(stale).see("0: 9").tick(5).switch(stale | {"where": "value > 6"}, r="reset").see("4: 9, 4.5: 9")
    assert [why for why, _ in notes(stream.said)] == ["late"]
    assert stream.told[2:] == [("firing", 4.5, 4.5, None, 1)]


def test_a_group_of_another_key_begins_with_nothing() -> None:
    """Of it nothing was seen, and no alert of it has been."""
    stream = Stream(OVER).see("3: 9").switch(OVER | {"by": ["zone"]}).see("1: 9")
    assert stream.told[2:] == [("firing", 1, 1, None, 1)]


def test_another_form_knows_what_came_before_and_nothing_else() -> None:
    """A window begins empty, and what was late is late."""
    count = OVER | {"count": 2, "within": "60s"}
    stream = Stream(OVER).see("3: 9, 5: 1").switch(count).see("4: 9, 6: 9")
    assert [why for why, _ in notes(stream.said)] == ["late"]
    assert stream.told[2:] == []
    assert stream.see("7: 9").told[2:] == [("firing", 7, 7, None, 2)]


def test_another_form_is_reset_whatever_the_policy_says() -> None:
    """State that would mean something else cannot be kept; the reason names both forms."""
    before, after = rules_of(OVER), rules_of(OVER | {"count": 2, "within": "60s"})
    (change,) = changes(before.rules, after.rules, before.kinds, after.kinds, {"r": Policy.KEEP})
    assert (change.fate, change.why) == (Fate.RESET, "its state means something else: level by source before, count by source now")


def test_what_an_alert_says_is_said_anew() -> None:
    """A new severity, category, ticket policy, text or label is told at once for what fires, under the new version."""
    stream = Stream(OVER | {"summary": "old"}).see("0: 9, 3: 9").switch(OVER | {"severity": "critical", "summary": "new"})
    event = alerts(stream.said)[-1]
    assert (event.event, event.severity, event.summary.en, event.at) == ("updated", "critical", "new", EPOCH + 3 * SECOND)
    assert event.rule_version == stream.rules.rules[0].version
    assert len({one.event_id for one in alerts(stream.said)}) == len(alerts(stream.said)), "the update by count is another one"


def test_two_switches_at_one_instant_say_two_things() -> None:
    """Each switch's update has an identity of its own, so that the second is not taken for a repetition of the first."""
    stream = Stream(OVER).see("0: 9").switch(OVER | {"severity": "major"}).switch(OVER | {"severity": "critical"})
    updates = [event for event in alerts(stream.said) if event.event == "updated"]
    assert [event.severity for event in updates] == ["major", "critical"]
    assert len({event.event_id for event in updates}) == 2


def test_what_alerts_do_not_say_changes_in_silence() -> None:
    """Another threshold or quiet time says nothing at the switch."""
    assert Stream(OVER).see("0: 9").switch(OVER | {"where": "value > 7", "keep_firing_for": "5s"}).told == [("firing", 0, 0, None, 1)]


def test_a_rule_that_was_added_begins_with_nothing() -> None:
    """What fires under the old rules is none of its business."""
    stream = Stream(OVER).see("0: 9").switch(OVER, OVER | {"rule": "new"})
    assert stream.engine.bearers["new"].groups == {}
    assert [event.rule for event in alerts(stream.see("5: 9").said)] == ["r", "new", "r"]


LATE = OVER | {"lateness": "20s"}


def test_observations_that_wait_go_on_waiting() -> None:
    """A switch changes nothing about what may still be overtaken, in any order."""
    stream = Stream(LATE).see("10: 9, 5: 1")
    stream.switch(LATE | {"severity": "critical"}, {"rule": "other", "kind": "door"})
    assert stream.see("7: 9").tick(60).told == [("firing", 7, 7, None, 1), ("updated", 10, 7, None, 2)]


@pytest.mark.parametrize("lateness", ["0s", "3s", "40s"])
def test_what_waits_comes_along_to_another_lateness(lateness: str) -> None:
    """What is due under the new lateness is applied at the switch, the rest goes on waiting; nothing is lost or counted twice."""
    other = {"rule": "other", "where": "value > 5", "lateness": lateness}
    stream = Stream(LATE, other).see("2: 9, 4: 1, 6: 9, 8: 9, 10: 9").switch(LATE | {"lateness": lateness}, other).tick(100)
    found = [event for event in alerts(stream.said) if event.event != "updated"]
    assert told([event for event in found if event.rule == "r"]) == [
        ("firing", 2, 2, None, 1),
        ("resolved", 4, 2, 4, 1),
        ("firing", 6, 6, None, 1),
    ]
    assert told([event for event in found if event.rule == "r"]) == told([event for event in found if event.rule == "other"])
    assert notes(stream.said) == []
    assert stream.engine.bearers["r"].groups["sensor/1"].episode.count == 3  # type: ignore[union-attr]  # It fires.


def test_a_longer_lateness_does_not_apply_again() -> None:
    """What was applied under the shorter lateness waits on for the other rule alone."""
    other = {"rule": "other", "where": "value > 5", "lateness": "40s"}
    stream = Stream(LATE, other).see("2: 9, 30: 9").switch(LATE | {"lateness": "40s"}, other).tick(200)
    assert told([event for event in alerts(stream.said) if event.rule == "r"]) == [("firing", 2, 2, None, 1)]
    assert notes(stream.said) == []


def test_the_instant_of_a_switch_is_behind_by_the_lateness() -> None:
    """A rule that stands 20 s behind the clock resolves there, never before what it has applied."""
    stream = Stream(LATE).see("0: 9, 30: 9").switch({"rule": "other", "kind": "door"})
    assert stream.told == [("firing", 0, 0, None, 1), ("resolved", 10, 0, 10, 1)]


def _after_a_change_of_the_door(**change: bool) -> Switched:
    """What comes of a switch at 5 s to a kinds table with another door, whose alert fires."""
    before = rules_of(DOOR)
    table = {**before.kinds, "door": msgspec.structs.replace(before.kinds["door"], **change)}
    after = RuleSet(rules=before.rules, kinds=table, version="other")
    engine = Partition(before)
    engine.observe(seen(0, True, kind="door"), 0)
    engine.tick(EPOCH + 5 * SECOND, 0)
    return switch(engine, before, after, noticed=0)


def test_a_kind_that_means_something_else_changes_its_rules() -> None:
    """When the kinds table makes a kind a pulse, its rules go on under that, and what holds is over at the switch."""
    found = _after_a_change_of_the_door(pulse=True)
    assert [(change.fate, change.fields) for change in found.changes] == [(Fate.KEPT, ("kinds table",))]
    assert told(found.partition.tick(EPOCH + 6 * SECOND, 0)) == [("resolved", 5, 0, 5, 1)]


def test_a_kind_that_comes_by_another_topic_resets_its_rules() -> None:
    """What would clear an alert of a kind that has become one of life safety goes elsewhere: the alert resolves at the switch."""
    found = _after_a_change_of_the_door(life_safety=True)
    (change,) = found.changes
    assert (change.fate, change.fields) == (Fate.RESET, ("kinds table",))
    assert change.why == "door comes by another topic, since its life safety has changed"
    assert told(found.outcomes) == [("resolved", 5, 0, 5, 1)]
    assert found.partition.bearers["r"].groups["sensor/1"].episode is None


def test_changes_are_told_by_field() -> None:
    """Each rule's fate, with the fields that differ; places, comments and order make no difference."""
    before = rules_of(OVER, {"rule": "same"}, {"rule": "gone"})
    after = rules_of({"rule": "same"}, OVER | {"for": "5s", "where": "value > 6"}, {"rule": "new"})
    found = changes(before.rules, after.rules, before.kinds, after.kinds)
    assert [(change.rule, change.fate, change.fields) for change in found] == [
        ("same", Fate.UNCHANGED, ()),
        ("r", Fate.KEPT, ("where", "for")),
        ("new", Fate.ADDED, ()),
        ("gone", Fate.REMOVED, ()),
    ]


def sections_after(stream: Stream) -> dict[str, bytes]:
    """What a checkpoint would hold, but for the order of the rules."""
    return {name: raw for name, raw in snapshot.full(stream.engine).items() if name != "rules"}


HISTORIES: Sequence[str] = ("0: 9, 4: 1", "0: 9", "0: 1", "0: 9, 30: 9, 31: 1, 32: 9")


@pytest.mark.parametrize("history", HISTORIES)
def test_the_same_rules_change_nothing(history: str) -> None:
    """A switch to an equal set leaves the state as it is, to the byte."""
    rules = (OVER | {"for": "3s", "keep_firing_for": "9s", "repeat": "7s"}, LATE | {"rule": "late"})
    switched = Stream(*rules).see(history).switch(*reversed(rules))
    assert sections_after(switched) == sections_after(Stream(*rules).see(history))
