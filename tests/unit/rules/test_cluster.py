"""Cluster: distances on the earth, different sources, one pulse."""

from typing import Any

import pytest

from rules.conditions.bands import distance
from rules.engine import Partition
from streams.observation import Observation, Position
from tests.fakes.rulekit import alerts, notes, play, rules_of, run, seen

CLUSTER: dict[str, Any] = {"where": "value > 5", "cluster": {"sources": 3, "radius": "500m"}, "within": "60s"}


def at(second: float, source: int, north: float, **fields: Any) -> Observation:
    """A match of a source so many metres north of a point."""
    place = Position(121.0, 31.0 + north / 111_195.08)
    return seen(second, 9, source=f"sensor/{source}", position=place, id=f"{second}-{source}", **fields)


def test_enough_sources_around_a_match_are_a_pulse() -> None:
    """The third source within the circle fires at its instant."""
    assert play(CLUSTER, [at(0, 1, 0), at(10, 2, 300), at(20, 3, 499)]) == [("firing", 20, 20, None, 3), ("resolved", 20, 20, 20, 3)]


def test_the_circle_is_around_the_match_itself() -> None:
    """Sources at both ends of a street are each near the middle, and only a match in the middle sees both."""
    assert play(CLUSTER, [at(0, 1, 0), at(1, 2, 450), at(2, 3, 900)]) == []
    assert [row[1] for row in play(CLUSTER, [at(0, 1, 0), at(1, 3, 900), at(2, 2, 450)])] == [2, 2]


def test_the_same_source_many_times_is_one() -> None:
    """Three matches of one source are no cluster."""
    assert play(CLUSTER, [at(second, 1, 0) for second in range(5)]) == []


def test_matches_leave_the_window() -> None:
    """A match exactly the length of the window ago does not count any more."""
    assert play(CLUSTER, [at(0, 1, 0), at(10, 2, 0), at(60, 3, 0)]) == []
    assert len(play(CLUSTER, [at(0.000001, 1, 0), at(10, 2, 0), at(60, 3, 0)])) == 2


def test_a_match_without_position_cannot_be_judged() -> None:
    """It is told, not taken for being nowhere."""
    assert [note.value for note, _ in notes(run(rules_of(CLUSTER), [seen(0, 9)]))] == ["undecided"]


def test_why_names_the_match_in_the_middle() -> None:
    """The alert tells the form, the circle and the last match."""
    found = alerts(run(rules_of(CLUSTER), [at(0, 1, 0), at(1, 2, 0), at(2, 3, 0), at(3, 3, 0)]))
    assert found[0].why["radius_m"] == 500
    assert found[0].why["observation"]["source"] == "sensor/3"
    assert found[0].distinct_sources == 3


def test_neighbouring_bands_are_looked_at() -> None:
    """Wherever the circle is cut by the bands of latitude that matches are kept in, every match in it is found."""
    for north in range(0, 1000, 37):
        assert len(play(CLUSTER, [at(0, 1, north), at(1, 2, north + 480), at(2, 3, north + 240)])) == 2
        assert len(play(CLUSTER, [at(0, 1, -north), at(1, 2, -north - 490), at(2, 3, -north - 245)])) == 2


def test_a_long_history_in_many_places_keeps_the_window_only() -> None:
    """What has left the window is dropped from places where nothing happens any more."""
    engine = Partition(rules_of(CLUSTER))
    for second in range(2000):
        engine.observe(at(second, second, second * 100), 0)
    memory = engine.bearers["r0"].groups[()].memory
    assert sum(len(window) for window in memory.bands.values()) <= 60 + 64


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (Position(0.0, 0.0), Position(0.0, 0.0), 0.0),
        (Position(0.0, 0.0), Position(180.0, 0.0), 20_015_114.4),
        (Position(0.0, 0.0), Position(0.0, 1.0), 111_195.1),
        (Position(179.5, 0.0), Position(-179.5, 0.0), 111_195.1),
        (Position(121.4737, 31.2304), Position(116.4074, 39.9042), 1_067_300.0),
    ],
    ids=["here", "antipodes", "a degree", "over the date line", "Shanghai to Beijing"],
)
def test_distance_on_the_great_circle(one: Position, other: Position, metres: float) -> None:
    """Distances are those of a sphere of 6,371,008.8 m, both ways."""
    assert distance(one, other) == pytest.approx(metres, rel=1e-3, abs=1e-6)
    assert distance(other, one) == distance(one, other)
