"""Level rules: the examples of SEMANTICS, and what happens at exact instants."""

import pytest

from tests.fakes.rulekit import Told, alerts, play, rules_of, run, samples, seconds, seen, told

OVER = {"where": "value > 5"}


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        ({"for": "10s"}, "0: 9, 4: 9, 10: 1", []),
        ({"for": "10s"}, "0: 9, 4: 9, 11: 1", [("firing", 10, 0, None, 2), ("resolved", 11, 0, 11, 2)]),
        (
            {"for": "10s", "keep_firing_for": "5s"},
            "0: 9, 12: 1, 17: 9, 30: 1, 36: 1",
            [("firing", 10, 0, None, 1), ("resolved", 35, 0, 30, 2)],
        ),
        ({"for": "10s", "stale_after": "6s"}, "0: 9, 4: 9, 12: 9, 20: 1", []),
        ({"clear": "value < 3"}, "0: 9, 1: 4, 2: 2", [("firing", 0, 0, None, 1), ("resolved", 2, 0, 2, 1)]),
    ],
    ids=["cleared at for", "sustained", "kept", "stale", "clear"],
)
def test_the_examples_of_the_semantics(rule: dict[str, str], written: str, expected: list[Told]) -> None:
    """Each level example of SEMANTICS, section 5, comes out to the second."""
    assert play(OVER | rule, samples(written)) == expected


def test_without_for_it_fires_at_the_match() -> None:
    """The first match fires at once, the next only counts, the first sample that is none resolves."""
    assert play(OVER, samples("3: 9, 4: 8, 6: 5")) == [("firing", 3, 3, None, 1), ("resolved", 6, 3, 6, 2)]


def test_the_end_of_quiet_time_still_continues_the_episode() -> None:
    """A match at exactly the end of ``keep_firing_for`` goes on; one a microsecond later is another episode."""
    rule = OVER | {"keep_firing_for": "5s"}
    assert [row[0] for row in play(rule, samples("0: 9, 1: 1, 6: 9"))] == ["firing"]
    assert [row[0] for row in play(rule, samples("0: 9, 1: 1, 6.000001: 9"))] == ["firing", "resolved", "firing"]


def test_a_match_at_the_instant_of_the_end_goes_on() -> None:
    """Without quiet time a match at the very instant at which the condition ended still continues the episode."""
    assert play(OVER, samples("0: 9, 5: 1, 5: 9, 8: 1")) == [("firing", 0, 0, None, 1), ("resolved", 8, 0, 8, 2)]


def test_stale_with_keep_resolves_after_the_last_match_was_believed() -> None:
    """The condition ends ``stale_after`` beyond the last match, the alert ``keep_firing_for`` later; a match until then goes on."""
    rule = OVER | {"stale_after": "4s", "keep_firing_for": "3s"}
    assert play(rule, samples("0: 9, 20: 1")) == [("firing", 0, 0, None, 1), ("resolved", 7, 0, 4, 1)]
    assert play(rule, samples("0: 9, 7: 9, 20: 1")) == [("firing", 0, 0, None, 1), ("resolved", 14, 0, 11, 2)]


def test_a_match_at_the_instant_of_staleness_holds_on() -> None:
    """A match at exactly ``stale_after`` comes before the timer, so the condition never ended."""
    rule = OVER | {"stale_after": "4s", "for": "6s"}
    assert play(rule, samples("0: 9, 4: 9, 7: 1")) == [("firing", 6, 0, None, 2), ("resolved", 7, 0, 7, 2)]


def test_staleness_at_the_instant_of_for_comes_first() -> None:
    """At one instant the timer of the condition runs before that of the alert: nothing fires."""
    assert play(OVER | {"stale_after": "10s", "for": "10s"}, samples("0: 9, 30: 1")) == []


def test_a_pulse_kind_is_true_at_its_instant_only() -> None:
    """A motion fires and resolves at its own instant; a second one at that instant belongs to it."""
    rule = {"kind": "motion", "where": "value == true"}
    assert play(rule, samples("1: T, 1: T, 5: T", kind="motion")) == [
        ("firing", 1, 1, None, 1),
        ("resolved", 1, 1, 1, 2),
        ("firing", 5, 5, None, 1),
        ("resolved", 5, 5, 5, 1),
    ]


def test_a_pulse_kind_with_quiet_time_makes_one_episode_of_many() -> None:
    """Motions no further apart than ``keep_firing_for`` are one episode that ends at the last."""
    rule = {"kind": "motion", "where": "value == true", "keep_firing_for": "10s"}
    assert play(rule, samples("0: T, 10: T, 19: F, 20: T, 40: F", kind="motion")) == [
        ("firing", 0, 0, None, 1),
        ("resolved", 30, 0, 20, 3),
    ]


def test_a_sample_that_matches_and_clears_holds() -> None:
    """Where both are true of one sample the condition goes on, since it begins again where it ends."""
    rule = {"where": "value > 5", "clear": "value > 8"}
    assert play(rule, samples("0: 6, 1: 9, 2: 7")) == [("firing", 0, 0, None, 1)]


def test_clear_that_cannot_be_judged_changes_nothing() -> None:
    """An undecided ``clear`` leaves the alert firing and is told."""
    rule = rules_of({"where": "value > 5", "clear": "confidence > 0.5"})
    found = run(rule, [seen(0, 9), seen(1, 1), seen(2, 1, confidence=0.9)])
    assert told(found) == [("firing", 0, 0, None, 1), ("resolved", 2, 0, 2, 1)]
    assert [outcome.reason for outcome in found if hasattr(outcome, "reason")] == ["confidence is missing"]


def test_an_episode_at_the_end_of_the_recording_stays_open() -> None:
    """Timers run up to the end, that instant included, and not beyond it."""
    rule = OVER | {"for": "10s"}
    assert play(rule, samples("0: 9"), until=9.999999) == []
    assert play(rule, samples("0: 9"), until=10) == [("firing", 10, 0, None, 1)]


def test_groups_live_alone() -> None:
    """What one source sends neither fires nor clears for another."""
    history = [seen(0, 9, source="sensor/1"), seen(1, 1, source="sensor/2"), seen(2, 1, source="sensor/1")]
    assert play(OVER, history) == [("firing", 0, 0, None, 1), ("resolved", 2, 0, 2, 1)]


def test_an_alert_whose_source_fell_silent_is_stale() -> None:
    """While it is kept firing and when it resolves the alert says that nothing was heard; a new match makes it fresh again."""
    rule = {"where": "value > 5", "stale_after": "10s", "keep_firing_for": "20s", "repeat": "8s"}
    found = alerts(run(rules_of(rule), samples("0: 9, 20: 9, 25: 9"), 60))
    told_of = [(event.event.value, seconds(event.at), event.stale) for event in found]
    assert told_of == [
        ("firing", 0, False),
        ("updated", 8, False),
        ("updated", 16, True),
        ("updated", 24, False),
        ("updated", 32, False),
        ("updated", 40, True),
        ("updated", 48, True),
        ("resolved", 55, True),
    ]


def test_what_was_cleared_or_is_a_pulse_is_not_stale() -> None:
    """A clearing sample is news of the source, and after a pulse nothing more was to be heard."""
    cleared = alerts(run(rules_of({"where": "value > 5", "stale_after": "10s", "keep_firing_for": "5s"}), samples("0: 9, 5: 1"), 60))
    pulse = alerts(run(rules_of({"kind": "motion", "keep_firing_for": "5s"}), samples("0: T", kind="motion"), 60))
    assert [(event.event.value, event.stale) for event in cleared + pulse] == [("firing", False), ("resolved", False)] * 2
