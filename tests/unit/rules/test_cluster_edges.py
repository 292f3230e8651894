"""Clusters at the edge of the circle, of the window and of the map."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.conditions.bands import EARTH_RADIUS, Banding, Bands, distance
from rules.conditions.window import Entry
from rules.engine import Partition, snapshot
from streams.observation import Observation, Position
from tests.fakes.rulekit import EPOCH, alerts, notes, play, rules_of, run, seen

HERE = Position(121.5, 31.25)


def cluster(sources: int, radius: float, within: str = "60s", **fields: Any) -> dict[str, Any]:
    """A rule with this circle; every match is one of ``value > 5``."""
    return {"where": "value > 5", "cluster": {"sources": sources, "radius": repr(radius)}, "within": within} | fields


def match(at: float, source: object, place: Position, value: float = 9) -> Observation:
    """A match of a source at a place."""
    return seen(at, value, source=f"sensor/{source}", position=place, id=f"{at}-{source}")


def pulses(rule: dict[str, Any], *history: Observation) -> list[float]:
    """When it fired."""
    return [row[1] for row in play(rule, history) if row[0] == "firing"]


PAIRS = {
    "north": (HERE, Position(121.5, 31.26)),
    "east": (HERE, Position(121.51, 31.25)),
    "over the date line": (Position(179.999, 10.0), Position(-179.999, 10.0)),
    "over the date line, from the west": (Position(-179.9999, -17.5), Position(179.9999, -17.5)),
    "over the meridian of Greenwich": (Position(-0.001, 51.5), Position(0.001, 51.5)),
    "over the equator": (Position(10.0, -0.001), Position(10.0, 0.001)),
    "over the pole": (Position(0.0, 89.999), Position(180.0, 89.999)),
    "at the south pole": (Position(77.0, -90.0), Position(-120.0, -89.999)),
    "antipodes": (Position(0.0, 0.0), Position(180.0, 0.0)),
}


@pytest.mark.parametrize(("one", "other"), PAIRS.values(), ids=PAIRS.keys())
def test_exactly_the_radius_is_within_it(one: Position, other: Position) -> None:
    """At exactly R metres two sources are a cluster; a thousandth of a metre less and they are none, wherever on the earth."""
    metres = distance(one, other)
    history = [match(0, 1, one), match(1, 2, other)]
    assert pulses(cluster(2, metres), *history) == [1]
    assert pulses(cluster(2, metres - 0.001), *history) == []
    assert pulses(cluster(2, metres), *[match(0, 1, other), match(1, 2, one)]) == [1]


def test_the_date_line_is_no_distance() -> None:
    """Two hundred and twenty metres over the date line are not the way around the earth."""
    one, other = PAIRS["over the date line"]
    assert distance(one, other) == pytest.approx(219.0, abs=0.1)


@pytest.mark.parametrize(
    ("latitude", "metres"),
    [(0.0, 111_195.08), (60.0, 55_597.5), (89.0, 1_940.6), (90.0, 0.0)],
    ids=["equator", "sixty", "near the pole", "pole"],
)
def test_a_degree_of_longitude_is_shorter_towards_the_pole(latitude: float, metres: float) -> None:
    """Distances are those on the sphere and not those on a flat map."""
    assert distance(Position(20.0, latitude), Position(21.0, latitude)) == pytest.approx(metres, rel=1e-3, abs=1e-6)


def test_the_earth_has_the_radius_of_the_definition() -> None:
    """A quarter of a great circle is a quarter of that of 6,371,008.8 m."""
    assert EARTH_RADIUS == 6_371_008.8
    assert distance(Position(0.0, 0.0), Position(0.0, 90.0)) == pytest.approx(6_371_008.8 * 3.141592653589793 / 2, rel=1e-12)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("0a 1a 2a", []),
        ("0a 1b 2c", [2]),
        ("0a 1b 2b 3c", [3]),
        ("0a 1b 2a 3c 4a", [3, 4]),
        ("0a 0b 0c", [0]),
        ("0a 30b 59.999999c", [59.999999]),
        ("0a 30b 60c", []),
        ("0a 30b 60c 61a", [61]),
        ("0a 30b 60c 90a", []),
        ("0a 1b 2c 2d", [2]),
    ],
    ids=[
        "one source",
        "three",
        "one of them twice",
        "each match looks around itself",
        "at one instant",
        "just within the window",
        "just outside of it",
        "the oldest comes again",
        "the second is out when it does",
        "one pulse an instant",
    ],
)
def test_enough_different_sources_in_the_window(history: str, expected: list[float]) -> None:
    """A pulse is at the instant of a match with K sources in (t - within, t] around it, itself among them."""
    found = [match(float(part[:-1]), part[-1], HERE) for part in history.split()]
    assert pulses(cluster(3, 500), *found) == expected


def test_what_does_not_match_is_not_there() -> None:
    """A sample below the threshold neither counts nor looks around itself, though it has a position."""
    assert pulses(cluster(2, 500), match(0, 1, HERE), match(1, 2, HERE, value=1)) == []
    assert pulses(cluster(2, 500), match(0, 1, HERE, value=1), match(1, 2, HERE)) == []


def test_a_source_that_moves_counts_where_it_matched() -> None:
    """Each match stands at its own place: a source far away now still counts for what it was near to within the window."""
    far = Position(122.0, 31.25)
    assert pulses(cluster(2, 500), match(0, 1, HERE), match(1, 1, far), match(2, 2, HERE)) == [2]
    assert pulses(cluster(2, 500), match(0, 1, far), match(1, 1, HERE), match(2, 2, far)) == [2]


def test_a_cluster_in_groups_looks_within_its_group() -> None:
    """With ``by`` the sources of another group are not counted, however near they are."""
    rule = cluster(2, 500, by=["zone"])
    history = [seen(at, 9, source=f"sensor/{at}", zone=zone, position=HERE) for at, zone in ((0, "a"), (1, "b"), (2, "a"))]
    assert play(rule, history) == [("firing", 2, 2, None, 2), ("resolved", 2, 2, 2, 2)]


def test_what_the_alert_counts() -> None:
    """It begins with the matches in circle and window, and not with those elsewhere; the pulse's later matches are added."""
    far = Position(122.0, 31.25)
    history = [match(0, 1, HERE), match(1, 1, HERE), match(2, 9, far), match(3, 2, HERE), match(8, 3, HERE)]
    found = alerts(run(rules_of(cluster(2, 500, keep_firing_for="10s")), history, 60))
    assert [(event.event.value, event.count, event.distinct_sources) for event in found if event.event.value != "updated"] == [
        ("firing", 3, 2),
        ("resolved", 4, 3),
    ]
    assert (found[0].source, found[0].position) == ("sensor/2", HERE)
    assert found[0].why["within"] == "1m"
    assert (found[0].why["form"], found[0].why["sources"], found[0].why["radius_m"]) == ("cluster", 2, 500.0)


def test_a_match_without_position_counts_for_nobody() -> None:
    """It is told as undecided and is no neighbour; a sample that does not match needs no position."""
    rule = rules_of(cluster(2, 500))
    found = run(rule, [seen(0, 9, source="sensor/1"), match(1, 2, HERE), seen(2, 1, source="sensor/3")])
    assert [(note.value, identity) for note, identity in notes(found)] == [("undecided", "0-9")]
    assert [outcome.reason for outcome in found if hasattr(outcome, "reason")] == ["position is missing"]
    assert alerts(found) == []


def test_quiet_time_makes_one_alert_of_several_pulses() -> None:
    """Pulses no further apart than keep_firing_for, that instant included, are one episode."""
    rule = cluster(2, 500, keep_firing_for="10s")
    near = [match(0, 1, HERE), match(1, 2, HERE), match(11, 3, HERE)]
    assert [row[0] for row in play(rule, near, 60)] == ["firing", "resolved"]
    late = [*near[:2], match(11.000001, 3, HERE)]
    assert [row[0] for row in play(rule, late, 60)] == ["firing", "resolved", "firing", "resolved"]


@pytest.mark.parametrize("radius", [1.0, 50.0, 777.7, 111_195.0, 2_000_000.0, 20_000_000.0])
def test_no_neighbour_is_missed_by_the_bands(radius: float) -> None:
    """Around any latitude, whatever lies at the radius to the north or south is among the bands that are looked at."""
    banding = Banding(radius)
    degrees = radius / EARTH_RADIUS * 57.29577951308232
    for step in range(-80, 81, 7):
        for lat in (step + degrees, step - degrees):
            if -90 <= lat <= 90:
                bands = Bands(bands={})
                banding.enter(bands, Entry(0, "a", None, Position(0.0, lat)), Position(0.0, lat), 10)
                assert [entry.source for entry in banding.near(bands, Position(0.0, float(step)), -1)] == ["a"]


def test_the_window_comes_back_from_a_checkpoint() -> None:
    """Matches that wait for a third are there after a restart, each at its place."""
    rules = rules_of(cluster(3, 500))
    engine = Partition(rules)
    for observation in (match(0, 1, HERE), match(1, 2, HERE)):
        engine.observe(observation, 0)
    again = Partition(rules)
    snapshot.restore(again, snapshot.full(engine))
    assert [event.at for event in alerts(again.observe(match(2, 3, HERE), 0))] == [EPOCH + 2 * SECOND]
