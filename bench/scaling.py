"""What an observation costs in the pure fold, by the number of rules that look at other kinds and by the number of sources."""

import statistics
import time
from collections.abc import Callable, Sequence

import msgspec

from bench.city import City
from bench.folding import Feeder, resident_bytes, with_others
from rules.model import RuleSet
from streams.fold import Record

RULES = (10, 1_000)
"""Rules of which all but the first ten look at kinds that nobody reports."""
SOURCES = (50_000, 200_000, 1_000_000)
_CHUNK = 5_000


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One measured fold.

    Attributes:
        rules: rules in the set.
        sources: devices that reported before anything was measured.
        cpu_us: processor time for one observation, decoding included, in microseconds; the median of chunks.
        ratio: to the first row, the median of the ratios of chunks that were measured one right after the other.
        bytes_per_source: memory that its state takes, where that was measured.
    """

    rules: int
    sources: int
    cpu_us: float
    ratio: float
    bytes_per_source: int | None = None


class ScalingReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop bench scaling`` prints.

    Attributes:
        rules: more rules, the same city.
        sources: more sources, the same rules, the same number of observations between two ticks for each source.
        observations: folded for each row after it was warm.
    """

    rules: tuple[Row, ...]
    sources: tuple[Row, ...]
    observations: int


def measure(
    ruleset: RuleSet,
    tell: Callable[[str], None],
    *,
    observations: int = 200_000,
    rules: Sequence[int] = RULES,
    sources: Sequence[int] = SOURCES,
) -> ScalingReport:
    """Measure both.

    The folds of a table take turns with chunks of a few thousand observations, so that whatever else the machine does
    strikes all of them alike; ratios are those of neighbours in time.
    """
    found, sizes = list[Feeder](), list[int]()
    for number in sources:
        tell(f"{number:,} sources")
        before = resident_bytes()
        feeder = Feeder(ruleset, City(sources=number))
        feeder.warm(number)
        sizes.append((resident_bytes() - before) // number)
        found.append(feeder)
    costs = _take_turns(found, observations)
    by_sources = tuple(
        Row(rules=len(ruleset.rules), sources=number, cpu_us=_us(own), ratio=_ratio(own, costs[0]), bytes_per_source=size)
        for number, own, size in zip(sources, costs, sizes, strict=True)
    )
    del found, feeder
    few = msgspec.structs.replace(ruleset, rules=ruleset.rules[: rules[0]])
    found = []
    for number in rules:
        tell(f"{number:,} rules")
        feeder = Feeder(with_others(few, number), City(sources=sources[0]))
        feeder.warm(sources[0])
        found.append(feeder)
    costs = _take_turns(found, observations)
    by_rules = tuple(
        Row(rules=number, sources=sources[0], cpu_us=_us(own), ratio=_ratio(own, costs[0]))
        for number, own in zip(rules, costs, strict=True)
    )
    return ScalingReport(rules=by_rules, sources=by_sources, observations=observations)


def _take_turns(feeders: Sequence[Feeder], observations: int) -> list[list[float]]:
    """Processor seconds for one observation, chunk by chunk, of each feeder."""
    costs: list[list[float]] = [[] for _ in feeders]
    for _ in range(max(observations // _CHUNK, 1)):
        chunks: list[tuple[list[Record], int]] = []
        for feeder in feeders:
            pairs = list(feeder.records(_CHUNK))
            chunks.append(([record for record, _ in pairs], sum(count for _, count in pairs)))
        for feeder, own, (records, count) in zip(feeders, costs, chunks, strict=True):
            began = time.process_time()
            feeder.take(records)
            own.append((time.process_time() - began) / count)
    return costs


def _us(costs: Sequence[float]) -> float:
    return round(statistics.median(costs) * 1e6, 2)


def _ratio(costs: Sequence[float], base: Sequence[float]) -> float:
    return round(statistics.median(own / other for own, other in zip(costs, base, strict=True)), 2)
