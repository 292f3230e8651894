"""What becomes of each rule's state when one rule set takes the place of another."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from config.kinds import Kind
from rules.engine.snapshot import shape_of
from rules.model import Rule

_NO_MEANING = frozenset({"group", "version", "shadow", "place"})


class Policy(StrEnum):
    """What the author of a change wants to become of the rule's state."""

    KEEP = "keep"
    RESET = "reset"


class Fate(StrEnum):
    """What becomes of a rule's state."""

    UNCHANGED = "unchanged"
    KEPT = "kept"
    RESET = "reset"
    ADDED = "added"
    REMOVED = "removed"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in both sets.

    Attributes:
        rule: its name.
        fate: what becomes of its state.
        fields: what of its definition differs, by the names of rule files; ``kinds table`` when a kind means something else.
        why: why the state is reset, in words; empty otherwise.
    """

    rule: str
    fate: Fate
    fields: tuple[str, ...] = ()
    why: str = ""


Named = Mapping[str, Rule]
Kinds = Mapping[str, Kind]


def changes(
    was: tuple[Rule, ...], now: tuple[Rule, ...], kinds_was: Kinds, kinds_now: Kinds, policies: Mapping[str, Policy] | None = None
) -> tuple[Change, ...]:
    """What becomes of every rule: those of the new set in their order, then those that are gone.

    Args:
        was: the rules that hold.
        now: those that take their place.
        kinds_was: the kinds table of the first.
        kinds_now: of the second.
        policies: by rule; one that is not named keeps its state where the state means the same.
    """
    before = {rule.name: rule for rule in was}
    after = {rule.name for rule in now}
    wanted = policies or {}
    found = [
        _change(before[rule.name], rule, kinds_was, kinds_now, wanted.get(rule.name, Policy.KEEP))
        if rule.name in before
        else Change(rule=rule.name, fate=Fate.ADDED)
        for rule in now
    ]
    return (*found, *(Change(rule=rule.name, fate=Fate.REMOVED) for rule in was if rule.name not in after))


def _change(was: Rule, now: Rule, kinds_was: Kinds, kinds_now: Kinds, policy: Policy) -> Change:
    fields = _differing(was, now)
    if any(_meaning(kinds_was.get(name)) != _meaning(kinds_now.get(name)) for name in now.kinds):
        fields = (*fields, "kinds table")
    if not fields:
        return Change(rule=now.name, fate=Fate.UNCHANGED)
    if shape_of(was) != shape_of(now):
        why = f"its state means something else: {shape_of(was)} before, {shape_of(now)} now"
        return Change(rule=now.name, fate=Fate.RESET, fields=fields, why=why)
    if moved := [
        name for name in now.kinds if name in kinds_was and name in kinds_now and _topics_differ(kinds_was[name], kinds_now[name])
    ]:
        # What would clear an alert comes to another partition from now on: it would fire for ever where it is.
        why = f"{', '.join(moved)} comes by another topic, since its life safety has changed"
        return Change(rule=now.name, fate=Fate.RESET, fields=fields, why=why)
    if policy is Policy.RESET:
        return Change(rule=now.name, fate=Fate.RESET, fields=fields, why="as asked")
    return Change(rule=now.name, fate=Fate.KEPT, fields=fields)


def _differing(was: Rule, now: Rule) -> tuple[str, ...]:
    """Fields of the definition that differ; none when only comments, order or places do."""
    if was.version == now.version:
        return ()
    one, other = msgspec.to_builtins(was), msgspec.to_builtins(now)
    differ = [name for name in one if name not in _NO_MEANING and without_places(one[name]) != without_places(other[name])]
    return tuple(name.rstrip("_") for name in differ)


def without_places(value: object) -> object:
    """A part of a definition as plain values, without where it was written."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return {name: without_places(inner) for name, inner in value.items() if name != "place"}
    return [without_places(inner) for inner in value] if isinstance(value, list | tuple) else value


def _topics_differ(was: Kind, now: Kind) -> bool:
    return was.life_safety is not now.life_safety


def _meaning(kind: Kind | None) -> object:
    return None if kind is None else (kind.value, kind.unit, kind.life_safety, kind.pulse)
