"""The downstream half: one partition of ``cityloop.matches``, where the sources of a group meet."""

from collections.abc import Iterator, Mapping

import msgspec

from config.feeds import FeedTable
from config.moment import Micros
from rules.crossing.arrivals import Arrival, Heard, Taken, take
from rules.crossing.division import SHADOW, UPSTREAM, crossing_of
from rules.crossing.shadows import Shadows
from rules.crossing.side import Place, Side
from rules.crossing.traffic import Traffic
from rules.engine import Limits, Outcome, Tally
from rules.life import Policy
from rules.model import RuleSet
from streams.envelope import Envelope, Origin

SECTION = "arrivals"
SCHEMA = 1


class Arrivals(msgspec.Struct, array_like=True):
    """The section: what is known of every upstream partition, by topic."""

    schema: int
    heard: dict[str, list[Heard]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Arrivals).decode


class Downstream:
    """The state of one partition of ``cityloop.matches``.

    Its clock, for the rules of an upstream topic, is the smallest of the clocks of all that topic's partitions. One that
    was never heard of keeps it at the beginning; one without observations goes on by its ticks.

    Attributes:
        sides: the rules at work, by upstream topic.
        shadows: the rules in shadow.
        heard: what is known of the upstream partitions, by topic.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        place: Place,
        limits: Limits,
        tally: Tally,
        traffic: Traffic,
        *,
        feeds: FeedTable | None = None,
        shadow_tally: Tally | None = None,
    ) -> None:
        self.sides = {topic: Side(crossing_of(ruleset, topic), place, limits, tally, traffic, feeds=feeds) for topic in UPSTREAM}
        self.shadows = Shadows(ruleset, place, limits, Tally() if shadow_tally is None else shadow_tally, traffic, feeds=feeds)
        self.heard = {topic: [Heard(aside={}) for _ in range(place.partitions)] for topic in UPSTREAM}
        self._traffic = traffic

    def fault(self, envelope: Envelope, rule: str) -> str | None:
        """Why the record is none of an upstream fold; ``None`` when it is."""
        origin = envelope.origin
        if origin is None:
            return "the record does not say which partition it was sent on from."
        if origin.topic not in self.heard or not 0 <= origin.partition < len(self.heard[origin.topic]) or origin.sequence < 1:
            return (
                f"the record says that it is number {origin.sequence} of {origin.topic}/{origin.partition}, which nothing is sent on from."
            )
        if envelope.observations and not rule:
            return "the record does not say which rule its observations are for."
        return None

    def take(self, origin: Origin, envelope: Envelope, rule: str, timestamp: Micros) -> Taken:
        """Take a record in its turn; what it brings is held until :meth:`advance`."""
        arrival = Arrival(origin.sequence, rule, envelope.observations, envelope.tick, envelope.feeds, envelope.sent_at)
        taken = take(self.heard[origin.topic][origin.partition], arrival, timestamp, self._traffic)
        for one in taken.arrivals:
            self.sides[origin.topic].looks.add(one.feeds, one.clock, one.sent_at)
            self.shadows.look(origin.topic, one)
            self._hold(one)
        return taken

    def advance(self, noticed: Micros) -> Iterator[Outcome]:
        """Everything that happens until the present clocks.

        Args:
            noticed: the clock of the log.
        """
        for topic, side in self.sides.items():
            yield from side.advance(self.clock(topic), noticed)

    def advance_shadows(self, noticed: Micros) -> Iterator[Outcome]:
        """The same for the rules in shadow."""
        return self.shadows.advance(self.clock, noticed)

    def switch_shadows(
        self, ruleset: RuleSet, policies: Mapping[str, Policy], noticed: Micros, feeds: FeedTable | None
    ) -> Iterator[Outcome]:
        """Go on with other rules in shadow; :meth:`switch` comes first, since those that begin do so where the live ones stand."""
        return self.shadows.switch(ruleset, policies, noticed, feeds, lambda topic: self.sides[topic].engine.now)

    def switch(self, ruleset: RuleSet, policies: Mapping[str, Policy], noticed: Micros, feeds: FeedTable | None) -> Iterator[Outcome]:
        """Go on under other rules and feeds; each side switches where its clock stands."""
        for topic, side in self.sides.items():
            yield from side.switch(crossing_of(ruleset, topic), policies, noticed, feeds)

    def clock(self, topic: str) -> Micros:
        """The smallest clock of the topic's partitions."""
        return min(heard.clock for heard in self.heard[topic])

    def full(self) -> dict[str, bytes]:
        """Every section."""
        found = {SECTION: self._arrivals()}
        for topic, side in self.sides.items():
            found.update((f"{topic}/{name}", raw) for name, raw in side.full().items())
        return {**found, **self.shadows.full()}

    def delta(self) -> dict[str, bytes | None]:
        """The sections that changed since the last call of this or of :meth:`full`."""
        found: dict[str, bytes | None] = {SECTION: self._arrivals()}
        for topic, side in self.sides.items():
            found.update((f"{topic}/{name}", raw) for name, raw in side.delta().items())
        return {**found, **self.shadows.delta()}

    def restore(self, sections: Mapping[str, bytes]) -> None:
        """Take over what a checkpoint kept.

        Raises:
            ValueError: it is of an unknown schema version, or of another number of partitions.
        """
        if not sections:
            return
        arrivals = _decode(sections[SECTION])
        if arrivals.schema != SCHEMA:
            msg = f"the checkpoint of cityloop.matches has schema {arrivals.schema}, and this version of cityloop reads {SCHEMA}"
            raise ValueError(msg)
        for topic, heard in arrivals.heard.items():
            if len(heard) != len(self.heard[topic]):
                msg = f"the checkpoint is of {len(heard)} partitions where there are {len(self.heard[topic])}: sources cannot change partition"
                raise ValueError(msg)
            self.heard[topic] = heard
        for topic, side in self.sides.items():
            prefix = f"{topic}/"
            side.restore({name.removeprefix(prefix): raw for name, raw in sections.items() if name.startswith(prefix)})
        self.shadows.restore(sections)

    def _hold(self, arrival: Arrival) -> None:
        if not arrival.observations:
            return
        rule, sides = arrival.rule, self.sides
        if rule.startswith(SHADOW):
            rule, sides = rule.removeprefix(SHADOW), self.shadows.sides
        side = next((side for side in sides.values() if side.has(rule)), None)
        if side is None:
            self._traffic.unknown += len(arrival.observations)
            return
        for observation in arrival.observations:
            side.hold(rule, observation)

    def _arrivals(self) -> bytes:
        return _encode(Arrivals(SCHEMA, self.heard))
