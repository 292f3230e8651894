"""The pack's workload: every kind of the pack, every live form of it exercised, the same on every run."""

from collections import Counter
from itertools import pairwise

from bench.city import DEVICES, City, city_observations, device_of, source_of
from bench.fill import encode_readings, encode_records
from bench.ruleset import pack_rules
from bench.workload import START, records_of
from config.moment import SECOND
from rules.engine import Limits, Partition
from streams.alert import AlertEvent, Change

SMALL = City(sources=200, begins=0.01)


def test_equal_cities_give_equal_observations() -> None:
    """Two runs measure the very same observations."""
    assert list(city_observations(2_000, SMALL)) == list(city_observations(2_000, SMALL))


def test_the_shares_add_up_and_each_hundred_sources_has_every_sort() -> None:
    """The table means what its column says."""
    assert sum(device.share for device in DEVICES) == 100
    assert Counter(device_of(index) for index in range(300, 400)) == {device: device.share for device in DEVICES}


def test_every_kind_of_the_pack_is_reported() -> None:
    """No rule of the pack waits for what never comes, and every value is of its kind's type."""
    kinds = {device.kind for device in DEVICES}
    assert {kind for rule in pack_rules().rules for kind in rule.kinds} == kinds


def test_event_time_goes_on_and_the_count_is_kept() -> None:
    """Silent sources leave reports out, and as many observations come as were asked for, each with an id of its own."""
    found = list(city_observations(3_000, SMALL))
    assert len(found) == len({one.id for one in found}) == 3_000
    assert found[0].at == START
    assert all(first.at < second.at for first, second in pairwise(found))
    assert found[-1].at > START + 3_000 * SMALL.period // SMALL.sources


def test_cameras_are_named_so() -> None:
    """What only a camera sees comes from one."""
    assert {source_of(index).split("/")[0] for index in range(100) if device_of(index).kind == "street_drying"} == {"camera"}
    assert {source_of(index).split("/")[0] for index in range(100) if device_of(index).kind == "door"} == {"sensor"}


def test_the_records_hold_the_observations_and_ticks() -> None:
    """Envelopes have all observations; ticks come each minute of event time and never overtake one."""
    written = list(records_of(city_observations(1_000, SMALL), envelope=20, tick=SMALL.tick, partitions=2))
    log = encode_records(written)
    assert log.observations == 1_000
    assert log.envelopes == sum(1 for one in written if one.envelope.observations)
    ticks = [one.envelope.tick for one in written if one.envelope.tick is not None]
    assert ticks[0] == START + 60 * SECOND
    assert len(list(encode_readings(city_observations(10, SMALL)))) == 10


def test_every_rule_of_the_pack_has_something_to_say() -> None:
    """Within a day of a small city each rule on observations fires, and nearly each resolves: a benchmark without alerts measures nothing."""
    engine = Partition(pack_rules(), Limits(remembered=64))
    said = Counter(
        (outcome.rule, outcome.event)
        for one in city_observations(24_000, City(sources=300, begins=0.03, silences=0.003))
        for outcome in engine.observe(one, one.at)
        if isinstance(outcome, AlertEvent)
    )
    assert {rule for rule, event in said if event is Change.FIRING} == (reading := {rule.name for rule in pack_rules().rules if rule.kinds})
    assert len({rule for rule, event in said if event is Change.RESOLVED}) >= len(reading) - 1
