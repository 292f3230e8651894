"""How long a step took: percentiles of differences of times."""

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from config.moment import Micros


class Quantiles(msgspec.Struct, frozen=True):
    """Milliseconds; ``None`` where nothing was measured.

    Attributes:
        p50: half of all were at most this.
        p99: 99 of 100 were at most this.
    """

    p50: float | None
    p99: float | None


def differences(began: Mapping[str, Micros], ended: Mapping[str, Micros]) -> list[Micros]:
    """Lengths of time of everything that has both ends, by id."""
    return [ended[name] - began[name] for name in began.keys() & ended.keys()]


def quantiles(lengths: Iterable[Micros]) -> Quantiles:
    """The nearest-rank percentiles (the smallest value that at least so many are not above), in milliseconds."""
    ordered = sorted(lengths)
    return Quantiles(_rank(ordered, 0.50), _rank(ordered, 0.99))


def _rank(ordered: Sequence[Micros], part: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[max(math.ceil(part * len(ordered)) - 1, 0)] / 1000, 1)
