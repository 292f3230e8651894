"""What the fault tests fold: each workload makes records, and the fold that they are for."""

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import msgspec

from config.loader import DEMO_CITY, load_city
from config.moment import SECOND, Micros
from rules.fold import RuleFold
from rules.parser import load_rules
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Fold
from streams.ids import observation_id
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.folds import CountingFold
from tests.fakes.storm import Made, Storm, storm_rules, switch_records

_ORIGIN: Micros = 1_780_000_000_000_000
_SPEED = 20
_SOURCES = 400
BATCH = 50
"""Observations of one step of a storm."""


class Course(Protocol):
    """Records to write, step by step."""

    def steps(self, chance: random.Random, partitions: int) -> Iterator[list[Made]]:
        """Records that are written at one moment; endless, or until everything was said."""

    def last(self, partitions: int) -> list[Made]:
        """What is written once a second after the steps have ended: time that goes on."""


class Workload(NamedTuple):
    """A fold, made for a number of partitions, and a course of records for it, made for a number of observations."""

    fold: Callable[[int], Fold]
    course: Callable[[int], Course]


class Amounts:
    """Twenty amounts of five hundred devices a partition, in each of the two topics in turn."""

    def steps(self, chance: random.Random, partitions: int) -> Iterator[list[Made]]:
        """Endless."""
        number = 0
        while True:
            partition = number % partitions
            batch = [(f"d{chance.randrange(500) * partitions + partition}", chance.randrange(-5, 10)) for _ in range(20)]
            yield [((URGENT if number % 10 == 0 else OBSERVATIONS), partition, msgspec.json.encode(batch), {})]
            number += 1

    def last(self, partitions: int) -> list[Made]:
        """No amounts."""
        return [(topic, partition, b"[]", {}) for topic in (OBSERVATIONS, URGENT) for partition in range(partitions)]


class Street:
    """Doors, smoke alarms and parking cameras of the demo city, in a time that runs twenty times as fast as ours.

    Few of them see anything, so that dispatch keeps up with the alerts; one record in fifty nobody can read.
    """

    troubled = 30
    """So many sources see something every other time, the others never."""

    def steps(self, chance: random.Random, partitions: int) -> Iterator[list[Made]]:
        """Endless: an envelope each step, and a tick a second."""
        sources = [f"sensor/{number}" for number in range(_SOURCES)]
        calm = frozenset(sources[self.troubled :])
        homes = [[source for source in sources if partition_of(source, partitions) == number] for number in range(partitions)]
        number, ticked = 0, _quick_clock()
        while True:
            partition, now = number % partitions, _quick_clock()
            urgent, number = number % 5 == 0, number + 1
            ticks = []
            if now - ticked > _SPEED * SECOND:
                ticked, ticks = now, self.last(partitions)
            if chance.random() < 0.02:
                yield [*ticks, (OBSERVATIONS, partition, b"\xc1" + chance.randbytes(9), ENVELOPE_HEADERS)]
                continue
            kinds = ("smoke",) if urgent else ("door", "illegal_parking")
            seen = tuple(_report(chance, homes[partition], kinds, now, calm) for _ in range(10))
            value = encode_envelope(Envelope(sent_at=now, writer="feeder", observations=seen))
            yield [*ticks, ((URGENT if urgent else OBSERVATIONS), partition, value, ENVELOPE_HEADERS)]

    def last(self, partitions: int) -> list[Made]:
        """A tick at this moment."""
        now = _quick_clock()
        value = encode_envelope(Envelope(sent_at=now, writer="feeder", tick=now))
        return [(topic, partition, value, ENVELOPE_HEADERS) for topic in (OBSERVATIONS, URGENT) for partition in range(partitions)]


class Gale:
    """The traffic of :mod:`tests.fakes.storm`, so many observations of it; half of them come under other rules."""

    def __init__(self, observations: int) -> None:
        self._planned = observations
        self._storm: Storm | None = None

    def steps(self, chance: random.Random, partitions: int) -> Iterator[list[Made]]:
        """Fifty observations each, in envelopes as they are filled."""
        storm = self._storm = Storm(chance.randrange(2**32), self._planned, partitions)
        step: list[Made] = []
        stepped = 0
        for made in storm.records():
            step.append(made)
            while storm.made >= stepped + BATCH:
                stepped += BATCH
                yield step
                step = []
                if stepped == self._planned // 2 // BATCH * BATCH:
                    yield switch_records(partitions, storm.now)
            if storm.made >= self._planned:
                yield step
                return

    def last(self, partitions: int) -> list[Made]:
        """Whatever was held back, and a tick some seconds later."""
        storm = self._storm
        if storm is None:
            return []
        storm.now += 15 * SECOND
        return list(storm.ticks())


def _quick_clock() -> Micros:
    """A clock that runs twenty times as fast, so that rules with ``for: 30s`` fire within a short test."""
    return _ORIGIN + (time.time_ns() // 1000 - _ORIGIN) * _SPEED


def _report(chance: random.Random, sources: list[str], kinds: tuple[str, ...], now: Micros, calm: frozenset[str]) -> Observation:
    source, kind, at = chance.choice(sources), chance.choice(kinds), now - chance.randrange(100_000)
    value = chance.random() < 0.5 and source not in calm
    return Observation(
        id=observation_id(source, kind, at, value),
        source=source,
        kind=kind,
        at=at,
        value=value,
        zone="bay",
        confidence=0.9,
        received_at=now,
    )


def _demo_rules(partitions: int) -> Fold:
    city = load_city(DEMO_CITY)
    return RuleFold(load_rules(city.rule_files, city.kinds), partitions=partitions)


def _storm_rules(partitions: int) -> Fold:
    return RuleFold(storm_rules(), partitions=partitions)


WORKLOADS = {
    "counting": Workload(lambda _: CountingFold(), lambda _: Amounts()),
    "street": Workload(_demo_rules, lambda _: Street()),
    "storm": Workload(_storm_rules, Gale),
}
