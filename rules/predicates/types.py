"""Types of values, and what each is called in messages."""

from collections.abc import Iterable
from enum import StrEnum

from config.kinds import Kind, ValueType


class Type(StrEnum):
    """What an expression gives; ANY is known at run time only."""

    NUMBER = "a number"
    BOOL = "true or false"
    TEXT = "a text"
    LIST = "a list"
    MAP = "an object"
    ANY = "of any type"


OF_KIND = {ValueType.NUMBER: Type.NUMBER, ValueType.BOOL: Type.BOOL, ValueType.STRING: Type.TEXT}
_OF_PYTHON: dict[type, Type] = {
    bool: Type.BOOL,
    float: Type.NUMBER,
    int: Type.NUMBER,
    str: Type.TEXT,
    list: Type.LIST,
    tuple: Type.LIST,
    dict: Type.MAP,
}


def type_of(value: object) -> Type:
    """The type of a value at run time; what JSON cannot write is of any."""
    return _OF_PYTHON.get(type(value), Type.ANY)


def value_type(kinds: Iterable[Kind | None]) -> Type:
    """The type that ``value`` has in observations of these kinds; ANY when they differ or one is not in the table."""
    found = {Type.ANY if kind is None else OF_KIND[kind.value] for kind in kinds}
    return found.pop() if len(found) == 1 else Type.ANY
