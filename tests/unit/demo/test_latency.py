"""Percentiles of lengths of time."""

import pytest

from cityloop.demo.tally.latency import Quantiles, differences, quantiles


def test_nothing_measured_is_nothing_said() -> None:
    """Without a measurement there is no figure, not a zero."""
    assert quantiles([]) == Quantiles(None, None)


@pytest.mark.parametrize(("number", "p50", "p99"), [(1, 1.0, 1.0), (2, 1.0, 2.0), (100, 50.0, 99.0), (200, 100.0, 198.0)])
def test_the_nearest_rank(number: int, p50: float, p99: float) -> None:
    """A percentile is one of the values: the smallest that enough values are not above."""
    assert quantiles([value * 1000 for value in range(number, 0, -1)]) == Quantiles(p50, p99)


def test_only_what_has_both_ends_counts() -> None:
    """An alert without a ticket has no length."""
    assert sorted(differences({"a": 10, "b": 20, "c": 5}, {"a": 15, "b": 40, "x": 1})) == [5, 20]
