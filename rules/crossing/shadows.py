"""Rules over several sources that run in shadow: beside the live ones, behind the same clocks, with nothing that these could touch."""

from collections.abc import Callable, Iterator, Mapping

from config.feeds import FeedTable
from config.moment import Micros
from rules.crossing.arrivals import Arrival
from rules.crossing.division import SHADOW, UPSTREAM, crossing_of
from rules.crossing.side import Place, Side
from rules.crossing.traffic import Traffic
from rules.engine import Limits, Outcome, Tally
from rules.life import Policy
from rules.life.governed import in_shadow
from rules.model import RuleSet


class Shadows:
    """The sides of rules in shadow. A topic without such a rule has none, and costs nothing.

    Attributes:
        sides: by upstream topic.
    """

    def __init__(self, ruleset: RuleSet, place: Place, limits: Limits, tally: Tally, traffic: Traffic, *, feeds: FeedTable | None) -> None:
        self._place, self._limits, self._tally, self._traffic = place, limits, tally, traffic
        self._gone: set[str] = set()
        parts = {topic: crossing_of(in_shadow(ruleset), topic) for topic in UPSTREAM}
        self.sides = {topic: self._side(part, feeds) for topic, part in parts.items() if part.rules}

    def look(self, topic: str, arrival: Arrival) -> None:
        """Keep what an upstream record says of feeds."""
        side = self.sides.get(topic)
        if side is not None:
            side.looks.add(arrival.feeds, arrival.clock, arrival.sent_at)

    def advance(self, clock: Callable[[str], Micros], noticed: Micros) -> Iterator[Outcome]:
        """Everything that happens until the present clocks of the topics."""
        for topic, side in self.sides.items():
            yield from side.advance(clock(topic), noticed)

    def switch(
        self,
        ruleset: RuleSet,
        policies: Mapping[str, Policy],
        noticed: Micros,
        feeds: FeedTable | None,
        begins_at: Callable[[str], Micros],
    ) -> Iterator[Outcome]:
        """Go on under other rules. A side begins with nothing, where the live one stands, and ends with its last rule.

        Args:
            ruleset: the whole set.
            policies: by rule.
            noticed: the clock of the log.
            feeds: the city's feeds from here on.
            begins_at: the clock of the live side of a topic.
        """
        for topic in UPSTREAM:
            part, side = crossing_of(in_shadow(ruleset), topic), self.sides.get(topic)
            if side is not None:
                yield from side.switch(part, policies, noticed, feeds)
                if not part.rules:
                    self._gone.update(_name(topic, name) for name in side.delta())
                    del self.sides[topic]
            elif part.rules:
                self.sides[topic] = self._side(part, feeds)
                self.sides[topic].begin_at(begins_at(topic))

    def full(self) -> dict[str, bytes]:
        """Every section."""
        self._gone = set()
        return {_name(topic, name): raw for topic, side in self.sides.items() for name, raw in side.full().items()}

    def delta(self) -> dict[str, bytes | None]:
        """The sections that changed since the last call of this or of :meth:`full`; ``None`` for one that is gone."""
        gone, self._gone = self._gone, set()
        changed = {_name(topic, name): raw for topic, side in self.sides.items() for name, raw in side.delta().items()}
        return {**dict.fromkeys(gone), **changed}

    def restore(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept.

        Raises:
            ValueError: the sections are of an unknown schema version.
        """
        for topic, side in self.sides.items():
            prefix = _name(topic, "")
            side.restore({name.removeprefix(prefix): raw for name, raw in sections.items() if name.startswith(prefix)})

    def _side(self, part: RuleSet, feeds: FeedTable | None) -> Side:
        return Side(part, self._place, self._limits, self._tally, self._traffic, feeds=feeds)


def _name(topic: str, section: str) -> str:
    return f"{SHADOW}{topic}/{section}"
