"""Rate: over which samples, against which bound, held until the next."""

from typing import Any

import pytest

from tests.fakes.rulekit import Told, notes, play, rules_of, run, samples, seen

RISING: dict[str, Any] = {"rate": {"above": 6, "per": "60s"}, "within": "60s"}


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        ({}, "0: 0, 10: 1", []),
        ({}, "0: 0, 10: 1.1, 20: 1.2", [("firing", 10, 10, None, 1), ("resolved", 20, 10, 20, 2)]),
        ({}, "0: 0, 0: 100", []),
        ({}, "0: 0, 60: 100", []),
        ({}, "0: 0, 59: 100, 300: 100", [("firing", 59, 59, None, 1), ("resolved", 300, 59, 300, 2)]),
        ({"rate": {"below": -6, "per": "60s"}}, "0: 9, 10: 7, 20: 7", [("firing", 10, 10, None, 1), ("resolved", 20, 10, 20, 2)]),
    ],
    ids=["exactly the bound", "above", "one instant", "outside the window", "held until the next sample", "below"],
)
def test_a_rate_is_judged_at_each_sample(rule: dict[str, Any], written: str, expected: list[Told]) -> None:
    """The change over the samples of the window, for each ``per``, is compared with the bound."""
    assert play(RISING | rule, samples(written)) == expected


def test_only_matches_are_samples() -> None:
    """What ``where`` sorts out changes neither the window nor the condition."""
    rule = RISING | {"where": "value < 50"}
    assert [row[0] for row in play(rule, samples("0: 0, 10: 10, 11: 99, 12: 12"))] == ["firing"]


def test_a_value_that_is_no_number_cannot_be_judged() -> None:
    """A text where a number should be is told."""
    found = run(rules_of(RISING), [seen(0, "high")])
    assert [(note.value, len(found)) for note, _ in notes(found)] == [("undecided", 1)]
