"""Functions of expressions, one row each."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from rules.predicates.patterns import MATCHES
from rules.predicates.types import Type

HAS = "has"
"""``has(field)`` asks whether a field is there; it takes the field itself, so it is no row of the table."""


class Function(msgspec.Struct, frozen=True):
    """A function.

    Attributes:
        takes: the types that each operand may have.
        gives: the type of the result.
        run: computes it.
    """

    takes: tuple[tuple[Type, ...], ...]
    gives: Type
    run: Callable[..., Any]


def _compiled_apart(_: str, __: str) -> bool:
    """A pattern is compiled once, with its rule (:mod:`rules.predicates.patterns`), so its row is there for its types only."""
    raise NotImplementedError


_TEXTS = ((Type.TEXT,), (Type.TEXT,))

FUNCTIONS: Mapping[str, Function] = {
    "startsWith": Function(_TEXTS, Type.BOOL, str.startswith),
    "endsWith": Function(_TEXTS, Type.BOOL, str.endswith),
    "contains": Function(_TEXTS, Type.BOOL, str.__contains__),
    MATCHES: Function(_TEXTS, Type.BOOL, _compiled_apart),
    "size": Function(((Type.TEXT, Type.LIST, Type.MAP),), Type.NUMBER, lambda operand: float(len(operand))),
}
"""By name."""
