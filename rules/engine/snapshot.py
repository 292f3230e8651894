"""The state of a partition as sections of bytes, and back: exact to the bit, and a delta holds only what changed.

Sections: ``clock`` (the clock of the stream), ``waiting/<lateness>`` (observations that may still be overtaken) and
``group/<rule>/<number>`` (some groups of a rule). Timers are not written: every group knows its own.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from config.moment import Micros
from rules.engine.bearer import BUCKET, RuleBearer
from rules.engine.partition import Partition
from rules.grouping import restored
from rules.state import Group
from streams.observation import Observation

SCHEMA = 3
"""Of the sections; it changes with every change of :mod:`rules.state` or of a form's memory."""

_CLOCK = "clock"
_WAITING = "waiting/"
_GROUP = "group/"
_encode = msgspec.msgpack.Encoder().encode


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """The section ``clock``."""

    schema: int
    now: Micros


_decode_clock = msgspec.msgpack.Decoder(Clock).decode
_decode_waiting = msgspec.msgpack.Decoder(list[Observation]).decode
_decode_groups = msgspec.msgpack.Decoder(list[Group]).decode


def full(partition: Partition) -> dict[str, bytes]:
    """Every section; what changed is counted from here."""
    sections = _small_sections(partition)
    for name, bearer in partition.bearers.items():
        bearer.dirty = set(range((len(bearer.groups) + BUCKET - 1) // BUCKET))
        sections.update(_dirty_sections(name, bearer))
    return sections


def delta(partition: Partition) -> dict[str, bytes]:
    """The sections that changed since the last call of this or of :func:`full`."""
    sections = _small_sections(partition)
    for name, bearer in partition.bearers.items():
        if bearer.dirty:
            sections.update(_dirty_sections(name, bearer))
    return sections


def restore(partition: Partition, sections: Mapping[str, bytes]) -> None:
    """Give a new partition the state that was written.

    Rules that are no longer in the rule set are left behind, new ones begin with nothing.

    Raises:
        ValueError: the sections are of another schema version.
    """
    if not sections:
        return
    clock = _decode_clock(sections[_CLOCK])
    if clock.schema != SCHEMA:
        msg = f"the checkpoint has schema {clock.schema}, and this version of cityloop reads schema {SCHEMA}: start with an empty state"
        raise ValueError(msg)
    partition.now = clock.now
    for lane in partition.lanes:
        for observation in _decode_waiting(sections.get(f"{_WAITING}{lane.lateness}", b"\x90")):
            lane.wait(observation)
    found: dict[str, list[tuple[int, bytes]]] = {}
    for section, raw in sections.items():
        if section.startswith(_GROUP):
            rule, _, bucket = section.removeprefix(_GROUP).rpartition("/")
            found.setdefault(rule, []).append((int(bucket), raw))
    for rule, buckets in found.items():
        bearer = partition.bearers.get(rule)
        if bearer is not None:
            for _, raw in sorted(buckets):
                _restore_groups(bearer, raw)


def _restore_groups(bearer: RuleBearer, raw: bytes) -> None:
    memory_type: Any = bearer.evaluator.memory_type
    for group in _decode_groups(raw):
        group.key = restored(group.key)
        if group.memory is not None:
            group.memory = msgspec.convert(group.memory, memory_type)
        bearer.adopt(group)


def _small_sections(partition: Partition) -> dict[str, bytes]:
    sections = {_CLOCK: _encode(Clock(SCHEMA, partition.now))}
    sections.update((f"{_WAITING}{lane.lateness}", _encode(lane.waiting)) for lane in partition.lanes if lane.lateness)
    return sections


def _dirty_sections(rule: str, bearer: RuleBearer) -> dict[str, bytes]:
    sections = {f"{_GROUP}{rule}/{bucket}": _encode(bearer.bucket(bucket)) for bucket in sorted(bearer.dirty)}
    bearer.dirty = set()
    return sections
