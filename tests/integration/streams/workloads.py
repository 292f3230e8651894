"""What the fault tests fold: each workload makes records, and the fold that they are for."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import msgspec

from config.loader import DEMO_CITY, load_city
from config.moment import Micros
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

Made = tuple[str, int, bytes, Mapping[str, bytes]]
"""Topic, partition, value and headers of a record to write."""
_ORIGIN: Micros = 1_780_000_000_000_000
_SPEED = 20
_SOURCES = 400


class Workload(NamedTuple):
    """A fold and endless records for it.

    Attributes:
        fold: makes the fold.
        records: endless records for a number of partitions.
        tick: the value and headers of a tick at this moment.
    """

    fold: Callable[[], Fold]
    records: Callable[[random.Random, int], Iterator[Made]]
    tick: Callable[[], tuple[bytes, Mapping[str, bytes]]]


def _amounts(chance: random.Random, partitions: int) -> Iterator[Made]:
    """Twenty amounts of five hundred devices a partition, in each of the two topics in turn."""
    number = 0
    while True:
        partition = number % partitions
        batch = [(f"d{chance.randrange(500) * partitions + partition}", chance.randrange(-5, 10)) for _ in range(20)]
        yield (URGENT if number % 10 == 0 else OBSERVATIONS), partition, msgspec.json.encode(batch), {}
        number += 1


def _quick_clock() -> Micros:
    """A clock that runs twenty times as fast, so that rules with ``for: 30s`` fire within a short test."""
    return _ORIGIN + (time.time_ns() // 1000 - _ORIGIN) * _SPEED


def _reports(chance: random.Random, partitions: int, troubled: int = _SOURCES) -> Iterator[Made]:
    """Envelopes of doors, smoke alarms and parking cameras of 400 sources, and one record in fifty that nobody can read.

    The first ``troubled`` sources see something every other time, the others never.
    """
    sources = [f"sensor/{number}" for number in range(_SOURCES)]
    calm = frozenset(sources[troubled:])
    homes = {partition: [source for source in sources if partition_of(source, partitions) == partition] for partition in range(partitions)}
    number = 0
    while True:
        partition, now = number % partitions, _quick_clock()
        urgent, number = number % 5 == 0, number + 1
        if chance.random() < 0.02:
            yield OBSERVATIONS, partition, b"\xc1" + chance.randbytes(9), ENVELOPE_HEADERS
            continue
        kinds = ("smoke",) if urgent else ("door", "illegal_parking")
        seen = tuple(_report(chance, homes[partition], kinds, now, calm) for _ in range(10))
        value = encode_envelope(Envelope(sent_at=now, writer="feeder", observations=seen))
        yield (URGENT if urgent else OBSERVATIONS), partition, value, ENVELOPE_HEADERS


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


def _demo_rules() -> Fold:
    city = load_city(DEMO_CITY)
    return RuleFold(load_rules(city.rule_files, city.kinds))


def _tick() -> tuple[bytes, Mapping[str, bytes]]:
    now = _quick_clock()
    return encode_envelope(Envelope(sent_at=now, writer="feeder", tick=now)), ENVELOPE_HEADERS


WORKLOADS = {
    "counting": Workload(CountingFold, _amounts, lambda: (b"[]", {})),
    "rules": Workload(_demo_rules, _reports, _tick),
    "street": Workload(_demo_rules, partial(_reports, troubled=40), _tick),  # So few alerts that dispatch keeps up with them.
}
