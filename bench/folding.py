"""The pure fold fed with a city's records, without broker and Faust: for what depends on rules and sources alone."""

import gc
import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from bench.city import City, city_observations
from bench.workload import records_of
from config.kinds import Kind, Text, ValueType
from rules.fold import RuleFold
from rules.model import Rule, RuleSet
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.fold import Held, Output, Record
from streams.ids import observation_id
from streams.observation import Observation

PARTITIONS = 4
"""Of each topic."""


class Feeder:
    """A fold with the records that its city sends, in order.

    Args:
        ruleset: what is judged.
        city: who reports.
        partitions: of each topic.

    Attributes:
        fold: the fold.
        held: the states of its partitions.
        part: of the reports, drawn by chance, that are sent at all.
    """

    def __init__(self, ruleset: RuleSet, city: City, *, partitions: int = PARTITIONS) -> None:
        self.fold = RuleFold(ruleset, partitions=partitions)
        self.held: dict[tuple[str, int], Held] = {}
        self._offsets: dict[tuple[str, int], int] = {}
        self.part = 1.0
        self._chance = random.Random(city.seed)  # noqa: S311  # A repeatable workload, not a secret.
        self._written = records_of(self._reports(city), envelope=city.envelope, tick=city.tick, partitions=partitions)

    def records(self, observations: int) -> Iterator[tuple[Record, int]]:
        """The next records that hold at least so many observations, each with how many it holds."""
        left = observations
        while left > 0:
            written = next(self._written)
            place = (written.topic, written.partition)
            self._offsets[place] = offset = self._offsets.get(place, -1) + 1
            count = len(written.envelope.observations)
            left -= count
            value = encode_envelope(written.envelope)
            yield Record(*place, offset, written.envelope.sent_at // 1_000 * 1_000, None, value, ENVELOPE_HEADERS), count

    def _reports(self, city: City) -> Iterator[Observation]:
        """The city's observations with ids as senders without ids of their own get them, which do not compress."""
        for one in city_observations(1 << 62, city):
            if self._chance.random() < self.part:
                yield msgspec.structs.replace(one, id=observation_id(one.source, one.kind, one.at, one.value))

    def take(self, records: Iterable[Record]) -> list[Output]:
        """Fold records; gives what the fold publishes."""
        outputs: list[Output] = []
        for record in records:
            place = (record.topic, record.partition)
            held = self.held.get(place)
            if held is None:
                held = self.held[place] = self.fold.restore(*place, {})
            outputs += held.step(record)
        return outputs

    def warm(self, observations: int) -> None:
        """Fold so many observations, a few records at a time."""
        for record, _ in self.records(observations):
            self.take((record,))


def with_others(ruleset: RuleSet, rules: int) -> RuleSet:
    """So many rules: those that are given, and copies of the first that look at kinds which nobody reports."""
    pattern, lacking = ruleset.rules[0], range(rules - len(ruleset.rules))
    others = tuple(_other(pattern, number) for number in lacking)
    kinds = {other.kinds[0]: _kind(other.kinds[0]) for other in others}
    return msgspec.structs.replace(ruleset, rules=(*ruleset.rules, *others), kinds={**ruleset.kinds, **kinds})


def _other(pattern: Rule, number: int) -> Rule:
    return msgspec.structs.replace(pattern, name=f"other-{number}", kinds=(f"other_{number}",))


def _kind(name: str) -> Kind:
    return Kind(name=name, value=ValueType.BOOL, label=Text(en=name, zh=name))


def resident_bytes() -> int:
    """Resident memory of this process now, after unreachable objects were freed (Linux)."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
