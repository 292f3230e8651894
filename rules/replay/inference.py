"""Kinds that a recording uses and no table has, inferred from their values."""

from collections import Counter
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
    """The table with a row more for each kind of a recording that is not in it.

    The type is that of most of its values, of the first where as many are of another: so that one slip of a device, were
    it in the very first line, does not decide. Values of other types are rejected later, one by one.
    """
    return infer_kinds_of((obj for _, obj in decode_lines(raw)), kinds)


def infer_kinds_of(objects: Iterable[Any], kinds: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """The same for observations in the public form."""
    values: dict[str, Counter[ValueType]] = {}
    for obj in objects:
        if not isinstance(obj, dict):
            continue
        name, value = obj.get("kind"), _TYPES.get(type(obj.get("value")))
        if isinstance(name, str) and value is not None and name not in kinds:
            values.setdefault(name, Counter())[value] += 1
    found = {name: Kind(name=name, value=seen.most_common(1)[0][0], label=Text(name, name)) for name, seen in values.items()}
    return {**kinds, **found}
