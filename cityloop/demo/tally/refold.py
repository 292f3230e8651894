"""Folds the log once more, from its beginning and without a broker: what the rules should have said."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from config.problem import ProblemsError
from streams.alert import AlertEvent
from streams.checkpoint.assemble import Entry, farthest
from streams.codec import decode_record
from streams.fold import Fold, Record
from streams.observation import Observation
from streams.topics import ALERTS

Address = tuple[str, int]
"""Topic and partition."""


class Expected(msgspec.Struct, frozen=True):
    """One change of an alert that must be on the log.

    Attributes:
        event: the change.
        cause: the record in whose step it arose.
    """

    event: AlertEvent
    cause: Record


def applied_offsets(checkpoints: Iterable[Record], addresses: Iterable[Address]) -> dict[Address, int]:
    """How far the engine has come, by its checkpoints: the last applied offset of each partition, -1 before the first."""
    entries: defaultdict[int, list[Entry]] = defaultdict(list)
    for record in checkpoints:
        # The reader of topics gives an empty value for a deleted key.
        entries[record.partition].append((record.key or b"", record.value or None))
    found = {}
    for topic, partition in addresses:
        offset = farthest(entries[partition], topic, partition).offset
        found[topic, partition] = -1 if offset is None else offset
    return found


def refold(records: Iterable[Record], fold: Fold) -> list[Expected]:
    """Fold the records from the beginning of the log; returns every change of an alert that they amount to."""
    found: list[Expected] = []
    partitions: defaultdict[Address, list[Record]] = defaultdict(list)
    for record in records:
        partitions[record.topic, record.partition].append(record)
    for (topic, partition), inside in partitions.items():
        held = fold.restore(topic, partition, {})
        for record in sorted(inside, key=lambda record: record.offset):
            found.extend(
                Expected(msgspec.json.decode(output.value, type=AlertEvent), record)
                for output in held.step(record)
                if output.topic == ALERTS
            )
    return found


def observations_in(record: Record) -> tuple[Observation, ...]:
    """The observations of a record; none for a tick, a switch of rules, and what cannot be read."""
    try:
        return decode_record(record.value, record.headers).observations
    except ProblemsError:  # The engine has told why in cityloop.rejected.
        return ()
