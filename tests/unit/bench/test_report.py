"""Counting within a process, and the figures that come of it."""

import pytest

from bench.meter import Measured, Meter, cpu_seconds, peak_rss_mb
from bench.report import Round, summarise


class Ticking:
    """A clock that goes on by a step each time it is read."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        """The next reading."""
        self.now += self.step
        return self.now


def measured(rate: float, *, cpu: float = 1.0, outputs: int = 0, rss: float = 50.0) -> Measured:
    """A run of 1,000 observations at a rate."""
    return Measured(observations=1_000, seconds=1_000 / rate, cpu_seconds=cpu, rss_mb=rss, outputs=outputs)


def test_a_meter_measures_from_the_first_to_the_last() -> None:
    """Time and processor time count from the first record at hand, and the end is told once."""
    told: list[Measured] = []
    meter = Meter(3, 30, told.append, clock=Ticking(2.0), cpu=Ticking(0.5), rss=lambda: 7.0)
    meter.begin()
    for _ in range(5):
        meter.outputs += 1
        meter.take()
    assert told == [Measured(observations=30, seconds=2.0, cpu_seconds=0.5, rss_mb=7.0, outputs=3)]
    assert meter.taken == 5


def test_a_meter_says_nothing_before_the_end() -> None:
    """A run that has not taken everything has no result."""
    told: list[Measured] = []
    Meter(2, 30, told.append, clock=Ticking(1.0)).take()
    assert told == []


def test_this_process_has_used_time_and_memory() -> None:
    """The real probes give seconds and megabytes."""
    assert cpu_seconds() > 0
    assert 5 < peak_rss_mb() < 10_000


def test_a_report_has_the_medians_of_rounds() -> None:
    """Each figure is the median over rounds, and the relations are those of the medians."""
    rounds = [
        Round(
            ceiling=measured(400_000),
            plain=measured(200_000, cpu=0.005),
            engine=measured(rate, cpu=cpu, outputs=9, rss=rss),
            baseline=measured(4_000, cpu=0.25),
            sparing=measured(8_000),
        )
        for rate, cpu, rss in ((90_000, 0.009, 70.0), (100_000, 0.010, 80.0), (120_000, 0.012, 75.0))
    ]
    report = summarise(rounds, rules=3, sources=50_000, envelope=99.87, broker="embedded")
    assert report.observations_per_second == 100_000
    assert report.ceiling_per_second == 400_000
    assert report.of_ceiling == 0.25
    assert (report.plain_per_second, report.of_plain, report.plain_cpu_us_per_observation) == (200_000, 0.5, 5.0)
    assert report.ratio == 25.0
    assert report.sparing_per_second == 8_000
    assert report.sparing_ratio == 12.5
    assert report.cpu_us_per_observation == 10.0
    assert report.baseline_cpu_us_per_observation == 250.0
    assert report.rss_mb == 80.0
    assert (report.rules, report.sources, report.outputs, report.rounds) == (3, 50_000, 9, 3)
    assert report.spread == (90_000, 120_000)


def test_unequal_outputs_on_equal_input_are_an_error() -> None:
    """An engine that says more on one round than on another is broken, however fast it is."""
    rounds = [
        Round(ceiling=measured(2), plain=measured(2), engine=measured(1, outputs=n), baseline=measured(1), sparing=measured(1))
        for n in (1, 2)
    ]
    with pytest.raises(ValueError, match=r"published \[1, 2\] records on equal input"):
        summarise(rounds, rules=3, sources=1, envelope=1, broker="embedded")


def test_no_round_is_an_error() -> None:
    """There is nothing to say about nothing."""
    with pytest.raises(ValueError, match="at least one round"):
        summarise([], rules=3, sources=1, envelope=1, broker="embedded")
