"""What the fault tests fold: each workload makes records, and the fold that they are for."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from streams.fold import Fold
from streams.topics import OBSERVATIONS, URGENT
from tests.fakes.folds import CountingFold

Made = tuple[str, int, bytes, Mapping[str, bytes]]
"""Topic, partition, value and headers of a record to write."""


class Workload(NamedTuple):
    """A fold and endless records for it.

    Attributes:
        fold: makes the fold.
        records: endless records, the same for the same seed and number of partitions.
        tick: the value and headers of a tick at a wall-clock instant.
    """

    fold: Callable[[], Fold]
    records: Callable[[random.Random, int], Iterator[Made]]
    tick: Callable[[int], tuple[bytes, Mapping[str, bytes]]]


def _amounts(chance: random.Random, partitions: int) -> Iterator[Made]:
    """Twenty amounts of five hundred devices a partition, in each of the two topics in turn."""
    number = 0
    while True:
        partition = number % partitions
        batch = [(f"d{chance.randrange(500) * partitions + partition}", chance.randrange(-5, 10)) for _ in range(20)]
        yield (URGENT if number % 10 == 0 else OBSERVATIONS), partition, msgspec.json.encode(batch), {}
        number += 1


WORKLOADS = {"counting": Workload(CountingFold, _amounts, lambda _now: (b"[]", {}))}
