"""The parts of an expression, each with the span of text that it was written as."""

from enum import StrEnum

import msgspec


class Span(msgspec.Struct, frozen=True):
    """Half-open range of characters of the expression's text."""

    start: int
    end: int


class Op(StrEnum):
    """Operators, as they are written."""

    OR = "||"
    AND = "&&"
    NOT = "!"
    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"
    REST = "%"


class Literal(msgspec.Struct, frozen=True):
    """A number, a text or a truth value."""

    value: float | bool | str
    span: Span


class Items(msgspec.Struct, frozen=True):
    """A list of literals, the right side of ``in``."""

    items: tuple[Literal, ...]
    span: Span


class FieldPath(msgspec.Struct, frozen=True):
    """A field of the observation: ``value``, ``position.lat``, ``attributes.a.b``."""

    path: tuple[str, ...]
    span: Span


class Unary(msgspec.Struct, frozen=True):
    """``!x`` or ``-x``."""

    op: Op
    operand: "Expression"
    span: Span


class Binary(msgspec.Struct, frozen=True):
    """Two operands with an operator between."""

    op: Op
    left: "Expression"
    right: "Expression"
    span: Span


class Conditional(msgspec.Struct, frozen=True):
    """``condition ? yes : no``."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"
    span: Span


class Call(msgspec.Struct, frozen=True):
    """A function of its operands; of ``x.f(y)`` the first operand is x."""

    name: str
    operands: tuple["Expression", ...]
    span: Span


Expression = Literal | Items | FieldPath | Unary | Binary | Conditional | Call
"""Any part."""
