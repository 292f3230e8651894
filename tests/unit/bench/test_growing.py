"""The pure fold under a growing city: what is measured, and that more of anything does not change what is said."""

import pytest

from bench.city import City
from bench.folding import Feeder, resident_bytes, with_others
from bench.latency import quantiles
from bench.ruleset import PACK, rules_named
from bench.scaling import measure as measure_scaling
from bench.state import measure as measure_state
from streams.fold import Output

SMALL = City(sources=200, begins=0.02)


def said(feeder: Feeder, observations: int) -> list[Output]:
    """What a fold publishes over so many observations."""
    return feeder.take(record for record, _ in feeder.records(observations))


def test_rules_of_other_kinds_change_nothing_that_is_said() -> None:
    """A hundred rules are a hundred, and those that look at what nobody reports say nothing."""
    pack = rules_named(PACK)
    many = with_others(pack, 100)
    assert len(many.rules) == 100
    few_say, many_say = said(Feeder(pack, SMALL), 3_000), said(Feeder(many, SMALL), 3_000)
    assert few_say == many_say
    assert few_say


def test_records_hold_the_observations_that_were_asked_for() -> None:
    """At least as many, each with an id that is the hash of what it says."""
    feeder = Feeder(rules_named(PACK), SMALL)
    counts = [count for _, count in feeder.records(500)]
    assert 500 <= sum(counts) < 600
    feeder.part = 0.1
    feeder.warm(100)
    assert feeder.fold.tally.observations >= 100


def test_scaling_compares_neighbours() -> None:
    """The first row of a table is the measure of the others."""
    report = measure_scaling(rules_named(PACK), lambda _: None, observations=5_000, rules=(10, 30), sources=(200, 400))
    assert [(row.rules, row.sources) for row in report.rules] == [(10, 200), (30, 200)]
    assert [row.sources for row in report.sources] == [200, 400]
    assert (report.rules[0].ratio, report.sources[0].ratio) == (1.0, 1.0)
    assert min(row.cpu_us for row in (*report.rules, *report.sources)) > 0


def test_state_is_measured_without_a_broker_too() -> None:
    """A delta after a tenth of the reports is smaller than the whole, and both can be read back."""
    report = measure_state(rules_named(PACK), lambda _: None, sources=3_000, reports=1, changed=0.1, broker="")
    assert report.groups > 3_000
    assert 0 < report.delta.mb < report.full.mb
    assert report.recovery_from_bytes_seconds > 0
    assert report.recovery_from_broker_seconds is None


def test_quantiles_are_by_the_nearest_rank() -> None:
    """The 99th of a hundred is the one with 98 below it, in milliseconds."""
    told = quantiles([number / 1_000 for number in range(100, 0, -1)])
    assert (told.p50, told.p90, told.p99, told.max) == (50.0, 90.0, 99.0, 100.0)
    assert quantiles([0.0123]).p99 == 12.3
    with pytest.raises(ValueError, match="no alarm was measured"):
        quantiles([])


def test_memory_is_that_of_this_process() -> None:
    """Resident memory is some tens of megabytes at least."""
    assert resident_bytes() > 10_000_000
