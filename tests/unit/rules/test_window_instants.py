"""Count, distinct and rate at the bounds of their windows, and with several matches at one instant."""

from typing import Any

import pytest

from streams.observation import Observation
from tests.fakes.rulekit import alerts, notes, play, rules_of, run, samples, seen, told

DOORS: dict[str, Any] = {"kind": "door", "where": "value == true", "within": "10s"}


def doors(text: str) -> list[Observation]:
    """Matches at seconds: ``0 4 9``; a letter behind a second is its source."""
    found = []
    for number, part in enumerate(text.split()):
        second = part.rstrip("abcdef")
        found.append(seen(float(second), True, kind="door", source=f"sensor/{part[len(second) :] or 'a'}", zone="z1", id=f"{number:02}"))
    return found


def spans(rule: dict[str, Any], history: list[Observation]) -> list[tuple[float, float]]:
    """When each alert began and when its trouble ended."""
    return [(row[2], row[3]) for row in play(rule, history, 1000) if row[3] is not None]


@pytest.mark.parametrize(
    ("needed", "written", "expected"),
    [
        (1, "0", [(0, 10)]),
        (1, "0 10", [(0, 20)]),
        (1, "0 10.000001", [(0, 10), (10.000001, 20.000001)]),
        (2, "0 9.999999", [(9.999999, 10)]),
        (2, "0 10", []),
        (2, "0 10 19", [(19, 20)]),
        (2, "0 5 10", [(5, 15)]),
        (2, "0 5 10.000001", [(5, 10), (10.000001, 15)]),
        (3, "0 0 0", [(0, 10)]),
        (3, "0 0 10", []),
        (3, "0 4 9 10 14", [(9, 19)]),
        (3, "0 1 2 3 4 5 6 7", [(2, 15)]),
    ],
    ids=[
        "one match lasts the window",
        "the next at the end holds on",
        "the next after the end does not",
        "two just within",
        "two just apart",
        "only the later two",
        "one leaves as one enters",
        "one leaves before one enters",
        "three at one instant",
        "two and one that is too late",
        "a chain",
        "more than enough ends with the third newest",
    ],
)
def test_the_window_is_open_at_its_beginning(needed: int, written: str, expected: list[tuple[float, float]]) -> None:
    """The condition holds while at least N matches lie in (t - within, t]; its end is the N-th newest match's leaving."""
    assert spans(DOORS | {"count": needed}, doors(written)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0a 0a 0a", []),
        ("0a 5b", [(5, 10)]),
        ("0a 5b 9a", [(5, 15)]),
        ("0a 5b 9a 14a", [(5, 15)]),
        ("0a 5b 9a 15b", [(5, 19)]),
        ("0a 5b 9a 15.000001b", [(5, 15), (15.000001, 19)]),
        ("0a 10b", []),
        ("0a 9.999999b", [(9.999999, 10)]),
        ("0a 0b 3c", [(0, 10)]),
        ("0a 1b 2c 12a", [(1, 11)]),
        ("0a 0a 0b 10a", [(0, 10)]),
    ],
    ids=[
        "one value",
        "two values",
        "the older comes again",
        "the newer value alone comes again",
        "both in turn, one at the end",
        "both in turn, one after the end",
        "just apart",
        "just within",
        "the third is not asked for",
        "the second newest decides",
        "at the end the other value is gone too",
    ],
)
def test_distinct_counts_the_newest_of_each_value(written: str, expected: list[tuple[float, float]]) -> None:
    """With ``distinct`` the condition ends when the N-th newest value was last seen ``within`` ago."""
    assert spans(DOORS | {"count": 2, "by": ["zone"], "distinct": "source"}, doors(written)) == expected


@pytest.mark.parametrize(
    ("values", "enough"),
    [
        (("a", "b"), True),
        (("a", "a"), False),
        ((None, "a"), True),
        ((1, "1"), True),
        ((1, 1.0), False),
        ((True, 1), True),
        ((["a"], ["a"]), False),
        (({"x": 1, "y": 2}, {"y": 2, "x": 1}), False),
    ],
    ids=[
        "texts",
        "one text",
        "missing is a value",
        "number and text",
        "whole number",
        "truth and number",
        "lists",
        "objects in another order",
    ],
)
def test_what_is_a_different_value(values: tuple[Any, Any], enough: bool) -> None:
    """Attributes differ as JSON values differ; one that is missing is a value of its own."""
    rule = DOORS | {"count": 2, "distinct": "attributes.plate"}
    history = [
        seen(number, True, kind="door", id=str(number), attributes={} if value is None else {"plate": value})
        for number, value in enumerate(values)
    ]
    assert bool(play(rule, history)) is enough


@pytest.mark.parametrize(("needed", "written", "count", "sources"), [(3, "0a 1b 2a", 3, 2), (2, "0a 0b 0c", 2, 2), (2, "0a 10a 11b", 2, 2)])
def test_an_alert_begins_with_the_matches_in_its_window(needed: int, written: str, count: int, sources: int) -> None:
    """At the beginning count and distinct_sources are those of the window, the match that made it full included."""
    event = alerts(run(rules_of(DOORS | {"count": needed, "by": ["zone"]}), doors(written)))[0]
    assert (event.count, event.distinct_sources) == (count, sources)


def test_matches_go_on_counting_while_it_fires_and_while_it_is_kept() -> None:
    """Each match from the beginning on adds to the count, those in quiet time that do not suffice too."""
    rule = DOORS | {"count": 2, "keep_firing_for": "20s"}
    assert play(rule, doors("0 1 2 25"), 100) == [("firing", 1, 1, None, 2), ("resolved", 31, 1, 11, 4)]


def test_quiet_time_that_becomes_full_again_is_one_episode() -> None:
    """Two matches within keep_firing_for raise the condition again in the same episode."""
    rule = DOORS | {"count": 2, "keep_firing_for": "20s"}
    assert play(rule, doors("0 1 25 26"), 100) == [("firing", 1, 1, None, 2), ("resolved", 55, 1, 35, 4)]


def test_count_with_for_must_stay_full() -> None:
    """The window must hold enough on the whole of [s, s + for]; at the very end the leaving comes first."""
    assert play(DOORS | {"count": 2, "for": "9s"}, doors("0 1"), 100) == []
    assert play(DOORS | {"count": 2, "for": "8999ms"}, doors("0 1"), 100) == [("firing", 9.999, 1, None, 2), ("resolved", 10, 1, 10, 2)]
    assert [row[:2] for row in play(DOORS | {"count": 2, "for": "9s"}, doors("0 1 10"), 100)] == [("firing", 10), ("resolved", 11)]


def test_a_match_from_before_a_restart_of_the_window_is_not_counted_twice() -> None:
    """A second episode has the matches of its own window and no sum with the first."""
    events = told(run(rules_of(DOORS | {"count": 3}), doors("0 1 2 50 51 52"), 100))
    assert [row[4] for row in events] == [3, 3, 3, 3]


RATE: dict[str, Any] = {"rate": {"above": 1, "per": "1s"}, "within": "10s"}


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        (RATE, "0: 0, 5: 5", []),
        (RATE, "0: 0, 5: 5.000001", [5.0]),
        (RATE, "0: 0, 0: 7", []),
        (RATE, "0: 0, 0: 7, 1: 2", [1.0]),
        (RATE, "0: 3, 0: 0, 1: 3", []),
        (RATE, "0: 0, 1: 0, 1: 9", [1.0]),
        (RATE, "0: 0, 1: 9, 1: 0", [1.0]),
        (RATE, "0: 0, 9.999999: 11", [9.999999]),
        (RATE, "0: 0, 10: 11", []),
        (RATE, "0: 0, 10: 11, 11: 13", [11.0]),
        (RATE | {"rate": {"below": 1, "per": "1s"}}, "0: 0, 5: 5", []),
        (RATE | {"rate": {"below": 1, "per": "1s"}}, "0: 0, 5: 4.999999", [5.0]),
        (RATE | {"rate": {"below": 0, "per": "1s"}}, "0: 0, 5: 0", []),
        (RATE | {"rate": {"above": 60, "per": "1m"}}, "0: 0, 5: 5", []),
        (RATE | {"rate": {"above": 60, "per": "1m"}}, "0: 0, 5: 5.1", [5.0]),
        (RATE | {"rate": {"above": -1, "per": "1s"}}, "0: 5, 5: 0.5", [5.0]),
        (RATE, "0: 0", []),
    ],
    ids=[
        "exactly the bound",
        "just above",
        "one instant has no rate",
        "the first of an instant is the first",
        "of an instant the order counts",
        "the last of an instant is the last",
        "each sample is judged",
        "just within",
        "just outside",
        "the window slides",
        "exactly the lower bound",
        "just below",
        "no change is not below nothing",
        "per minute exactly",
        "per minute above",
        "falling more slowly than the bound",
        "one sample",
    ],
)  # fmt: skip
def test_a_rate_compares_first_and_last_of_its_window(rule: dict[str, Any], written: str, expected: list[float]) -> None:
    """(last - first) / time * per against the bound, strictly, over the samples in (t - within, t] at two instants at least."""
    assert [row[1] for row in play(rule, samples(written)) if row[0] == "firing"] == expected


def test_a_rate_holds_until_a_sample_says_otherwise() -> None:
    """Time alone does not end it: a silent source goes on firing, and a lone sample after the silence ends it."""
    assert play(RATE, samples("0: 0, 1: 5"), 500) == [("firing", 1, 1, None, 1)]
    assert play(RATE, samples("0: 0, 1: 5, 400: 500"), 500) == [("firing", 1, 1, None, 1), ("resolved", 400, 1, 400, 2)]


def test_a_rate_can_be_sustained_and_kept() -> None:
    """``for`` asks for samples that say so all along; within keep_firing_for the episode goes on."""
    rule = RATE | {"for": "2s", "keep_firing_for": "3s"}
    history = "0: 0, 1: 5, 2: 10, 4: 12, 5: 0, 8: 90, 9: 0"
    assert play(rule, samples(history), 60) == [("firing", 3, 1, None, 2), ("resolved", 12, 1, 9, 6)]


@pytest.mark.parametrize("value", [True, "high"], ids=["truth", "text"])
def test_a_rate_needs_numbers(value: Any) -> None:
    """A value without number changes neither window nor condition, and the reason names its type."""
    history = [seen(0, 0), seen(1, value), seen(2, 1)]
    found = run(rules_of(RATE), history)
    assert (len(notes(found)), told(found)) == (1, [])
    (reason,) = [outcome.reason for outcome in found if hasattr(outcome, "reason")]
    assert reason.endswith("not a number")
