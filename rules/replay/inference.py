"""Kinds that a recording uses and no table has, inferred from the first value of each."""

from collections.abc import Iterable, Mapping
from typing import Any

from config.kinds import Kind, Text, ValueType
from rules.replay.lines import decode_lines

_TYPES: Mapping[type, ValueType] = {
    bool: ValueType.BOOL,
    int: ValueType.NUMBER,
    float: ValueType.NUMBER,
    str: ValueType.STRING,
}


def infer_kinds(raw: Iterable[bytes], kinds: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """The table with a row more for each kind of a recording that is not in it; a later value of another type will be rejected."""
    return infer_kinds_of((obj for _, obj in decode_lines(raw)), kinds)


def infer_kinds_of(objects: Iterable[Any], kinds: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """The same for observations in the public form."""
    found = dict(kinds)
    for obj in objects:
        if not isinstance(obj, dict):
            continue
        name, value = obj.get("kind"), _TYPES.get(type(obj.get("value")))
        if isinstance(name, str) and value is not None and name not in found:
            found[name] = Kind(name=name, value=value, label=Text(name, name))
    return found
