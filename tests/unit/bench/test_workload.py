"""The benchmark's observations: fifty thousand devices, the same on every run."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from bench.workload import START, Shape, kind_of, observations, records, source_of
from config.moment import SECOND
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT

SMALL = Shape(sources=200, smoke_every=5, camera_every=50, period=SECOND, envelope=10, begins=0.02, longest=4)


def test_equal_shapes_give_equal_observations() -> None:
    """Two runs measure the very same observations."""
    assert list(observations(1_000, SMALL)) == list(observations(1_000, SMALL))


def test_another_seed_gives_other_values() -> None:
    """The seed decides who reports trouble."""
    other = Shape(sources=200, smoke_every=5, camera_every=50, period=SECOND, envelope=10, begins=0.02, longest=4, seed=2)
    assert list(observations(1_000, SMALL)) != list(observations(1_000, other))


def test_event_time_never_goes_back_and_sources_report_in_turn() -> None:
    """Each source reports once in a period, and later observations have later times."""
    found = list(observations(600, SMALL))
    assert all(first.at <= second.at for first, second in pairwise(found))
    assert set(Counter(one.source for one in found).values()) == {3}
    assert found[0].at == START
    assert found[200].at == START + SECOND


def test_ids_are_unique() -> None:
    """No observation is a duplicate of another."""
    assert len({one.id for one in observations(5_000, SMALL)}) == 5_000


@pytest.mark.parametrize(("index", "kind"), [(0, "illegal_parking"), (5, "smoke"), (7, "door"), (50, "illegal_parking")])
def test_sources_are_of_three_kinds(index: int, kind: str) -> None:
    """Cameras, smoke alarms and doors are told apart by the source's number, and named so."""
    assert kind_of(index, SMALL) == kind
    assert source_of(index, SMALL).startswith("camera/" if kind == "illegal_parking" else "sensor/")


def test_every_observation_is_in_one_record_of_its_partition() -> None:
    """Records hold exactly the observations, each in its topic and the partition of its source, in order for each source."""
    written = list(records(2_000, SMALL, 4))
    held = [(record, one) for record in written for one in record.envelope.observations]
    assert {one.id for _, one in held} == {one.id for one in observations(2_000, SMALL)}
    assert len(held) == 2_000
    for record, one in held:
        assert record.topic == (URGENT if one.kind == "smoke" else OBSERVATIONS)
        assert record.partition == partition_of(one.source, 4)
    times = defaultdict(list)
    for _, one in held:
        times[one.source].append(one.at)
    assert all(found == sorted(found) for found in times.values())


def test_envelopes_hold_at_most_their_number() -> None:
    """An envelope is closed when it is full, or when a tick would overtake it."""
    sizes = [len(record.envelope.observations) for record in records(2_000, SMALL, 4) if record.envelope.tick is None]
    assert max(sizes) == 10
    assert min(sizes) > 0


def test_each_partition_gets_a_tick_every_second() -> None:
    """Ticks come once a second of event time in each partition of both topics, after what they follow."""
    ticks: dict[tuple[str, int], list[int]] = defaultdict(list)
    for record in records(2_000, SMALL, 2):
        place = (record.topic, record.partition)
        if record.envelope.tick is not None:
            ticks[place].append(record.envelope.tick)
        elif ticks[place]:
            assert record.envelope.observations[0].at >= ticks[place][-1]
    assert len(ticks) == 4
    assert all(found == [START + SECOND * number for number in range(1, 10)] for found in ticks.values())


def test_trouble_lasts_for_a_run_of_reports() -> None:
    """True reports of a source come in runs, as those of a door that stands open do."""
    reports = defaultdict(list)
    for one in observations(10_000, SMALL):
        reports[one.source].append(one.value)
    runs = ["".join("x" if value else " " for value in values).split() for values in reports.values()]
    lengths = [len(run) for found in runs for run in found]
    assert max(lengths) > 1
    assert 0.01 < sum(lengths) / 10_000 < 0.1
