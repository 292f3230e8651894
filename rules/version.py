"""The version of a rule: a hash of what it means, so that an alert says which wording of its rule made it."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from config.feeds import CityFeeds
from config.kinds import Kind
from config.report import Place
from rules.model import Member, Rule
from streams.ids import canonical

_DIGEST_BYTES = 6
Registers = Mapping[str, tuple[Member, ...]]


def version_of(rule: Rule) -> Rule:
    """The rule with its version filled in; where it was written, in which group, and whether in shadow, makes no difference."""
    meaning = _without_places(msgspec.to_builtins(msgspec.structs.replace(rule, version="", group="", place=Place(""))))
    del meaning["shadow"]
    return msgspec.structs.replace(rule, version=_digest(canonical(meaning)))


def set_version(
    rules: Iterable[Rule],
    kinds: Mapping[str, Kind],
    registers: Registers | None = None,
    shadow_registers: Registers | None = None,
    feeds: CityFeeds | None = None,
) -> str:
    """The version of rules together, those in shadow among them, with their registers, the feeds and what the kinds mean.

    The order of rules makes no difference; that of feeds does, since the first whose pattern fits has a source.
    """
    meaning: list[Any] = sorted((rule.name, rule.version, rule.shadow) for rule in rules)
    meaning.append(sorted((kind.name, kind.value, kind.unit, kind.life_safety, kind.pulse) for kind in kinds.values()))
    meaning += ([name, _digest_of(members)] for name, members in sorted((registers or {}).items()))
    meaning += ([name, "shadow", _digest_of(members)] for name, members in sorted((shadow_registers or {}).items()))
    if feeds is not None:
        meaning.append(["feeds", _digest(canonical(msgspec.to_builtins(feeds)))])
    return _digest(canonical(meaning))


def _digest_of(members: tuple[Member, ...]) -> str:
    told = ((canonical(member.key), member.date, dict(member.row)) for member in members)
    return _digest(canonical(sorted(told, key=lambda member: member[0])))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(inner) for key, inner in value.items() if key != "place"}
    if isinstance(value, list | tuple):
        return [_without_places(inner) for inner in value]
    return value
