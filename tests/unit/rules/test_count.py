"""Count rules: windows, distinct values, and what leaves when."""

from typing import Any

import msgspec

from rules.engine import Partition, snapshot
from tests.fakes.rulekit import alerts, play, rules_of, run, samples, seen

COUNT = {"kind": "door", "where": "value == true", "count": 3, "within": "10s"}


def test_the_example_of_the_semantics() -> None:
    """Three matches within ten seconds hold until the first of them leaves the window."""
    assert play(COUNT, samples("0: T, 4: T, 9: T, 30: F", kind="door")) == [("firing", 9, 9, None, 3), ("resolved", 10, 9, 10, 3)]


def test_a_match_at_the_instant_at_which_one_leaves_holds_on() -> None:
    """The window is open at its beginning: at second 10 the match of second 0 is out and the new one in."""
    assert play(COUNT, samples("0: T, 4: T, 9: T, 10: T, 30: F", kind="door")) == [
        ("firing", 9, 9, None, 3),
        ("resolved", 14, 9, 14, 4),
    ]


def test_matches_just_too_far_apart_are_not_enough() -> None:
    """A match exactly the length of the window ago does not count any more."""
    assert play(COUNT, samples("0: T, 5: T, 10: T, 30: F", kind="door")) == []


def test_what_does_not_match_is_not_counted() -> None:
    """Samples that are no match neither count nor clear."""
    assert [row[0] for row in play(COUNT, samples("0: T, 1: F, 2: T, 3: F, 4: T, 5: F", kind="door"))] == ["firing"]


def test_matches_of_one_instant_all_count() -> None:
    """Three matches at one instant are three."""
    assert play(COUNT, samples("5: T, 5: T, 5: T, 30: F", kind="door")) == [("firing", 5, 5, None, 3), ("resolved", 15, 5, 15, 3)]


def test_distinct_counts_values_and_not_matches() -> None:
    """The same source three times is one source; the count of the alert is still that of matches in the window."""
    rule = {"kind": "door", "where": "value == true", "by": ["zone"], "count": 2, "distinct": "source", "within": "10s"}
    history = [
        seen(0, True, kind="door", zone="z1", source="sensor/1"),
        seen(1, True, kind="door", zone="z1", source="sensor/1"),
        seen(2, True, kind="door", zone="z1", source="sensor/2"),
        seen(30, False, kind="door", zone="z1"),
    ]
    assert play(rule, history) == [("firing", 2, 2, None, 3), ("resolved", 11, 2, 11, 3)]


def test_distinct_sources_are_those_of_the_window() -> None:
    """An alert tells how many sources took part, and why it fired."""
    rule = rules_of({"kind": "door", "by": ["zone"], "count": 2, "within": "10s"})
    found = alerts(run(rule, [seen(0, True, kind="door", source="sensor/1"), seen(1, True, kind="door", source="sensor/2")]))
    assert found[0].distinct_sources == 2
    assert found[0].why["form"] == "count"
    assert found[0].why["observation"]["source"] == "sensor/2"


def test_a_new_episode_counts_its_own_window() -> None:
    """After the resolution the next episode counts the matches of its window, those of before included."""
    rule = COUNT | {"count": 2}
    assert play(rule, samples("0: T, 1: T, 10.5: T, 50: F", kind="door")) == [
        ("firing", 1, 1, None, 2),
        ("resolved", 10, 1, 10, 2),
        ("firing", 10.5, 10.5, None, 2),
        ("resolved", 11, 10.5, 11, 2),
    ]


def test_only_what_decides_is_kept() -> None:
    """Of a thousand matches in the window a rule that counts to three keeps three."""
    engine = Partition(rules_of(COUNT))
    for number in range(1000):
        engine.observe(seen(number / 1000, True, kind="door", id=str(number)), 0)
    assert len(engine.bearers["r0"].groups["sensor/1"].memory) == 3


def test_distinct_keeps_each_value_once_in_the_order_of_time() -> None:
    """The condition ends when the second newest value leaves the window, however often the newest comes again."""
    rule: dict[str, Any] = {"kind": "door", "by": ["zone"], "count": 2, "distinct": "source", "within": "10s"}
    history = [seen(at, True, kind="door", source=f"sensor/{source}") for at, source in ((0, 1), (1, 2), (5, 1), (7, 1), (9, 1))]
    assert play(rule, history, 60) == [("firing", 1, 1, None, 2), ("resolved", 11, 1, 11, 5)]
    ruleset = rules_of(rule)
    engine = Partition(ruleset)
    for observation in history:
        engine.observe(observation, 0)
    memory = engine.bearers["r0"].groups[None].memory
    assert list(memory.newest) == ["'sensor/2'", "'sensor/1'"]
    again = Partition(ruleset)
    snapshot.restore(again, snapshot.full(engine))
    assert again.bearers["r0"].groups[None].memory == msgspec.convert(msgspec.to_builtins(memory), type(memory))


def test_true_and_one_are_different_values() -> None:
    """A truth value and the number 1 are two values of an attribute, and 1 and 1.0 are one."""
    rule = {"kind": "door", "by": ["zone"], "count": 2, "distinct": "attributes.n", "within": "10s"}
    assert play(rule, [seen(0, True, kind="door", attributes={"n": 1}), seen(1, True, kind="door", attributes={"n": 1.0}, id="b")]) == []
    assert (
        len(play(rule, [seen(0, True, kind="door", attributes={"n": 1}), seen(1, True, kind="door", attributes={"n": True}, id="b")])) == 1
    )
