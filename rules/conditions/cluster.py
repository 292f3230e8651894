"""Cluster: a pulse at a match around which enough different sources matched."""

from typing import Any

from config.duration import render_duration
from config.moment import Micros
from rules.conditions.bands import Banding, Bands, distance
from rules.conditions.matching import Matcher
from rules.conditions.window import Window, entry_of, sources_of
from rules.model import Cluster
from rules.predicates import Undecided
from rules.state import FALL, MATCH, NEVER, NOTHING, RISE, Group, Opening, Signal
from streams.observation import Observation, Position

_NO_POSITION = Undecided("position is missing")


class ClusterEvaluator:
    """See SEMANTICS, section 2, row ``cluster``. The window holds the matches that have a position."""

    memory_type: Any = Bands

    def __init__(self, condition: Cluster, where: Matcher) -> None:
        self._condition = condition
        self._where = where
        self.idle = where.idle(self._match)
        self._banding = Banding(condition.radius)

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """A match looks around itself."""
        verdict: bool | Undecided = self._where.run(observation)
        if verdict is True:
            return self._match(group, observation)
        return NOTHING if verdict is False else verdict

    def _match(self, group: Group, observation: Observation) -> Signal | Undecided:
        if observation.position is None:
            return _NO_POSITION
        if group.memory is None:
            group.memory = Bands(bands={})
        self._banding.enter(group.memory, entry_of(observation), observation.position, self._condition.within)
        if len(sources_of(self._around(group, observation.position, observation.at))) < self._condition.sources:
            return MATCH
        group.condition_due = observation.at
        return MATCH if group.holds else RISE

    def ripen(self, group: Group, due: Micros) -> Signal:  # The port's signature.
        """The pulse is over."""
        group.condition_due = NEVER
        return FALL

    def opening(self, group: Group, at: Micros, observation: Observation | None) -> Opening:
        """The matches in the window and the circle."""
        around = [] if observation is None or observation.position is None else self._around(group, observation.position, at)
        return Opening(len(around), at, sources_of(around), observation)

    def why(self, first: Observation | None) -> dict[str, Any]:
        """The match around which it was enough."""
        condition = self._condition
        told = {"form": "cluster", "sources": condition.sources, "radius_m": condition.radius}
        return {**told, "within": render_duration(condition.within), **self._where.why(first)}

    def _around(self, group: Group, centre: Position, at: Micros) -> Window:
        radius = self._condition.radius
        near = self._banding.near(group.memory, centre, at - self._condition.within)
        return [entry for entry in near if entry.position is not None and distance(entry.position, centre) <= radius]
