"""Typed expressions to closures. Nothing is evaluated as code: each part becomes a small function of the observation."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rules.predicates.arithmetic import PLAIN, equal, guarded
from rules.predicates.checker import Types
from rules.predicates.direct import value_against_literal
from rules.predicates.fields import Run, field_reader, raw_getter
from rules.predicates.functions import FUNCTIONS, HAS
from rules.predicates.logic import both, choice, conjunction, disjunction, negation, truth
from rules.predicates.membership import membership
from rules.predicates.patterns import MATCHES, searcher
from rules.predicates.syntax import Binary, Call, Conditional, Expression, FieldPath, Items, Literal, Op, Unary
from rules.predicates.types import Type, type_of
from rules.predicates.undecided import Undecided
from streams.observation import Observation


def compile_expression(expression: Expression, types: Types) -> Run:
    """A function that gives true, false or :class:`Undecided` for an observation."""
    return truth(_compile(expression, types), types[expression])


def _compile(part: Expression, types: Types) -> Run:  # noqa: PLR0911  # One row a form of expression.
    match part:
        case Literal() | Items():
            value = part.value if isinstance(part, Literal) else tuple(item.value for item in part.items)
            return lambda _: value
        case FieldPath():
            return field_reader(part, types[part])
        case Unary(op=Op.NOT):
            return negation(truth(_compile(part.operand, types), types[part.operand]))
        case Unary():
            return _minus(_compile(part.operand, types))
        case Conditional():
            condition = truth(_compile(part.condition, types), types[part.condition])
            return choice(condition, _compile(part.yes, types), _compile(part.no, types))
        case Call():
            return _call(part, types)
        case Binary():
            return _binary(part, types)


def _binary(part: Binary, types: Types) -> Run:
    left, right = _compile(part.left, types), _compile(part.right, types)
    if part.op in (Op.AND, Op.OR):
        join = conjunction if part.op is Op.AND else disjunction
        return join(truth(left, types[part.left]), truth(right, types[part.right]))
    if part.op is Op.IN:
        return membership(left, part.right, right)
    known = Type.ANY not in (types[part.left], types[part.right])
    operation = PLAIN[part.op] if known else guarded(part.op)
    if known and isinstance(part.right, Literal):
        return value_against_literal(part.left, types[part.left], part.op, part.right, _against_literal(left, operation, part.right.value))
    if isinstance(part.right, Literal) and part.op in (Op.EQUAL, Op.UNEQUAL):
        return _equality(left, part.right.value, wanted=part.op is Op.EQUAL)
    return both(left, right, operation)


def _equality(left: Run, literal: object, *, wanted: bool) -> Run:
    """Whether something of unknown type is a literal: nearly always it is of the literal's own type, and then Python's equality is CEL's."""
    usual = type(literal)

    def run(observation: Observation) -> Any:
        value = left(observation)
        found = type(value)
        if found is usual:
            return (value == literal) is wanted
        return value if found is Undecided else equal(value, literal) is wanted

    return run


def _against_literal(left: Run, operation: Callable[[Any, Any], Any], literal: object) -> Run:
    """The commonest condition, ``field > 5``, without a call for its right side."""

    def run(observation: Observation) -> Any:
        value = left(observation)
        return value if type(value) is Undecided else operation(value, literal)

    return run


def _minus(operand: Run) -> Run:
    def run(observation: Observation) -> Any:
        value = operand(observation)
        if type(value) is Undecided:
            return value
        return -value if type_of(value) is Type.NUMBER else Undecided(f"'-' cannot take {type_of(value).value}")

    return run


def _call(part: Call, types: Types) -> Run:
    if part.name == HAS and isinstance(part.operands[0], FieldPath):
        get = raw_getter(part.operands[0])
        return lambda observation: get(observation) is not None
    if part.name == MATCHES:
        return _one(_text(_compile(part.operands[0], types)), searcher(part.operands[1]))
    function = FUNCTIONS[part.name]
    operands = [_compile(operand, types) for operand in part.operands]
    known = all(types[operand] is not Type.ANY for operand in part.operands)
    run = function.run if known else partial(_checked_call, part.name)
    if len(operands) == 2:
        return both(operands[0], operands[1], run)
    return _one(operands[0], run)


def _text(operand: Run) -> Run:
    """A part that must be a text: of anything else the call is undecided."""

    def run(observation: Observation) -> Any:
        value = operand(observation)
        return value if type(value) in (str, Undecided) else Undecided(f"{MATCHES!r} cannot take {type_of(value).value}")

    return run


def _one(operand: Run, operation: Callable[[Any], Any]) -> Run:
    def run(observation: Observation) -> Any:
        value = operand(observation)
        return value if type(value) is Undecided else operation(value)

    return run


def _checked_call(name: str, *operands: Any) -> Any:
    function = FUNCTIONS[name]
    for value, allowed in zip(operands, function.takes, strict=True):
        if (found := type_of(value)) not in allowed:
            return Undecided(f"{name!r} cannot take {found.value}")
    return function.run(*operands)
