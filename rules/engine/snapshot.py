"""The state of a partition as sections of bytes, and back: exact to the bit, and a delta holds only what changed.

Sections: ``clock`` (the schema and the clock of the stream), ``sight`` (what is known of the feeds), ``rules`` (what of a
rule is not in its groups), ``waiting/<lateness>`` (observations that may still be overtaken) and
``group/<rule>/<number>`` (some groups of a rule). Timers are not written: every group knows its own.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from config.moment import Micros
from rules.engine.bearer import RuleBearer
from rules.engine.lane import Lane
from rules.engine.migration import SCHEMA, migrated
from rules.engine.partition import Partition
from rules.grouping import restored
from rules.model import Rule, Schedule
from rules.sight import Sight
from rules.state import Group
from streams.observation import Observation

_CLOCK = "clock"
_RULES = "rules"
_SIGHT = "sight"
_WAITING = "waiting/"
_GROUP = "group/"
_encode = msgspec.msgpack.Encoder().encode


class Clock(msgspec.Struct, frozen=True, array_like=True):
    """The section ``clock``."""

    schema: int
    now: Micros


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """What of a rule is not in its groups.

    Attributes:
        lateness: under which what waits was waiting for it.
        shape: as of its sections.
        horizon: groups that were forgotten may have seen something up to this instant.
    """

    lateness: Micros
    shape: str
    horizon: Micros


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """An observation that may still be overtaken.

    Attributes:
        observation: what waits.
        rules: for which rules; ``None``: all of this lateness that look at its kind.
    """

    observation: Observation
    rules: tuple[str, ...] | None


class Section(msgspec.Struct, frozen=True, array_like=True):
    """A section of groups.

    Attributes:
        shape: form and group key of the rule that wrote it; under other ones its groups mean nothing.
        groups: in the order of making.
    """

    shape: str
    groups: list[Group]


_decode_clock = msgspec.msgpack.Decoder(Clock).decode
_decode_terms = msgspec.msgpack.Decoder(dict[str, Terms]).decode
_decode_waiting = msgspec.msgpack.Decoder(list[Waiting]).decode
_decode_sight = msgspec.msgpack.Decoder(Sight).decode
_decode_section = msgspec.msgpack.Decoder(Section).decode
_NO_TERMS = _encode({})


def full(partition: Partition) -> dict[str, bytes]:
    """Every section; what changed is counted from here."""
    sections = _moving(partition) | {_RULES: _terms(partition)}
    partition.terms_written = sections[_RULES]
    for lane in partition.lanes:
        lane.changed = False
        if lane.lateness or lane.waiting:
            sections[f"{_WAITING}{lane.lateness}"] = _waiting(lane)
    for name, bearer in partition.bearers.items():
        bearer.dirty.clear()
        bearer.dirty.update(bearer.shelves.numbers)
        sections.update((section, raw) for section, raw in _dirty_sections(name, bearer).items() if raw is not None)
    return sections


def delta(partition: Partition) -> dict[str, bytes | None]:
    """The sections that changed since the last call of this or of :func:`full`; ``None`` for one that is gone."""
    sections: dict[str, bytes | None] = {**_moving(partition)}
    terms = _terms(partition)
    if terms != partition.terms_written:
        partition.terms_written = sections[_RULES] = terms
    for lane in partition.lanes:
        if lane.changed:
            lane.changed = False
            sections[f"{_WAITING}{lane.lateness}"] = _waiting(lane)
    for name, bearer in partition.bearers.items():
        if bearer.dirty:
            sections.update(_dirty_sections(name, bearer))
    return sections


def names(partition: Partition) -> set[str]:
    """The names of all sections that :func:`full` would write, and of those that are marked to be written."""
    found = {*_moving(partition), _RULES, *(f"{_WAITING}{lane.lateness}" for lane in partition.lanes if lane.lateness or lane.waiting)}
    for rule, bearer in partition.bearers.items():
        found.update(f"{_GROUP}{rule}/{number}" for number in {*bearer.shelves.numbers, *bearer.dirty})
    return found


def restore(partition: Partition, sections: Mapping[str, bytes]) -> None:
    """Give a new partition the state that was written.

    Rules that are no longer in the rule set are left behind, new ones begin with nothing. A rule that was changed keeps
    its groups, unless it has another form or another group key: then it is a new one under an old name. What waited for
    a rule under its old lateness waits on for it under the new one; where the schema did not say which that was, for every rule.

    Raises:
        ValueError: the sections are of a schema version that cannot be read.
    """
    if not sections:
        return
    sections = migrated(sections)
    partition.now = partition.registry.since = _decode_clock(sections[_CLOCK]).now
    if partition.eyes is not None and _SIGHT in sections:
        partition.eyes.sight = _decode_sight(sections[_SIGHT])
    terms = _decode_terms(sections.get(_RULES, _NO_TERMS))
    if _RULES in sections:
        _restore_waiting(partition, sections, {name: one.lateness for name, one in terms.items()})
    else:
        _share_out(partition, sections)
    found: dict[str, list[tuple[int, bytes]]] = {}
    for section, raw in sections.items():
        if section.startswith(_GROUP):
            rule, _, bucket = section.removeprefix(_GROUP).rpartition("/")
            found.setdefault(rule, []).append((int(bucket), raw))
    for rule, buckets in found.items():
        bearer = partition.bearers.get(rule)
        if bearer is not None:
            shape = shape_of(bearer.rule)
            for _, raw in sorted(buckets):
                _restore_groups(bearer, shape, raw)
    for rule, one in terms.items():
        if rule in partition.bearers and one.shape == shape_of(partition.bearers[rule].rule):
            partition.bearers[rule].horizon = one.horizon


def _restore_waiting(partition: Partition, sections: Mapping[str, bytes], then: Mapping[str, Micros]) -> None:
    """Let what waited wait on; a rule that is new, not having a lateness then, waits for what waits under that of now."""
    for section, raw in sections.items():
        if not section.startswith(_WAITING):
            continue
        lateness = int(section.removeprefix(_WAITING))
        for waiting in _decode_waiting(raw):
            for lane in partition.lanes:
                bearers = tuple(
                    bearer
                    for name, bearer in partition.bearers.items()
                    if bearer.rule.lateness == lane.lateness
                    and waiting.observation.kind in bearer.rule.kinds
                    and (then.get(name, lane.lateness) == lateness if waiting.rules is None else name in waiting.rules)
                )
                if bearers:
                    lane.wait(waiting.observation, bearers)


def _share_out(partition: Partition, sections: Mapping[str, bytes]) -> None:
    """Let what waited wait for every rule that looks at its kind: nobody knows any more under which lateness a rule waited.

    A rule that has applied an observation already takes it for late, or for a repetition, and does nothing.
    """
    waited = {
        (one.observation.at, one.observation.id, one.observation.source, one.observation.kind): one.observation
        for section in sorted(sections)
        if section.startswith(_WAITING)
        for one in _decode_waiting(sections[section])
    }
    for lane in partition.lanes:
        bearers = [bearer for bearer in partition.bearers.values() if bearer.rule.lateness == lane.lateness]
        for observation in waited.values():
            if looking := tuple(bearer for bearer in bearers if observation.kind in bearer.rule.kinds):
                lane.wait(observation, looking)


def _restore_groups(bearer: RuleBearer, shape: str, raw: bytes) -> None:
    memory_type: Any = bearer.evaluator.memory_type
    section = _decode_section(raw)
    if section.shape != shape:
        return
    for group in section.groups:
        group.key = restored(group.key)
        if group.memory is not None:
            group.memory = msgspec.convert(group.memory, memory_type)
        bearer.adopt(group)


def _moving(partition: Partition) -> dict[str, bytes]:
    """The sections that every record changes."""
    sections = {_CLOCK: _encode(Clock(SCHEMA, partition.now))}
    if partition.eyes is not None:
        sections[_SIGHT] = _encode(partition.eyes.sight)
    return sections


def _terms(partition: Partition) -> bytes:
    return _encode({name: Terms(bearer.rule.lateness, shape_of(bearer.rule), bearer.horizon) for name, bearer in partition.bearers.items()})


def _waiting(lane: Lane) -> bytes:
    named = ((one, None if bearers is None else tuple(bearer.rule.name for bearer in bearers)) for one, bearers in lane.waiting)
    return _encode([Waiting(observation, rules) for observation, rules in named])


def _dirty_sections(rule: str, bearer: RuleBearer) -> dict[str, bytes | None]:
    shape, place, shelf = shape_of(bearer.rule), f"{_GROUP}{rule}/", bearer.shelves.shelf
    sections: dict[str, bytes | None] = {}
    for number in sorted(bearer.dirty):
        groups = shelf(number)
        sections[f"{place}{number}"] = None if groups is None else _encode((shape, groups))  # As a Section is written, without making one.
    bearer.dirty.clear()
    return sections


def shape_of(rule: Rule) -> str:
    """What the state of a rule's groups depends on."""
    form: Any = rule.condition.__struct_config__.tag
    distinct = getattr(rule.condition, "distinct", None)
    dates = f" {rule.condition.table} {rule.condition.at}" if isinstance(rule.condition, Schedule) else ""
    return f"{form}{f' distinct {distinct}' if distinct else ''}{dates} by {','.join(rule.by)}"
