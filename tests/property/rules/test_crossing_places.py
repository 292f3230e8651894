"""Clusters anywhere on the earth, over partitions: a count with other geometry, one stream and many partitions agree."""

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest

from config.moment import SECOND
from streams.alert import AlertEvent
from streams.observation import Observation, Position
from streams.partition import partition_of
from streams.topics import OBSERVATIONS
from tests.fakes.rulekit import EPOCH, alerts, notes, rules_of, run, seen, told
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import TwoFolds, said

WITHIN = 20
CENTRES = {
    "date line": (180.0, 12.0),
    "north pole": (0.0, 90.0),
    "south pole": (77.0, -90.0),
    "Greenwich and equator": (0.0, 0.0),
    "here": (121.5, 31.2),
}
EARTH = 6_371_008.8


def near(chance: random.Random, centre: tuple[float, float]) -> Position:
    """A place within a few kilometres: its longitude goes over the date line, its latitude not over the pole."""
    lat = max(-90.0, min(90.0, centre[1] + chance.uniform(-0.02, 0.02)))
    lon = chance.uniform(-180, 180) if abs(centre[1]) == 90.0 else centre[0] + chance.uniform(-0.02, 0.02)
    return Position((lon + 180) % 360 - 180, lat)


def apart(one: Position, other: Position) -> float:
    """Metres between two places by the chord through the earth, and not by the formula of the product."""
    chord = math.dist(*[_vector(place) for place in (one, other)])
    return 2 * EARTH * math.asin(chord / 2)


def _vector(place: Position) -> tuple[float, float, float]:
    lon, lat = math.radians(place.lon), math.radians(place.lat)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def history_by(chance: random.Random, centre: tuple[float, float]) -> list[Observation]:
    """Matches and others of six sources, some without a position, in the order of (at, id)."""
    found = []
    for number in range(60):
        place = near(chance, centre) if chance.random() < 0.85 else None
        source = f"sensor/{chance.randint(1, 6)}"
        found.append(seen(chance.randint(0, 90), chance.choice([9, 9, 1]), id=f"{number:03}", source=source, position=place))
    return sorted(found, key=lambda one: (one.at, one.id))


def pulses(history: Sequence[Observation], sources: int, radius: float) -> list[int]:
    """Every instant of a match with enough sources around it, each looked for among all that came before."""
    matches = [one for one in history if one.value == 9 and one.position is not None]
    found = []
    for number, one in enumerate(matches):
        around = {
            other.source
            for other in matches[: number + 1]
            if other.at > one.at - WITHIN * SECOND and apart(other.position or Position(0, 0), one.position or Position(0, 0)) <= radius
        }
        if len(around) >= sources:
            found.append((one.at - EPOCH) // SECOND)
    return sorted(set(found))


@pytest.mark.parametrize("place", CENTRES)
@pytest.mark.parametrize("partitions", [1, 4, 12])
def test_a_cluster_is_the_same_everywhere(place: str, partitions: int) -> None:
    """Over the date line and the poles, with places that are missing and reports that come twice, every pulse is found, and no other."""
    chance = dice(f"{place} {partitions}")
    history = history_by(chance, CENTRES[place])
    sources, radius = chance.randint(2, 3), chance.choice([900.0, 1_500.0, 2_500.0])
    ruleset = rules_of({"where": "value > 5", "cluster": {"sources": sources, "radius": radius}, "within": f"{WITHIN}s"})
    outcomes = run(ruleset, history, until=499)
    assert [row[1] for row in told(outcomes) if row[0] == "firing"] == pulses(history, sources, radius) != []
    unplaced = [one.id for one in history if one.value == 9 and one.position is None]
    assert [name for note, name in notes(outcomes) if note.value == "undecided"] == unplaced != []
    again = [twice for one in history for twice in ([one, one] if chance.random() < 0.2 else [one])]
    folds = TwoFolds(ruleset, partitions, chance)
    folds.feed(again)
    folds.run()
    assert said(folds.events()) == said(alerts(outcomes))
    counts = folds.fold.tally.of("r0")
    assert (counts.undecided, counts.duplicate, counts.late) == (len(unplaced), _matching(again) - _matching(history), 0)


def _matching(history: Sequence[Observation]) -> int:
    return sum(one.value == 9 for one in history)


@pytest.mark.parametrize("partitions", [2, 12])
def test_one_source_is_one_source_whatever_it_is_sent_through(partitions: int) -> None:
    """K reports of one source, told twice, restarted and from everywhere, are no cluster; a second source makes one."""
    ruleset = rules_of({"where": "value > 5", "cluster": {"sources": 2, "radius": 500}, "within": "60s"})
    here = Position(180.0, 89.9999)
    history = [seen(second, 9, source="sensor/1", position=Position(second * 10.0 - 180, 89.9999)) for second in range(30)]
    folds = TwoFolds(ruleset, partitions, dice("one source"))
    folds.feed([twice for one in history for twice in (one, one)])
    folds.storm(5, ("kill", "zombie"))
    assert folds.events() == []
    folds = TwoFolds(ruleset, partitions, dice("a second"))
    folds.feed([*history, seen(40, 9, source="sensor/2", position=here)])
    folds.storm(5, ("kill", "zombie"))
    assert {(event.at - EPOCH) / SECOND for event in folds.events()} == {40.0}
    assert {event.distinct_sources for event in folds.events()} == {2}


FORMS: list[dict[str, Any]] = [
    {"rule": "zone", "where": "value > 5", "by": ["zone"], "for": "3s"},
    {"rule": "near", "where": "value > 5", "cluster": {"sources": 2, "radius": 500}, "within": "30s"},
    {"rule": "quiet", "where": "value > 5", "by": ["zone"], "absent": "5s"},
]


def test_a_partition_that_stands_still_holds_these_rules_and_says_nothing_else_when_it_goes_on() -> None:
    """While one partition of observations is not read, rules over several sources are silent; when it is, they say what they would have."""
    ruleset, here = rules_of(*FORMS), Position(121.0, 31.0)
    history = [seen(second, 9 if second % 9 else 1, source=f"sensor/{second % 4}", zone="z", position=here) for second in range(40)]
    folds = TwoFolds(ruleset, 4, dice("still"))
    folds.feed(history)
    still = (OBSERVATIONS, partition_of("sensor/1", 4))
    folds.step(still)  # Its clock is known, and then it stands.
    while found := [address for address in folds.waiting() if address != still]:
        folds.step(found[0])
    held = {event.rule for event in folds.events()}
    folds.run()
    expected: list[AlertEvent] = alerts(run(ruleset, history, until=499))
    assert held == set()
    assert said(folds.events()) == said(expected) != []


def test_a_partition_without_observations_holds_nobody_up() -> None:
    """Its ticks are enough: an alert comes when every partition has ticked beyond its cause."""
    ruleset = rules_of(FORMS[0] | {"for": "0s"})
    folds = TwoFolds(ruleset, 12, dice("idle"))
    folds.feed([seen(3, 9, zone="z"), seen(5, 1, zone="z")], end=EPOCH + 6 * SECOND)
    folds.run()
    assert [(event.event.value, (event.at - EPOCH) / SECOND) for event in folds.events()] == [("firing", 3.0), ("resolved", 5.0)]
