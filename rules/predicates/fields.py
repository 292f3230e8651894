"""Fields that an expression can name: a table of their types, and functions that read them from an observation."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from config.suggest import did_you_mean
from rules.predicates.fault import PredicateError
from rules.predicates.syntax import FieldPath
from rules.predicates.types import Type, type_of
from rules.predicates.undecided import Undecided
from streams.observation import Observation

Run = Callable[[Observation], Any]
"""A compiled part: gives its value, or :class:`Undecided`."""

ATTRIBUTES = "attributes"
FIELDS: Mapping[str, Type] = {
    "value": Type.ANY,
    "unit": Type.TEXT,
    "confidence": Type.NUMBER,
    "zone": Type.TEXT,
    "source": Type.TEXT,
    "kind": Type.TEXT,
    "position.lon": Type.NUMBER,
    "position.lat": Type.NUMBER,
}
"""Every field but ``attributes.<name>``; the type of ``value`` is that of the rule's kinds."""

USUAL = {Type.NUMBER: float, Type.BOOL: bool, Type.TEXT: str}
"""The type that a field nearly always has, which is asked for first."""


def field_type(field: FieldPath, value: Type) -> Type:
    """The type of a field.

    Raises:
        PredicateError: observations have no such field.
    """
    name = ".".join(field.path)
    if name == "value":
        return value
    if name in FIELDS:
        return FIELDS[name]
    if field.path[0] == ATTRIBUTES and len(field.path) > 1:
        return Type.ANY
    raise PredicateError(
        f"{name!r} is not a field of an observation.", did_you_mean(name, [*FIELDS, "attributes.NAME", "true", "false"]), field.span
    )


def field_reader(field: FieldPath, expected: Type) -> Run:
    """A function that reads the field; what is missing, or of another type than expected, is undecided."""
    name = ".".join(field.path)
    missing = Undecided(f"{name} is missing")
    get = raw_getter(field)
    if expected is Type.ANY:

        def read_any(observation: Observation) -> Any:
            value = get(observation)
            return missing if value is None else value

        return read_any

    usual = USUAL[expected]

    def read(observation: Observation) -> Any:
        value = get(observation)
        if type(value) is usual:
            return value
        if value is None:
            return missing
        found = type_of(value)
        return value if found is expected else Undecided(f"{name} is {found.value}, not {expected.value}")

    return read


def raw_getter(field: FieldPath) -> Run:
    """A function that gives the field as it is, ``None`` where it is missing."""
    path = field.path
    if path[0] == ATTRIBUTES:
        return _attribute_getter(path[1:])
    if path[0] == "position":
        axis = path[1]
        return lambda observation: None if observation.position is None else getattr(observation.position, axis)
    return attrgetter(path[0])


def _attribute_getter(path: tuple[str, ...]) -> Run:
    if len(path) == 1:
        name = path[0]
        return lambda observation: observation.attributes.get(name)

    def get(observation: Observation) -> Any:
        value: Any = observation.attributes
        for name in path:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return get
