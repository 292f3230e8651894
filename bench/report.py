"""From runs to the figures that are shown: medians of rounds, and what they say about each other."""

import statistics
from collections.abc import Sequence

import msgspec

from bench.meter import Measured


class Round(msgspec.Struct, frozen=True):
    """One run of each contender on the same observations (the baselines take the first part of them)."""

    ceiling: Measured
    plain: Measured
    engine: Measured
    baseline: Measured
    sparing: Measured


class EngineReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ``cityloop bench engine`` prints.

    Attributes:
        observations_per_second: of the engine: one process, one core.
        cpu_us_per_observation: processor time of the engine's process.
        ceiling_per_second: the same envelopes consumed and decoded, and nothing else.
        of_ceiling: the engine's part of it, 0 to 1.
        plain_per_second: the same, through Faust as it comes instead of the engine's own path: it does not move when that is made faster.
        of_plain: the engine to that.
        baseline_per_second: an agent with ``async for`` on single JSON observations, which assigns its table on each.
        ratio: engine to baseline.
        sparing_per_second: the same agent, which assigns its table only when something changed.
        sparing_ratio: engine to that.
        rss_mb: the engine's largest resident memory, in 10^6 bytes.
        rules: rules in the set.
        sources: devices that reported.
        observations: per round, for ceiling and engine.
        baseline_observations: per round, for the baseline.
        outputs: alert events that the engine published in a round.
        envelope: mean observations in a record.
        rounds: of which these are the medians.
        spread: the slowest and the fastest round of the engine, observations per second.
        baseline_cpu_us_per_observation: processor time of the baseline's process.
        sparing_cpu_us_per_observation: the same, when it spares its table.
        ceiling_cpu_us_per_observation: processor time of the ceiling's process.
        plain_cpu_us_per_observation: processor time through Faust as it comes.
        broker: ``embedded`` or the address that was given.
    """

    observations_per_second: float
    cpu_us_per_observation: float
    ceiling_per_second: float
    of_ceiling: float
    plain_per_second: float
    of_plain: float
    baseline_per_second: float
    ratio: float
    sparing_per_second: float
    sparing_ratio: float
    rss_mb: float
    rules: int
    sources: int
    observations: int
    baseline_observations: int
    outputs: int
    envelope: float
    rounds: int
    spread: tuple[float, float]
    baseline_cpu_us_per_observation: float
    sparing_cpu_us_per_observation: float
    ceiling_cpu_us_per_observation: float
    plain_cpu_us_per_observation: float
    broker: str


def per_second(runs: Sequence[Measured]) -> float:
    """The median rate of runs."""
    return statistics.median(run.per_second for run in runs)


def cpu_us(runs: Sequence[Measured]) -> float:
    """The median processor time for one observation, in microseconds."""
    return statistics.median(run.cpu_seconds / run.observations * 1e6 for run in runs)


def summarise(rounds: Sequence[Round], *, rules: int, sources: int, envelope: float, broker: str) -> EngineReport:
    """The medians of rounds.

    Raises:
        ValueError: there is no round, or the engine's outputs differ between rounds: equal input must give equal output.
    """
    if not rounds:
        msg = "a report needs at least one round"
        raise ValueError(msg)
    outputs = {found.engine.outputs for found in rounds}
    if len(outputs) != 1:
        msg = f"the engine published {sorted(outputs)} records on equal input"
        raise ValueError(msg)
    names = ("ceiling", "plain", "engine", "baseline", "sparing")
    ceiling, plain, engine, baseline, sparing = ([getattr(found, name) for found in rounds] for name in names)
    rate, top, as_it_comes, base, spared = (per_second(runs) for runs in (engine, ceiling, plain, baseline, sparing))
    rates = [run.per_second for run in engine]
    return EngineReport(
        observations_per_second=round(rate),
        cpu_us_per_observation=round(cpu_us(engine), 2),
        ceiling_per_second=round(top),
        of_ceiling=round(rate / top, 3),
        plain_per_second=round(as_it_comes),
        of_plain=round(rate / as_it_comes, 3),
        baseline_per_second=round(base),
        ratio=round(rate / base, 1),
        sparing_per_second=round(spared),
        sparing_ratio=round(rate / spared, 1),
        rss_mb=round(max(run.rss_mb for run in engine), 1),
        rules=rules,
        sources=sources,
        observations=engine[0].observations,
        baseline_observations=baseline[0].observations,
        outputs=outputs.pop(),
        envelope=round(envelope, 1),
        rounds=len(rounds),
        spread=(round(min(rates)), round(max(rates))),
        baseline_cpu_us_per_observation=round(cpu_us(baseline), 2),
        sparing_cpu_us_per_observation=round(cpu_us(sparing), 2),
        ceiling_cpu_us_per_observation=round(cpu_us(ceiling), 2),
        plain_cpu_us_per_observation=round(cpu_us(plain), 2),
        broker=broker,
    )
