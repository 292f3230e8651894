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
from rules.model import Rule
from rules.state import Group
from streams.observation import Observation

SCHEMA = 4
"""Of the sections; it changes with every change of :mod:`rules.state` or of a form's memory."""

_CLOCK = "clock"
_WAITING = "waiting/"
_GROUP = "group/"
_encode = msgspec.msgpack.Encoder().encode


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """The section ``clock``."""

    schema: int
    now: Micros


class Section(msgspec.Struct, frozen=True, array_like=True):
    """A section of groups.

    Attributes:
        shape: form and group key of the rule that wrote it; under other ones its groups mean nothing.
        groups: in the order of making.
    """

    shape: str
    groups: list[Group]


_decode_clock = msgspec.msgpack.Decoder(Clock).decode
_decode_waiting = msgspec.msgpack.Decoder(list[Observation]).decode
_decode_section = msgspec.msgpack.Decoder(Section).decode


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

    Rules that are no longer in the rule set are left behind, new ones begin with nothing. A rule that was changed keeps
    its groups, unless it has another form or another group key: then it is a new one under an old name.

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
    section = _decode_section(raw)
    if section.shape != _shape(bearer.rule):
        return
    for group in section.groups:
        group.key = restored(group.key)
        if group.memory is not None:
            group.memory = msgspec.convert(group.memory, memory_type)
        bearer.adopt(group)


def _small_sections(partition: Partition) -> dict[str, bytes]:
    sections = {_CLOCK: _encode(Clock(SCHEMA, partition.now))}
    sections.update((f"{_WAITING}{lane.lateness}", _encode(lane.waiting)) for lane in partition.lanes if lane.lateness)
    return sections


def _dirty_sections(rule: str, bearer: RuleBearer) -> dict[str, bytes]:
    shape = _shape(bearer.rule)
    sections = {f"{_GROUP}{rule}/{bucket}": _encode(Section(shape, bearer.bucket(bucket))) for bucket in sorted(bearer.dirty)}
    bearer.dirty = set()
    return sections


def _shape(rule: Rule) -> str:
    """What the state of a rule's groups depends on."""
    form: Any = rule.condition.__struct_config__.tag
    distinct = getattr(rule.condition, "distinct", None)
    return f"{form}{f' distinct {distinct}' if distinct else ''} by {','.join(rule.by)}"
