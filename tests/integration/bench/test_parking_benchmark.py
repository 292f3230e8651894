"""``cityloop bench parking`` in small: real model, real footage, the product's own judge and evaluation."""

import os

import pytest

from bench.detectors.footage import find_clips
from bench.detectors.parking import RATES, measure
from bench.detectors.storyboard import NEGATIVES, STAYS
from detectors.inference.detector import NanoDet
from tests.fakes.footage import real_model

TUNING = 1001
"""A seed that the scene was tuned on: this shows that the benchmark works, not how good the scene is."""


@pytest.mark.slow
def test_two_stays_are_told_once_each_and_two_negatives_are_not() -> None:
    """At one look a second and one in five, on the same pictures; each is asked about once."""
    clips, absent = find_clips(os.environ)
    if not clips:
        pytest.skip("; ".join(absent))
    said: list[str] = []
    report = measure(NanoDet(real_model()), said.append, os.environ, seed=TUNING, stays=2, negatives=2)
    assert said == absent
    assert [one.rate for one in report.rates] == list(RATES)
    for one in report.rates:
        figures = one.figures
        assert (figures.events, figures.told, figures.matched, figures.false_alarms, figures.flaps) == (2, 2, 2, 0, 0), one.rate
        assert set(one.conditions) == {*list(STAYS)[:2], *list(NEGATIVES)[:2]}
        assert [row.wrong for row in one.conditions.values()] == [()] * 4
        assert figures.seconds_to_alert.p95 is not None
        assert figures.seconds_to_alert.p95 <= 2 * RATES[one.rate]
    assert 100 < report.pictures < 200
