"""What a long run of very many cameras says: whether it grows, how often each camera was really judged, whether one was forgotten."""

from collections.abc import Sequence

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one process saw.

    Attributes:
        rates: the published effective rate of each camera, hertz; 0 where none was published.
        looks: frames judged.
        failed: looks that failed.
        stretch: the largest factor by which intervals were stretched.
        cpu_seconds: processor time.
        seconds: how long it ran.
        rss_mb: resident memory, 10^6 bytes, at even intervals since every camera was judged once.
    """

    rates: tuple[float, ...]
    looks: int
    failed: int
    stretch: float
    cpu_seconds: float
    seconds: float
    rss_mb: tuple[float, ...]


class EnduranceReport(msgspec.Struct, frozen=True, kw_only=True):
    """All processes together.

    Attributes:
        feeds: cameras.
        processes: they were spread over.
        seconds: the run's length.
        wanted_hertz: looks a second at each camera, as asked for.
        effective_hertz: median of the published rates.
        slowest_hertz: the least of them.
        unpublished: cameras without a published rate.
        looks: frames judged.
        failed: looks that failed.
        stretch: the largest factor by which intervals were stretched; 1 = no overload.
        cores: processor time a second.
        rss_mb: resident memory of all processes in the first, the middle and the last third, means.
        growth_mb_per_hour: from the middle third to the last. In the first the heap finds its size, for about a dozen looks at each camera.
    """

    feeds: int
    processes: int
    seconds: float
    wanted_hertz: float
    effective_hertz: float
    slowest_hertz: float
    unpublished: int
    looks: int
    failed: int
    stretch: float
    cores: float
    rss_mb: tuple[float, float, float]
    growth_mb_per_hour: float


def summed(parts: Sequence[Part], wanted: float) -> EnduranceReport:
    """The report on all processes.

    Args:
        parts: at least one.
        wanted: looks a second at each camera.
    """
    rates = sorted(rate for part in parts for rate in part.rates)
    seconds = max(part.seconds for part in parts)
    first, middle, last = (sum(_third(part.rss_mb, number) for part in parts) for number in range(3))
    measured = seconds / 3  # From the middle of the middle third to the middle of the last.
    return EnduranceReport(
        feeds=len(rates),
        processes=len(parts),
        seconds=round(seconds, 1),
        wanted_hertz=wanted,
        effective_hertz=round(rates[len(rates) // 2], 4),
        slowest_hertz=round(rates[0], 4),
        unpublished=sum(rate == 0 for rate in rates),
        looks=sum(part.looks for part in parts),
        failed=sum(part.failed for part in parts),
        stretch=round(max(part.stretch for part in parts), 2),
        cores=round(sum(part.cpu_seconds / part.seconds for part in parts), 2),
        rss_mb=(round(first, 1), round(middle, 1), round(last, 1)),
        growth_mb_per_hour=round((last - middle) / measured * 3600, 1),
    )


def _third(values: Sequence[float], number: int) -> float:
    """Mean of the first (0), the middle (1) or the last third (2)."""
    chosen = values[len(values) * number // 3 : max(1, len(values) * (number + 1) // 3)] or values
    return sum(chosen) / len(chosen) if chosen else 0.0
