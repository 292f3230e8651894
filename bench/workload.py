"""The observations that the engine is measured with: fifty thousand devices of a city on an ordinary day."""

import random
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from config.moment import SECOND, Micros
from streams.envelope import Envelope
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import OBSERVATIONS, URGENT

START: Micros = 1_767_571_200 * SECOND
"""The first instant: 2026-01-05T00:00:00Z. Event time, so it does not matter when the benchmark runs."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices report how.

    Attributes:
        sources: devices and camera zones altogether.
        smoke_every: each so-many-th source is a smoke alarm (urgent topic).
        camera_every: each so-many-th source is a camera's zone; all others are doors.
        period: event time between two reports of one source, in microseconds.
        envelope: observations in a record.
        begins: chance that a report is the first of a run that says true, which is what rules wait for.
        longest: reports in the longest such run.
        seed: of the random choices; equal shapes give equal observations.
    """

    sources: int = 50_000
    smoke_every: int = 5
    camera_every: int = 500
    period: Micros = 2 * SECOND
    envelope: int = 100
    begins: float = 0.0005
    longest: int = 40
    seed: int = 1


class Written(msgspec.Struct, frozen=True):
    """One record to write.

    Attributes:
        topic: without the installation's suffix.
        partition: where to.
        envelope: the value.
    """

    topic: str
    partition: int
    envelope: Envelope


def kind_of(index: int, shape: Shape) -> str:
    """What the source of this number reports."""
    if index % shape.camera_every == 0:
        return "illegal_parking"
    return "smoke" if index % shape.smoke_every == 0 else "door"


def source_of(index: int, shape: Shape) -> str:
    """The name of the source of this number."""
    return f"camera/c-{index}" if kind_of(index, shape) == "illegal_parking" else f"sensor/d-{index}"


def observations(count: int, shape: Shape) -> Iterator[Observation]:
    """The first so many observations, in the order of event time: the sources report in turn, again and again."""
    chance = random.Random(shape.seed)  # noqa: S311  # A repeatable workload, not a secret.
    kinds = [kind_of(index, shape) for index in range(shape.sources)]
    names = [source_of(index, shape) for index in range(shape.sources)]
    left = [0] * shape.sources
    for number in range(count):
        index = number % shape.sources
        at = START + number * shape.period // shape.sources
        if left[index]:
            left[index] -= 1
        elif chance.random() < shape.begins:
            left[index] = chance.randrange(1, shape.longest + 1)
        yield Observation(
            id=f"{number:032x}",
            source=names[index],
            kind=kinds[index],
            at=at,
            value=left[index] > 0,
            zone="z1" if kinds[index] == "illegal_parking" else None,
            received_at=at,
        )


def records(count: int, shape: Shape, partitions: int) -> Iterator[Written]:
    """The records that a gateway would write for so many observations, with a tick in each partition every second."""
    return records_of(observations(count, shape), envelope=shape.envelope, tick=SECOND, partitions=partitions)


def records_of(found: Iterable[Observation], *, envelope: int, tick: Micros, partitions: int) -> Iterator[Written]:
    """The records that a gateway would write: envelopes by topic and partition, and now and then a tick in each partition.

    Args:
        found: in the order of event time, from :data:`START` on.
        envelope: observations in a record; it closes early where a tick would overtake it.
        tick: event time between two ticks, in microseconds.
        partitions: of each topic.
    """
    waiting: dict[tuple[str, int], list[Observation]] = {(topic, n): [] for topic in (OBSERVATIONS, URGENT) for n in range(partitions)}
    ticked = START
    at = START
    for observation in found:
        at = observation.at
        while at - ticked >= tick:
            ticked += tick
            for place, held in waiting.items():
                if held:
                    yield _closed(place, held, ticked)
                    held.clear()
                yield Written(*place, Envelope(sent_at=ticked, writer="bench", tick=ticked))
        place = (URGENT if observation.kind == "smoke" else OBSERVATIONS, partition_of(observation.source, partitions))
        held = waiting[place]
        held.append(observation)
        if len(held) == envelope:
            yield _closed(place, held, at)
            held.clear()
    for place, held in waiting.items():
        if held:
            yield _closed(place, held, at)


def _closed(place: tuple[str, int], held: Sequence[Observation], at: Micros) -> Written:
    return Written(*place, Envelope(sent_at=at, writer="bench", observations=tuple(held)))
