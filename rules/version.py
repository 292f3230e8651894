"""The version of a rule: a hash of what it means, so that an alert says which wording of its rule made it."""

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

from config.report import Place
from rules.model import Rule
from streams.ids import canonical

_DIGEST_BYTES = 6


def version_of(rule: Rule) -> Rule:
    """The rule with its version filled in; where it was written, and in which group, makes no difference."""
    meaning = _without_places(msgspec.to_builtins(msgspec.structs.replace(rule, version="", group="", place=Place(""))))
    return msgspec.structs.replace(rule, version=_digest(canonical(meaning)))


def set_version(rules: Iterable[Rule]) -> str:
    """The version of rules together; their order makes no difference."""
    return _digest(canonical(sorted((rule.name, rule.version) for rule in rules)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(inner) for key, inner in value.items() if key != "place"}
    if isinstance(value, list | tuple):
        return [_without_places(inner) for inner in value]
    return value
