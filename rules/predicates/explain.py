"""Why an expression is true of an observation: its tree of conditions with the values that decided."""

from typing import Any

from rules.predicates.checker import Types
from rules.predicates.compiler import compile_expression
from rules.predicates.fields import raw_getter
from rules.predicates.syntax import Binary, Call, Conditional, Expression, FieldPath, Op, Unary
from rules.predicates.undecided import Undecided
from streams.observation import Observation

_JOINS = {Op.AND: "all", Op.OR: "any"}


def explain(text: str, expression: Expression, types: Types, observation: Observation) -> dict[str, Any]:
    """The tree as JSON: ``all`` and ``any`` have parts; a condition has its text, the fields that it read and its result."""
    result = compile_expression(expression, types)(observation)
    shown = {"undecided": result.reason} if isinstance(result, Undecided) else {"is": result}
    if isinstance(expression, Binary) and expression.op in _JOINS:
        parts = [explain(text, part, types, observation) for part in _flat(expression, expression.op)]
        return {_JOINS[expression.op]: parts, **shown}
    written = text[expression.span.start : expression.span.end]
    values = {".".join(field.path): raw_getter(field)(observation) for field in fields_of(expression)}
    return {"condition": written, "values": values, **shown}


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
