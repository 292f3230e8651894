"""The rules that wait for the clocks of one upstream topic: life-safety rules never wait for the others' traffic."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from config.feeds import FeedTable
from config.moment import Micros
from rules.crossing.homes import Homes
from rules.crossing.looks import Looks
from rules.crossing.merge import Merge
from rules.crossing.traffic import Traffic
from rules.engine import Limits, Outcome, Partition, Tally
from rules.life import Governed, Policy
from rules.model import RuleSet
from streams.observation import Observation

_HELD = "held/"
_LOOKS = "looks"


class Place(NamedTuple):
    """A partition of ``cityloop.matches``, and how many there are."""

    number: int
    partitions: int


class Side:
    """An engine behind a merge.

    Args:
        ruleset: the rules that are judged here.
        place: which partition this is, and of how many.
        limits: of the engine.
        tally: of the engine.
        traffic: is counted in.
        feeds: the city's feeds.

    Attributes:
        merge: what waits for the clock.
        looks: what was heard of feeds where the clock has yet to come to.
    """

    def __init__(self, ruleset: RuleSet, place: Place, limits: Limits, tally: Tally, traffic: Traffic, *, feeds: FeedTable | None) -> None:
        self._place = place
        self._governed = Governed(ruleset, Partition(ruleset, limits, tally, feeds))
        self.merge = Merge()
        self.looks = Looks()
        self._traffic = traffic
        self._know(ruleset)

    @property
    def engine(self) -> Partition:
        """The rules at work."""
        return self._governed.engine

    def switch(self, ruleset: RuleSet, policies: Mapping[str, Policy], noticed: Micros, feeds: FeedTable | None) -> Sequence[Outcome]:
        """Go on under other rules; what waits for a rule or a group that is not here any more is left behind, the rest waits under the new lateness."""
        said = self._governed.switch(ruleset, policies, noticed, feeds=feeds)
        self._know(ruleset)
        self._traffic.unknown += self.merge.hold_anew(self._due)
        return said

    def begin_at(self, clock: Micros) -> None:
        """Begin in the middle of the stream, with nothing."""
        self.engine.now = self.engine.registry.since = clock

    def has(self, rule: str) -> bool:
        """Whether the rule is judged here."""
        return rule in self._lateness

    def hold(self, rule: str, observation: Observation) -> None:
        """Take an observation for a rule that is judged here; one whose group lives elsewhere was sent under another group key, and is left."""
        due = self._due(rule, observation)
        if due is None:
            self._traffic.unknown += 1
        else:
            self.merge.hold(due, rule, observation)

    def advance(self, clock: Micros, noticed: Micros) -> Iterator[Outcome]:
        """Everything that happens until the clock: observations of earlier instants, and timers between them and after.

        An observation is applied when the clock has passed ``at`` + lateness, strictly: until then another partition may
        send one of the very same instant that comes before it. A tick is seen where it lies in time, as if all had told it at once.
        """
        engine = self.engine
        for look in self.looks.due(clock):
            yield from self._release(look.at, noticed)
            yield from engine.hear(look.sent_at, look.feeds) if look.word else engine.tick(look.at, noticed, look.feeds)
        yield from self._release(clock, noticed)
        yield from engine.pass_to(clock, noticed)

    def _release(self, clock: Micros, noticed: Micros) -> Iterator[Outcome]:
        for rule, observation in self.merge.release(clock):
            yield from self.engine.apply(rule, observation, noticed)

    def full(self) -> dict[str, bytes]:
        """Every section."""
        return {_LOOKS: self.looks.section(), **self._governed.full(), **_named(self.merge.full())}

    def delta(self) -> dict[str, bytes | None]:
        """The sections that changed."""
        return {
            _LOOKS: self.looks.section(),
            **self._governed.delta(),
            **{_HELD + name: raw for name, raw in self.merge.delta().items()},
        }

    def restore(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept; what waited for a rule that is gone is left behind.

        Raises:
            ValueError: the sections are of an unknown schema version.
        """
        self._governed.restore({name: raw for name, raw in sections.items() if not name.startswith(_HELD) and name != _LOOKS})
        if _LOOKS in sections:
            self.looks.restore(sections[_LOOKS])
        held = {name.removeprefix(_HELD): raw for name, raw in sections.items() if name.startswith(_HELD)}
        self._traffic.unknown += self.merge.restore(held, self._due)

    def _due(self, rule: str, observation: Observation) -> Micros | None:
        homes = self._homes.get(rule)
        return None if homes is None or homes.of(observation) != self._place.number else observation.at + self._lateness[rule]

    def _know(self, ruleset: RuleSet) -> None:
        self._lateness = {rule.name: rule.lateness for rule in ruleset.rules}
        self._homes = {rule.name: Homes(rule, self._place.partitions) for rule in ruleset.rules}


def _named(sections: Mapping[str, bytes]) -> dict[str, bytes]:
    return {_HELD + name: raw for name, raw in sections.items()}
