"""The commonest conditions, ``value == true`` and ``value > 5``, as one function of the observation instead of three."""

from typing import Any, Final

from rules.predicates.arithmetic import PLAIN
from rules.predicates.fields import USUAL, Run
from rules.predicates.syntax import Binary, Expression, FieldPath, Literal, Op
from rules.predicates.types import Type, type_of
from rules.specialise import specialised
from streams.observation import Observation

_VALUE = ("value",)
NO_VALUE: Final = object()
"""Stands for a value that no observation has."""


def refuting(condition: Expression) -> object:
    """The truth value of an observation that alone makes a condition false, whatever else it says; :data:`NO_VALUE` where none does.

    Only what is looked at first counts: ``value == true``, or the same as the leftmost part of a conjunction.
    """
    match condition:
        case Binary(op=Op.AND):
            return refuting(condition.left)
        case Binary(op=Op.EQUAL | Op.UNEQUAL, left=FieldPath(path=("value",)), right=Literal(value=bool(literal))):
            return literal is (condition.op is Op.UNEQUAL)
        case _:
            return NO_VALUE


def value_against_literal(left: Expression, found: Type, op: Op, right: Expression, general: Run) -> Run:
    """A faster function with the results of the general one, where there is one.

    Args:
        left: the operand on the left.
        found: its type.
        op: the operator between them.
        right: the operand on the right.
        general: what the compiler made of them; it judges every value that is not of the usual type.
    """
    if not (isinstance(left, FieldPath) and left.path == _VALUE and isinstance(right, Literal)):
        return general
    literal = right.value
    if found not in USUAL or type_of(literal) is not found:
        return general
    usual = USUAL[found]
    if op is Op.EQUAL:

        def run_equal(observation: Observation) -> Any:
            value = observation.value
            return value == literal if type(value) is usual else general(observation)

        return specialised(run_equal)
    operation = PLAIN[op]

    def run(observation: Observation) -> Any:
        value = observation.value
        return operation(value, literal) if type(value) is usual else general(observation)

    return specialised(run)
