"""Level rules at exact instants: each bound a microsecond before, at, and after."""

from typing import Any

import pytest

from tests.fakes.rulekit import Told, play, samples, seen

OVER: dict[str, Any] = {"where": "value > 5"}


def fires(at: float, start: float, count: int) -> Told:
    """A firing as the tables have it."""
    return ("firing", at, start, None, count)


def ends(at: float, start: float, end: float, count: int) -> Told:
    """A resolution as the tables have it."""
    return ("resolved", at, start, end, count)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0: 9, 9.999999: 1", []),
        ("0: 9, 10: 1", []),
        ("0: 9, 10.000001: 1", [fires(10, 0, 1), ends(10.000001, 0, 10.000001, 1)]),
        ("0: 9, 10: 9, 11: 1", [fires(10, 0, 2), ends(11, 0, 11, 2)]),
        ("0: 9, 10: 1, 10: 9, 20: 9", [fires(20, 10, 2)]),
        ("0: 9, 5: 1, 5: 9, 15: 9", [fires(15, 5, 2)]),
        ("0: 9, 5: 9, 5: 1, 15: 9, 25: 1", []),
        ("0: 9, 3: 1, 4: 9, 13: 9, 14.5: 1", [fires(14, 4, 2), ends(14.5, 4, 14.5, 2)]),
    ],
    ids=[
        "ends before",
        "ends at the instant",
        "ends after",
        "a match at the instant counts",
        "clears and begins at the instant",
        "a gap of no length begins anew",
        "what ends an instant ends it",
        "the second attempt counts from its own start",
    ],
)
def test_for_is_the_whole_of_a_closed_span(written: str, expected: list[Told]) -> None:
    """The condition must hold on [s, s + for]; an interruption, however short, begins the wait anew."""
    assert play(OVER | {"for": "10s"}, samples(written)) == expected


@pytest.mark.parametrize(
    ("written", "until", "expected"),
    [
        ("0: 9, 4: 1", 8.999999, [fires(0, 0, 1)]),
        ("0: 9, 4: 1", 9, [fires(0, 0, 1), ends(9, 0, 4, 1)]),
        ("0: 9, 4: 1, 8.999999: 9, 20: 1", 60, [fires(0, 0, 1), ends(25, 0, 20, 2)]),
        ("0: 9, 4: 1, 9: 9, 9: 1", 60, [fires(0, 0, 1), ends(14, 0, 9, 2)]),
        ("0: 9, 4: 1, 9: 1, 9: 9, 10: 1", 60, [fires(0, 0, 1), ends(15, 0, 10, 2)]),
        ("0: 9, 4: 1, 6: 1, 8: 1", 60, [fires(0, 0, 1), ends(9, 0, 4, 1)]),
        ("0: 9, 4: 1, 9.000001: 9, 9.000002: 1", 60, [fires(0, 0, 1), ends(9, 0, 4, 1), fires(9.000001, 9.000001, 1), ends(14.000002, 9.000001, 9.000002, 1)]),
        ("0: 9, 4: 1, 8: 9, 10: 1, 14: 9, 16: 1", 60, [fires(0, 0, 1), ends(21, 0, 16, 3)]),
    ],
    ids=[
        "not yet over",
        "over at the instant",
        "again just before",
        "again at the instant and over at once",
        "another clearing sample at the instant",
        "clearing samples do not put it off",
        "again just after is another episode",
        "again and again is one episode",
    ],
)  # fmt: skip
def test_keep_firing_for_is_a_closed_span(written: str, until: float, expected: list[Told]) -> None:
    """The alert resolves at e + keep_firing_for unless the condition holds again up to and including that instant."""
    assert play(OVER | {"keep_firing_for": "5s"}, samples(written), until) == expected


def test_what_goes_on_needs_no_new_pending_time() -> None:
    """Within keep_firing_for one match is enough, however long ``for`` is; after it the wait begins anew."""
    rule = OVER | {"for": "10s", "keep_firing_for": "5s"}
    history = "0: 9, 12: 1, 17: 9, 17.5: 1, 22.500001: 9, 24: 1"
    assert play(rule, samples(history), 60) == [fires(10, 0, 1), ends(22.5, 0, 17.5, 2)]


def test_quiet_time_of_a_pending_alert_is_none() -> None:
    """An alert that has not fired is dropped at once: keep_firing_for keeps only what fires."""
    rule = OVER | {"for": "10s", "keep_firing_for": "30s"}
    assert play(rule, samples("0: 9, 5: 1, 6: 9, 12: 1"), 60) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0: 9", [fires(0, 0, 1), ends(6, 0, 6, 1)]),
        ("0: 9, 6: 9", [fires(0, 0, 1), ends(12, 0, 12, 2)]),
        ("0: 9, 6.000001: 9", [fires(0, 0, 1), ends(6, 0, 6, 1), fires(6.000001, 6.000001, 1), ends(12.000001, 6.000001, 12.000001, 1)]),
        ("0: 9, 6: 1", [fires(0, 0, 1), ends(6, 0, 6, 1)]),
        ("0: 9, 3: 9, 4: 1", [fires(0, 0, 1), ends(4, 0, 4, 2)]),
        ("0: 9, 3: 1, 5: 9", [fires(0, 0, 1), ends(3, 0, 3, 1), fires(5, 5, 1), ends(11, 5, 11, 1)]),
    ],
    ids=["believed so long", "again at the instant", "again after", "cleared at the instant", "cleared before", "a clearing sample ends the timer"],
)  # fmt: skip
def test_a_match_is_believed_so_long(written: str, expected: list[Told]) -> None:
    """With stale_after the condition holds at most so long beyond the last match, half-open at its end."""
    assert play(OVER | {"stale_after": "6s"}, samples(written), 60) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0: 9, 1: 3, 2: 2.999999", [fires(0, 0, 1), ends(2, 0, 2, 1)]),
        ("0: 9, 1: 4, 2: 5, 3: 9, 4: 2", [fires(0, 0, 1), ends(4, 0, 4, 2)]),
        ("0: 4, 1: 2, 2: 4", []),
        ("0: 9, 1: 2, 2: 4, 3: 6, 4: 4, 5: 2", [fires(0, 0, 1), ends(1, 0, 1, 1), fires(3, 3, 1), ends(5, 3, 5, 1)]),
    ],
    ids=["exactly the bound does not clear", "between the bounds nothing changes", "between the bounds nothing begins", "a second episode"],
)
def test_hysteresis(written: str, expected: list[Told]) -> None:
    """With ``clear`` a sample that is neither a match nor clear changes nothing, whichever state there is."""
    assert play(OVER | {"clear": "value < 3"}, samples(written), 60) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0: 9, 3: 4, 7: 4", [fires(0, 0, 1), ends(6, 0, 6, 1)]),
        ("0: 9, 3: 4, 5: 9, 8: 4, 20: 4", [fires(0, 0, 1), ends(11, 0, 11, 2)]),
        ("0: 9, 5: 2", [fires(0, 0, 1), ends(5, 0, 5, 1)]),
    ],
    ids=["a sample between does not refresh", "only a match refreshes", "clear comes first"],
)
def test_hysteresis_with_staleness(written: str, expected: list[Told]) -> None:
    """Only a match makes a match younger: samples between the bounds do not keep it believed."""
    assert play(OVER | {"clear": "value < 3", "stale_after": "6s"}, samples(written), 60) == expected


def test_hysteresis_with_for() -> None:
    """Samples between the bounds do not interrupt the pending time; one that clears does."""
    rule = OVER | {"clear": "value < 3", "for": "10s"}
    assert play(rule, samples("0: 9, 5: 4, 12: 4"), 60) == [fires(10, 0, 1)]
    assert play(rule, samples("0: 9, 5: 2, 6: 4, 12: 4"), 60) == []


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        ({}, "0: T", [fires(0, 0, 1), ends(0, 0, 0, 1)]),
        ({}, "0: F", []),
        ({}, "0: T, 0.000001: T", [fires(0, 0, 1), ends(0, 0, 0, 1), fires(0.000001, 0.000001, 1), ends(0.000001, 0.000001, 0.000001, 1)]),
        ({"keep_firing_for": "10s"}, "0: T, 10: T", [fires(0, 0, 1), ends(20, 0, 10, 2)]),
        ({"keep_firing_for": "10s"}, "0: T, 10.000001: T", [fires(0, 0, 1), ends(10, 0, 0, 1), fires(10.000001, 10.000001, 1), ends(20.000001, 10.000001, 10.000001, 1)]),
        ({"keep_firing_for": "10s"}, "0: T, 5: F", [fires(0, 0, 1), ends(10, 0, 0, 1)]),
        ({"stale_after": "8s"}, "0: T, 8: T", [fires(0, 0, 1), ends(16, 0, 16, 2)]),
        ({"stale_after": "8s", "for": "8s"}, "0: T, 8: T", [fires(8, 0, 2), ends(16, 0, 16, 2)]),
        ({"stale_after": "8s", "for": "8s"}, "0: T, 8.000001: T", []),
    ],
    ids=["one", "none", "two", "kept at the instant", "kept no longer", "a sample that is none changes nothing", "said to last", "sustained", "broken off"],
)  # fmt: skip
def test_pulse_kinds(rule: dict[str, Any], written: str, expected: list[Told]) -> None:
    """A kind that is true at one instant ends there, unless keep_firing_for or stale_after say otherwise."""
    assert play({"kind": "motion", "where": "value == true"} | rule, samples(written, kind="motion"), 60) == expected


def test_a_kind_that_lasts_can_be_made_a_pulse() -> None:
    """``stale_after: 0s`` says of any kind that a match is true at its instant only."""
    assert play(OVER | {"stale_after": "0s"}, samples("0: 9, 5: 9"), 60) == [
        fires(0, 0, 1),
        ends(0, 0, 0, 1),
        fires(5, 5, 1),
        ends(5, 5, 5, 1),
    ]


def test_several_kinds_of_one_rule_are_one_condition() -> None:
    """A match of one kind is ended by a sample of the other that is no match, within the same group."""
    rule = OVER | {"kind": ["level", "other"]}
    history = [seen(0, 9), seen(1, 9, kind="other"), seen(2, 1, kind="other"), seen(3, 1)]
    assert play(rule, history) == [fires(0, 0, 1), ends(2, 0, 2, 2)]


def test_undecided_samples_neither_end_nor_refresh() -> None:
    """A sample that cannot be judged leaves pending time and staleness as they were."""
    rule = {"where": "confidence > 0.5", "for": "10s", "stale_after": "12s"}
    history = [seen(0, 9, confidence=0.9), seen(5, 9), seen(11, 9)]
    assert play(rule, history, 60) == [fires(10, 0, 1), ends(12, 0, 12, 1)]


def test_times_are_exact_to_the_microsecond_and_beyond_the_second() -> None:
    """Sums of fractions are those of whole numbers: no instant is rounded on its way."""
    rule = OVER | {"for": "333ms", "keep_firing_for": "1ms"}
    assert play(rule, samples("0.000001: 9, 0.333002: 1"), 60) == [fires(0.333001, 0.000001, 1), ends(0.334002, 0.000001, 0.333002, 1)]


def test_before_1970_is_a_time_too() -> None:
    """Instants are numbers from an epoch, and those before it are as good."""
    far = -2_000_000_000.0
    assert play(OVER | {"for": "10s"}, [seen(far, 9), seen(far + 11, 1)]) == [fires(far + 10, far, 1), ends(far + 11, far, far + 11, 1)]


def test_ties_are_applied_in_the_order_of_ids_when_they_wait() -> None:
    """Under a lateness the observations of one instant go by id, so that the order of arrival does not matter."""
    one, other = seen(5, 9, id="a"), seen(5, 1, id="b")
    rule = OVER | {"lateness": "10s"}
    expected = [fires(5, 5, 1), ends(5, 5, 5, 1)]
    assert play(rule, [one, other], 60) == play(rule, [other, one], 60) == expected
    assert play(rule, [seen(5, 1, id="a"), seen(5, 9, id="b")], 60) == [fires(5, 5, 1)]
