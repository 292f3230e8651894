"""Cluster: a pulse at a match around which enough different sources matched."""

import math
from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.matching import Matcher
from rules.conditions.window import Window, enter, entry_of, sources_of
from rules.model import Cluster
from rules.predicates import Undecided
from rules.state import NEVER, Group, Opening, Signal
from streams.observation import Observation, Position

EARTH_RADIUS = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""
_NO_POSITION = Undecided("position is missing")


class ClusterEvaluator:
    """See SEMANTICS, section 2, row ``cluster``. The window holds the matches that have a position."""

    memory_type: Any = Window

    def __init__(self, condition: Cluster, where: Matcher) -> None:
        self._condition = condition
        self._where = where

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match looks around itself."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is not True:
            return Signal.NOTHING if verdict is False else verdict
        if observation.position is None:
            return _NO_POSITION
        group.memory = enter(group.memory, entry_of(observation), self._condition.within)
        if len(set(sources_of(self._around(group, observation.position)))) < self._condition.sources:
            return Signal.MATCH
        group.condition_due = observation.at
        return Signal.MATCH if group.holds else Signal.RISE

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """The pulse is over."""
        group.condition_due = NEVER
        return Signal.FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The matches in the window and the circle."""
        around = [] if observation is None or observation.position is None else self._around(group, observation.position)
        return Opening(len(around), at, sources_of(around), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match around which it was enough."""
        condition = self._condition
        told = {"form": "cluster", "sources": condition.sources, "radius_m": condition.radius}
        return {**told, "within": render_duration(condition.within), **self._where.why(first)}

    def _around(self, group: Group, centre: Position) -> Window:
        window: Window = group.memory
        radius = self._condition.radius
        return [entry for entry in window if entry.position is not None and distance(entry.position, centre) <= radius]


def distance(one: Position, other: Position) -> float:
    """Metres between two points on the great circle (haversine formula, exact enough for small distances too)."""
    lat_one, lat_other = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((lat_other - lat_one) / 2)
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2)
    root = half_lat * half_lat + math.cos(lat_one) * math.cos(lat_other) * half_lon * half_lon
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, root)))
