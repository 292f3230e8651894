"""Fields by which observations can be told apart: in a group key (``by``) and in ``distinct``."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from config.suggest import did_you_mean
from streams.ids import canonical
from streams.observation import Observation

Key = Hashable
"""A text, a number, nothing, or a truth value as ``(True,)``: Python takes True and 1 for the same key, and they are two groups."""
KeyOf = Callable[[Observation], Key]
"""Gives a group key: the field's own value for one field, a tuple for any other number of fields."""

FIELDS = ("source", "zone", "kind", "unit", "value")
VALUE = "value"
ATTRIBUTES = "attributes."


def field_fault(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a field, and what to write instead; ``None`` when observations have it."""
    if name in FIELDS or (name.startswith(ATTRIBUTES) and len(name) > len(ATTRIBUTES)):
        return None
    return f"observations have no field {name!r} to tell them apart by.", did_you_mean(name, [*FIELDS, "attributes.NAME"])


def field_getter(name: str) -> KeyOf:
    """A function that gives the field of an observation; what is missing is ``None``, a value of its own.

    As in Prometheus, where a missing label is a group too: an observation is never lost for lack of a field.
    An attribute that is a list or an object counts as its canonical JSON text.
    """
    if name == VALUE:
        return lambda observation: _told_apart(observation.value)
    if not name.startswith(ATTRIBUTES):
        return attrgetter(name)
    attribute = name.removeprefix(ATTRIBUTES)
    if "." in attribute:
        path = attribute.split(".")
        return lambda observation: _told_apart(_within(observation.attributes, attribute, path))
    return lambda observation: _told_apart(observation.attributes.get(attribute))


def _within(attributes: Mapping[str, Any], name: str, path: Sequence[str]) -> Any:
    """The attribute of a name with dots; where there is none, what lies so deep in an attribute, as predicates read it."""
    if name in attributes:
        return attributes[name]
    value: Any = attributes
    for part in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _told_apart(value: Any) -> Key:
    """A value as a key: truth values apart from numbers, a whole number the same however it was written."""
    kind = type(value)
    if kind is bool:
        return (value,)
    if kind is list or kind is dict:
        return canonical(value)
    if kind is int and abs(value) < 2**53:
        return float(value)
    found: Key = value
    return found


def restored(key: Any) -> Key:
    """A key that msgpack has read back: its arrays are tuples again."""
    return tuple(restored(part) for part in key) if isinstance(key, list | tuple) else key


def key_getter(by: tuple[str, ...]) -> KeyOf:
    """A function that gives the group key."""
    if len(by) == 1:
        return field_getter(by[0])
    if len(by) > 1 and all(name != VALUE and not name.startswith(ATTRIBUTES) for name in by):
        return attrgetter(*by)
    getters = tuple(field_getter(name) for name in by)
    return lambda observation: tuple([get(observation) for get in getters])


def group_of(by: tuple[str, ...], key: Key) -> dict[str, Key]:
    """The group as alerts carry it, field to value."""
    values = (key,) if len(by) == 1 else key
    assert isinstance(values, tuple)  # noqa: S101  # Says to the type checker what key_getter promises.
    return {name: _shown(part) for name, part in zip(by, values, strict=True)}


def _shown(part: Key) -> Key:
    """A field as people write it: a truth value without its wrapping, a whole number without a fraction."""
    if isinstance(part, tuple):
        shown: Key = part[0]
        return shown
    return int(part) if type(part) is float and part.is_integer() and abs(part) < 2**53 else part
