"""The rules that wait for the clocks of one upstream topic: life-safety rules never wait for the others' traffic."""

from collections.abc import Iterator, Mapping

from config.moment import Micros
from rules.crossing.merge import Merge
from rules.crossing.traffic import Traffic
from rules.engine import Limits, Outcome, Partition, Tally, snapshot
from rules.model import RuleSet
from streams.observation import Observation

_HELD = "held/"


class Side:
    """An engine behind a merge.

    Attributes:
        engine: the rules at work.
        merge: what waits for the clock.
    """

    def __init__(self, ruleset: RuleSet, limits: Limits, tally: Tally, traffic: Traffic) -> None:
        self.engine = Partition(ruleset, limits, tally)
        self.merge = Merge()
        self._traffic = traffic
        self._lateness = {rule.name: rule.lateness for rule in ruleset.rules}

    def has(self, rule: str) -> bool:
        """Whether the rule is judged here."""
        return rule in self._lateness

    def hold(self, rule: str, observation: Observation) -> None:
        """Take an observation for a rule that is judged here."""
        self.merge.hold(observation.at + self._lateness[rule], rule, observation)

    def advance(self, clock: Micros, noticed: Micros) -> Iterator[Outcome]:
        """Everything that happens until the clock: observations of earlier instants, and timers between them and after.

        An observation is applied when the clock has passed ``at`` + lateness, strictly: until then another partition may
        send one of the very same instant that comes before it.
        """
        engine = self.engine
        for rule, observation in self.merge.release(clock):
            yield from engine.apply(rule, observation, noticed)
        yield from engine.tick(clock, noticed)

    def full(self) -> dict[str, bytes]:
        """Every section."""
        return {**snapshot.full(self.engine), **_named(self.merge.full())}

    def delta(self) -> dict[str, bytes | None]:
        """The sections that changed."""
        return {**snapshot.delta(self.engine), **{_HELD + name: raw for name, raw in self.merge.delta().items()}}

    def restore(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept; what waited for a rule that is gone is left behind.

        Raises:
            ValueError: the sections are of an unknown schema version.
        """
        snapshot.restore(self.engine, {name: raw for name, raw in sections.items() if not name.startswith(_HELD)})
        held = {name.removeprefix(_HELD): raw for name, raw in sections.items() if name.startswith(_HELD)}
        self._traffic.unknown += self.merge.restore(held, self._due)

    def _due(self, rule: str, observation: Observation) -> Micros | None:
        lateness = self._lateness.get(rule)
        return None if lateness is None else observation.at + lateness


def _named(sections: Mapping[str, bytes]) -> dict[str, bytes]:
    return {_HELD + name: raw for name, raw in sections.items()}
