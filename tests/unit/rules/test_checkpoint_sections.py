"""Sections of a checkpoint: what is in them, which of them changed, and what another rule set makes of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pytest

from config.moment import SECOND
from rules.engine import Note, Partition, snapshot
from rules.engine.shelves import SHELF
from rules.model import RuleSet
from rules.state import Phase
from streams.observation import Observation, Position
from tests.fakes.rulekit import EPOCH, alerts, laid, notes, rules_of, samples, seen, told

OVER: dict[str, Any] = {"rule": "over", "where": "value > 5", "for": "10s"}
LATE: dict[str, Any] = {"rule": "late", "kind": "other", "lateness": "20s"}


def engine_of(rules: RuleSet, observations: Iterable[Observation] = ()) -> Partition:
    """An engine that has seen some observations."""
    engine = Partition(rules)
    for observation in observations:
        engine.observe(observation, observation.at)
    return engine


def restored(rules: RuleSet, sections: Mapping[str, bytes]) -> Partition:
    """An engine that begins with what a checkpoint kept."""
    engine = Partition(rules)
    snapshot.restore(engine, sections)
    return engine


def groups_in(sections: Iterable[str]) -> list[str]:
    """The names of the sections that hold groups."""
    return sorted(name for name in sections if name.startswith("group/"))


def crowd(number: int, value: float = 1) -> list[Observation]:
    """An observation of each of so many sources, a second apart."""
    return [seen(second, value, source=f"sensor/{second:03}") for second in range(number)]


def test_an_empty_engine_has_its_clock_and_what_waits() -> None:
    """Before anything came a full checkpoint is the clock and one empty list for each lateness."""
    assert sorted(snapshot.full(engine_of(rules_of(OVER)))) == ["clock", "rules"]
    sections = snapshot.full(engine_of(rules_of(OVER, LATE, LATE | {"rule": "later", "lateness": "30s"})))
    assert sorted(sections) == ["clock", "rules", "waiting/20000000", "waiting/30000000"]
    assert {sections[name] for name in sections if name.startswith("waiting/")} == {msgspec.msgpack.encode([])}


@pytest.mark.parametrize(("groups", "buckets"), [(1, 1), (SHELF, 1), (SHELF + 1, 2), (3 * SHELF, 3), (3 * SHELF + 1, 4)])
def test_groups_fill_one_section_after_another(groups: int, buckets: int) -> None:
    """A section is opened when the one before it is full, and never before."""
    engine = engine_of(rules_of(OVER), crowd(groups))
    assert groups_in(snapshot.full(engine)) == sorted(f"group/over/{number}" for number in range(buckets))
    assert sum(len(engine.bearers["over"].shelves.shelf(number) or ()) for number in range(buckets)) == groups


def test_a_delta_holds_the_sections_that_changed_and_no_others() -> None:
    """One observation marks the section of its own group, in every rule that looked at it."""
    rules = rules_of(OVER, OVER | {"rule": "both"}, OVER | {"rule": "elsewhere", "kind": "other"})
    engine = engine_of(rules, crowd(2 * SHELF))
    snapshot.full(engine)
    engine.observe(seen(50, 9, source="sensor/000"), 0)
    assert groups_in(snapshot.delta(engine)) == ["group/both/0", "group/over/0"]
    assert groups_in(snapshot.delta(engine)) == []
    engine.observe(seen(51, 9, source=f"sensor/{SHELF:03}"), 0)
    engine.observe(seen(51, 9, source="sensor/000"), 0)
    assert groups_in(snapshot.delta(engine)) == ["group/both/0", "group/both/1", "group/over/0", "group/over/1"]


def test_a_first_delta_without_a_full_checkpoint_holds_everything() -> None:
    """What was never written has changed."""
    engine = engine_of(rules_of(OVER), crowd(SHELF + 1))
    assert snapshot.delta(engine) == snapshot.full(engine)


@pytest.mark.parametrize(
    ("observation", "changed"),
    [
        (seen(20, 1, id="new"), True),
        (seen(20, "x", id="odd"), True),
        (seen(10, 1, id="known"), False),
        (seen(9, 1, id="late"), False),
        (seen(20, 1, id="drill", attributes={"test": True}), False),
        (seen(20, 1, id="else", kind="other"), False),
        (seen(900, 1, id="ahead", received_at=EPOCH), False),
    ],
    ids=["applied", "undecided", "duplicate", "late", "drill", "of another kind", "from the future"],
)
def test_what_changes_a_group_is_written(observation: Observation, changed: bool) -> None:
    """Applied and undecided observations are remembered, so that their section is written; the others leave it alone."""
    engine = engine_of(rules_of({"rule": "over", "where": "value > 5"}), [seen(10, 1, id="known")])
    snapshot.full(engine)
    engine.observe(observation, 0)
    assert groups_in(snapshot.delta(engine)) == (["group/over/0"] if changed else [])


def test_a_timer_changes_its_group() -> None:
    """What a tick made fire is written with the next delta, and only that section."""
    engine = engine_of(rules_of(OVER), [*crowd(SHELF), seen(20, 9, source="sensor/late")])
    snapshot.full(engine)
    assert len(alerts(engine.tick(EPOCH + 31 * SECOND, 0))) == 1
    assert groups_in(snapshot.delta(engine)) == ["group/over/1"]


def test_a_delta_over_a_full_checkpoint_is_the_full_checkpoint_of_later() -> None:
    """Sections are replaced whole: the old ones with the delta over them are what a full checkpoint would be now."""
    rules = rules_of(OVER, LATE, {"rule": "count", "count": 2, "within": "60s"})
    engine = engine_of(rules, crowd(20, 9))
    kept = snapshot.full(engine)
    for observation in (*crowd(25, 9)[20:], seen(30, 9, source="sensor/003"), seen(31, 5, kind="other")):
        engine.observe(observation, 0)
        kept = laid(kept, snapshot.delta(engine))
    assert kept == snapshot.full(engine)


def test_a_full_checkpoint_begins_the_counting_anew() -> None:
    """After a full checkpoint nothing is changed, however much was before."""
    engine = engine_of(rules_of(OVER), crowd(40))
    snapshot.full(engine)
    assert groups_in(snapshot.delta(engine)) == []


def test_nothing_kept_is_the_beginning() -> None:
    """Without sections an engine begins as a new one does, whatever its clock."""
    assert restored(rules_of(OVER), {}).now == Partition(rules_of(OVER)).now


def test_the_clock_is_restored() -> None:
    """A tick of before the restart changes nothing after it."""
    engine = engine_of(rules_of(OVER), [seen(0, 9)])
    engine.tick(EPOCH + 5 * SECOND, 0)
    again = restored(rules_of(OVER), snapshot.full(engine))
    assert again.now == EPOCH + 5 * SECOND
    assert again.tick(EPOCH + 5 * SECOND, 0) == ()
    assert told(again.tick(EPOCH + 10 * SECOND + 1, 0)) == [("firing", 10, 0, None, 1)]


@pytest.mark.parametrize(
    ("rule", "history", "phase", "then"),
    [
        ({"for": "10s"}, "0: 9", Phase.PENDING, [("firing", 10, 0, None, 1)]),
        ({"keep_firing_for": "30s"}, "0: 9, 5: 1", Phase.QUIET, [("resolved", 35, 0, 5, 1)]),
        ({"stale_after": "30s"}, "0: 9, 5: 9", Phase.FIRING, [("resolved", 35, 0, 35, 2)]),
        ({"repeat": "45s"}, "0: 9", Phase.FIRING, [("updated", 45, 0, None, 1)]),
        ({"repeat": "8s", "keep_firing_for": "9s"}, "0: 9, 2: 1", Phase.QUIET, [("updated", 8, 0, None, 1), ("resolved", 11, 0, 2, 1)]),
        ({}, "0: 9, 5: 1", Phase.QUIET, [("resolved", 5, 0, 5, 1)]),
        ({}, "0: 9, 5: 1, 6: 1", Phase.IDLE, []),
    ],
    ids=["for", "keep_firing_for", "stale_after", "repeat", "repeat while kept", "over at this instant", "idle"],
)
def test_every_timer_is_set_again(rule: dict[str, Any], history: str, phase: Phase, then: list[tuple[object, ...]]) -> None:
    """Timers are not written: each group's own are armed when it is restored, in every phase of an episode."""
    rules = rules_of({"where": "value > 5"} | rule)
    again = restored(rules, snapshot.full(engine_of(rules, samples(history))))
    assert again.bearers["r0"].groups["sensor/1"].phase is phase
    assert told(again.tick(EPOCH + 60 * SECOND, 0), updates=True) == then


def test_ids_are_remembered_over_a_restart() -> None:
    """What came before the restart is a duplicate after it, and what was late is late."""
    rules = rules_of({"where": "value > 5"})
    again = restored(rules, snapshot.full(engine_of(rules, [seen(1, 9, id="a"), seen(5, 1, id="b")])))
    found = [outcome for item in (seen(1, 9, id="a"), seen(5, 1, id="b"), seen(4, 9, id="c")) for outcome in again.observe(item, 0)]
    assert notes(found) == [(Note.DUPLICATE, "a"), (Note.DUPLICATE, "b"), (Note.LATE, "c")]


def test_a_timer_that_was_run_makes_late_after_a_restart_too() -> None:
    """The instant up to which timers were run is part of the state."""
    rules = rules_of(OVER)
    engine = engine_of(rules, [seen(0, 9)])
    engine.tick(EPOCH + 20 * SECOND, 0)
    again = restored(rules, snapshot.full(engine))
    assert notes(again.observe(seen(10, 1), 0)) == [(Note.LATE, "10-1")]
    assert notes(again.observe(seen(10.000001, 1), 0)) == []


def test_what_waits_is_kept_in_the_order_of_time() -> None:
    """Observations that may still be overtaken are written by (at, id), whatever the order of their coming."""
    rules = rules_of(LATE)
    history = [seen(9, 1, kind="other", id="c"), seen(3, 1, kind="other", id="b"), seen(3, 1, kind="other", id="a")]
    sections = snapshot.full(engine_of(rules, history))
    kept = msgspec.msgpack.decode(sections["waiting/20000000"], type=list[tuple[Observation, None]])
    assert [item.id for item, _ in kept] == ["a", "b", "c"]
    assert [(item.id, rules) for item, rules in restored(rules, sections).lanes[1].waiting] == [("a", None), ("b", None), ("c", None)]


def test_a_rule_that_was_added_begins_with_nothing_and_sees_what_waits() -> None:
    """The new rule has no groups; observations that still wait under its lateness come to it too."""
    sections = snapshot.full(engine_of(rules_of(LATE), [seen(0, 9, kind="other")]))
    again = restored(rules_of(LATE, LATE | {"rule": "new"}), sections)
    assert again.bearers["new"].groups == {}
    assert [event.rule for event in alerts(again.tick(EPOCH + 20 * SECOND, 0))] == ["late", "new"]


def test_a_rule_that_was_removed_leaves_the_others_as_they_were() -> None:
    """Its sections are passed over, and are not written again."""
    sections = snapshot.full(engine_of(rules_of(OVER, OVER | {"rule": "gone"}), [seen(0, 9)]))
    again = restored(rules_of(OVER), sections)
    assert told(again.tick(EPOCH + 60 * SECOND, 0)) == [("firing", 10, 0, None, 1)]
    assert groups_in(snapshot.full(again)) == ["group/over/0"]


def test_a_rule_that_was_removed_leaves_what_waited_for_it() -> None:
    """Where the only rule on a kind is gone and another shares its lateness, the observation waits, goes, and breaks nothing."""
    both = rules_of(LATE, LATE | {"rule": "stays", "kind": "level"})
    sections = snapshot.full(engine_of(both, [seen(0, 9, kind="other"), seen(1, 9)]))
    again = restored(rules_of(LATE | {"rule": "stays", "kind": "level"}), sections)
    assert told(again.tick(EPOCH + 60 * SECOND, 0)) == [("firing", 1, 1, None, 1)]
    assert again.lanes[1].waiting == []


FIRING = {"rule": "r", "where": "value > 5"}
OTHER_SHAPES: dict[str, dict[str, Any]] = {
    "count": FIRING | {"count": 1, "within": "60s"},
    "distinct": FIRING | {"count": 1, "within": "60s", "distinct": "zone"},
    "absent": FIRING | {"absent": "60s"},
    "rate": FIRING | {"rate": {"above": 1, "per": "1s"}, "within": "60s"},
    "cluster": FIRING | {"cluster": {"sources": 2, "radius": "1km"}, "within": "60s"},
    "sequence": {"rule": "r", "sequence": [{"kind": "level"}, {"kind": "other"}], "within": "60s"},
    "unanswered": {"rule": "r", "sequence": [{"kind": "level"}, {"not": {"kind": "other"}}], "within": "60s"},
    "by more": FIRING | {"by": ["source", "zone"]},
    "by another": FIRING | {"by": ["zone"]},
    "by nothing": FIRING | {"by": []},
}


@pytest.mark.parametrize("before", [FIRING, *OTHER_SHAPES.values()], ids=["level", *OTHER_SHAPES])
@pytest.mark.parametrize("after", [FIRING, *OTHER_SHAPES.values()], ids=["level", *OTHER_SHAPES])
def test_a_rule_of_another_form_or_group_key_begins_with_nothing(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Under its old name it is a new rule: it takes over nothing that it could not understand, and the engine goes on."""
    place = Position(121.5, 31.25)
    sections = snapshot.full(engine_of(rules_of(before), [seen(at, 9 + at, position=place) for at in range(3)]))
    again = restored(rules_of(after), sections)
    kept = before == after
    assert bool(again.bearers["r"].groups) is kept
    again.observe(seen(5, 9, position=place), 0)
    again.tick(EPOCH + 500 * SECOND, 0)
    assert again.tally.rules["r"].crashed == 0
    assert snapshot.full(again)


@pytest.mark.parametrize(
    "change",
    [{"where": "value > 4"}, {"keep_firing_for": "9s"}, {"summary": "other words"}, {"severity": "critical"}, {"repeat": "1h"}],
    ids=["threshold", "quiet time", "words", "severity", "repeat"],
)
def test_a_rule_that_was_changed_otherwise_keeps_its_episodes(change: dict[str, Any]) -> None:
    """Another threshold, time or wording goes on with the alert that fires, under the same id, told by the new version."""
    rules = rules_of(FIRING)
    engine = Partition(rules)
    (fired,) = alerts(engine.observe(seen(0, 9), 0))
    changed = rules_of(FIRING | change)
    again = restored(changed, snapshot.full(engine))
    again.observe(seen(5, 1), 0)
    resolved = alerts(again.tick(EPOCH + 60 * SECOND, 0))[-1]
    assert (resolved.event.value, resolved.id, resolved.rule_version) == ("resolved", fired.id, changed.rules[0].version)


def test_a_rule_name_with_marks_in_it_keeps_its_sections() -> None:
    """Names have dots and hyphens; the number of the section is what stands behind the last stroke."""
    rules = rules_of(OVER | {"rule": "street.bin-1_a"})
    sections = snapshot.full(engine_of(rules, crowd(20)))
    assert len(restored(rules, sections).bearers["street.bin-1_a"].groups) == 20


def test_more_than_ten_sections_come_back_in_their_order() -> None:
    """Sections are read by number and not by text: a group that is new after the restart opens the right one."""
    rules = rules_of(OVER)
    many = engine_of(rules, crowd(11 * SHELF))
    sections = snapshot.full(many)
    again = restored(rules, dict(sorted(sections.items())))
    assert list(again.bearers["over"].groups) == list(many.bearers["over"].groups)
    again.observe(seen(500, 1, source="sensor/new"), 0)
    assert groups_in(snapshot.delta(again)) == ["group/over/11"]
    assert snapshot.full(again).keys() - sections.keys() == {"group/over/11"}


@pytest.mark.parametrize(
    ("by", "fields"),
    [
        (["source"], {}),
        (["zone"], {}),
        (["zone"], {"zone": "z1"}),
        (["source", "zone"], {}),
        (["attributes.n"], {"attributes": {"n": True}}),
        (["attributes.n"], {"attributes": {"n": 1}}),
        (["attributes.n", "kind"], {"attributes": {"n": [1, {"a": None}]}}),
        (["attributes.n"], {"attributes": {"n": 2**60 + 1}}),
        ([], {}),
    ],
    ids=["one", "missing", "zone", "two", "truth", "number", "list", "large", "none"],
)
def test_a_group_key_of_any_shape_is_found_again(by: list[str], fields: dict[str, Any]) -> None:
    """The group that was written is the one that the next observation of its key comes to, told alike."""
    rules = rules_of(OVER | {"by": by, "for": "0s"})
    engine = engine_of(rules, [seen(0, 9, **fields)])
    again = restored(rules, snapshot.full(engine))
    for one in (engine, again):
        (event,) = alerts([*one.observe(seen(1, 1, **fields), 0), *one.tick(EPOCH + 2 * SECOND, 0)])
        assert (event.event.value, len(one.bearers["over"].groups)) == ("resolved", 1)
    assert snapshot.full(again) == snapshot.full(engine)


def test_an_observation_is_kept_with_everything_that_it_says() -> None:
    """Position, evidence and attributes of the last match stand in the alert after a restart as they would have without it."""
    rules = rules_of(OVER | {"summary": "{attributes.plate} {unit}"})
    match = seen(0, 9, position=Position(121.5, 31.25), evidence=("evidence:sha256/a",), attributes={"plate": "A1"}, unit="m")
    engine = engine_of(rules, [match])
    again = restored(rules, snapshot.full(engine))
    one, other = (alerts(each.tick(EPOCH + 60 * SECOND, 0)) for each in (engine, again))
    assert one == other
    assert (one[0].position, one[0].evidence, one[0].summary.en) == (Position(121.5, 31.25), ("evidence:sha256/a",), "A1 m")


def test_what_can_never_be_judged_does_not_make_a_checkpoint_grow() -> None:
    """A source whose field is always missing keeps a few ids, and its section stays as small as it was."""
    engine = Partition(rules_of({"rule": "over", "where": "confidence > 0.5"}))
    for second in range(1000):
        engine.observe(seen(second, 9, id=f"{second:06}"), 0)
        if second == 10:
            small = len(snapshot.full(engine)["group/over/0"])
    group = engine.bearers["over"].groups["sensor/1"]
    assert group.ids == ("000996", "000997", "000998", "000999")
    assert len(snapshot.full(engine)["group/over/0"]) <= small


def test_what_could_not_be_judged_does_not_drive_out_ids_of_the_latest_instant() -> None:
    """Ids of the instant that was applied last stay, however many observations later ones could not be judged."""
    engine = engine_of(rules_of({"where": "confidence > 0.5"}), [seen(5, 9, id=f"a{number}", confidence=0.9) for number in range(6)])
    for number in range(20):
        engine.observe(seen(6 + number, 9, id=f"odd{number}"), 0)
    again = [outcome for number in range(6) for outcome in engine.observe(seen(5, 9, id=f"a{number}", confidence=0.9), 0)]
    assert [note for note, _ in notes(again)] == [Note.DUPLICATE] * 6
    assert notes(engine.observe(seen(25, 9, id="odd19"), 0)) == [(Note.DUPLICATE, "odd19")]
