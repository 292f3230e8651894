"""Why an expression is true of an observation: its tree of conditions with the values that decided."""

from collections.abc import Callable
from typing import Any

from rules.predicates.checker import Types
from rules.predicates.compiler import compile_expression
from rules.predicates.fields import raw_getter
from rules.predicates.syntax import Binary, Call, Conditional, Expression, FieldPath, Op, Unary
from rules.predicates.undecided import Undecided
from streams.observation import Observation

_JOINS = {Op.AND: "all", Op.OR: "any"}


Explain = Callable[[Observation], dict[str, Any]]
"""Gives the tree as JSON."""


def explainer(text: str, expression: Expression, types: Types) -> Explain:
    """A function that gives the tree: ``all`` and ``any`` have parts; a condition has its text, the fields that it read and its result."""
    run = compile_expression(expression, types)
    if isinstance(expression, Binary) and expression.op in _JOINS:
        join, parts = _JOINS[expression.op], [explainer(text, part, types) for part in _flat(expression, expression.op)]
        return lambda observation: {join: [part(observation) for part in parts], **_shown(run(observation))}
    written = text[expression.span.start : expression.span.end]
    reads = {".".join(field.path): raw_getter(field) for field in fields_of(expression)}

    def explain(observation: Observation) -> dict[str, Any]:
        values = {name: get(observation) for name, get in reads.items()}
        return {"condition": written, "values": values, **_shown(run(observation))}

    return explain


def _shown(result: object) -> dict[str, Any]:
    return {"undecided": result.reason} if isinstance(result, Undecided) else {"is": result}


def fields_of(expression: Expression) -> list[FieldPath]:
    """Every field that an expression reads, in the order of writing."""
    match expression:
        case FieldPath():
            return [expression]
        case Unary():
            return fields_of(expression.operand)
        case Binary():
            return fields_of(expression.left) + fields_of(expression.right)
        case Conditional():
            return fields_of(expression.condition) + fields_of(expression.yes) + fields_of(expression.no)
        case Call():
            return [field for operand in expression.operands for field in fields_of(operand)]
        case _:
            return []


def _flat(expression: Expression, op: Op) -> list[Expression]:
    """The parts that one operator joins, however they are grouped."""
    if isinstance(expression, Binary) and expression.op is op:
        return _flat(expression.left, op) + _flat(expression.right, op)
    return [expression]
