"""Intervals for proportions and rates that stay honest for few events."""

from collections.abc import Sequence
from math import exp, log, sqrt

NORMAL_95 = 1.959963984540054
"""The 97.5th percentile of the normal distribution: 95 % lie within, to both sides."""

Interval = tuple[float, float]


def wilson(good: int, total: int, z: float = NORMAL_95) -> Interval | None:
    """The Wilson score interval of a proportion (E. B. Wilson, JASA 22, 1927), 0 to 1; ``None`` without trials."""
    if total == 0:
        return None
    share, square = good / total, z * z / total
    centre, half = share + square / 2, z * sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, (centre - half) / (1 + square)), min(1.0, (centre + half) / (1 + square))


def most_expected(seen: int, confidence: float = 0.95) -> float:
    """The largest mean of a Poisson distribution under which so few would still be seen (Garwood, Biometrika 28, 1936), one-sided.

    For none seen at 95 % it is the "rule of three": -ln 0.05 = 2.996.
    """
    low, high = 0.0, seen + 10.0 * sqrt(seen + 1) + 10.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(seen, middle) > 1 - confidence else (low, middle)
    return high


def _at_most(seen: int, mean: float) -> float:
    """Probability that a Poisson variable is at most ``seen``."""
    if mean == 0:
        return 1.0
    term, total = -mean, 0.0
    for count in range(seen + 1):
        total += exp(term)
        term += log(mean) - log(count + 1)
    return total


def percentile(values: Sequence[float], part: float) -> float | None:
    """The value below which a part of all lies (nearest rank); ``None`` of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -int(-part * len(ranked) // 1) - 1))]
