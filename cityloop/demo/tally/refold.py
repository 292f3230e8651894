"""Folds the log once more, from its beginning and without a broker: what the rules should have said."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from config.problem import ProblemsError
from streams.alert import AlertEvent
from streams.checkpoint.assemble import Entry, farthest
from streams.codec import decode_record
from streams.fold import Fold, Output, Record
from streams.observation import Observation
from streams.topics import ALERTS, MATCHES

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


class SentOn(msgspec.Struct, frozen=True):
    """One record that must be on ``cityloop.matches``.

    Attributes:
        id: of :func:`sent_id`.
        cause: the record in whose step it arose.
    """

    id: str
    cause: Record


class Refolded(msgspec.Struct, frozen=True):
    """What the log amounts to.

    Attributes:
        changes: of alerts.
        sent: to where the sources of a group meet.
    """

    changes: tuple[Expected, ...] = ()
    sent: tuple[SentOn, ...] = ()


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


def refold(records: Iterable[Record], fold: Fold) -> Refolded:
    """Fold the records from the beginning of the log; returns every change of an alert and every record that they amount to.

    Where the records of ``cityloop.matches`` are among them, these are folded as they lie there; that they are the ones
    which had to be sent is another comparison.
    """
    changes: list[Expected] = []
    sent: list[SentOn] = []
    partitions: defaultdict[Address, list[Record]] = defaultdict(list)
    for record in records:
        partitions[record.topic, record.partition].append(record)
    for (topic, partition), inside in partitions.items():
        held = fold.restore(topic, partition, {})
        for record in sorted(inside, key=lambda record: record.offset):
            outputs = held.step(record)
            changes.extend(
                Expected(msgspec.json.decode(output.value, type=AlertEvent), record) for output in outputs if output.topic == ALERTS
            )
            sent.extend(SentOn(sent_id(output), record) for output in outputs if output.topic == MATCHES)
    return Refolded(tuple(changes), tuple(sent))


def sent_id(record: Record | Output) -> str:
    """The identity of a record of ``cityloop.matches``: where it lies, and all that it says (its number included)."""
    digest = hashlib.blake2b((record.key or b"") + b"\0" + record.value, digest_size=12).hexdigest()
    return f"{record.partition}/{digest}"


def records_sent(records: Sequence[Record]) -> frozenset[str]:
    """The different records that were sent to ``cityloop.matches``; a repeated one is no other, and a switch of rules was not sent."""
    return frozenset(sent_id(record) for record in records if not _is_switch(record))


def _is_switch(record: Record) -> bool:
    try:
        return decode_record(record.value, record.headers).ruleset is not None
    except ProblemsError:
        return False


def observations_in(record: Record) -> tuple[Observation, ...]:
    """The observations of a record; none for a tick, a switch of rules, and what cannot be read."""
    try:
        return decode_record(record.value, record.headers).observations
    except ProblemsError:  # The engine has told why in cityloop.rejected.
        return ()
