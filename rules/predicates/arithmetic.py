"""Binary operators at run time: on numbers as IEEE 754 says, on values of unknown type as CEL says."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from rules.predicates.syntax import Op
from rules.predicates.types import Type, type_of
from rules.predicates.undecided import Undecided

Operation = Callable[[Any, Any], Any]


def divide(left: float, right: float) -> float:
    """IEEE 754 division: by zero gives an infinity, or no number for zero by zero."""
    try:
        return left / right
    except ZeroDivisionError:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def multiply(left: float, right: float) -> float:
    """Floating point, even where an attribute is a whole number."""
    return float(left) * right


def rest(left: float, right: float) -> Any:
    """What is left of a division of whole numbers, with the sign of the dividend as CEL has it; undecided for all others."""
    if right == 0:
        return Undecided("'%' cannot divide by zero")
    if not (_whole(left) and _whole(right)):
        return Undecided("'%' takes whole numbers of 64 bits")
    return math.fmod(left, right) + 0.0  # Whole numbers have no negative zero.


def _whole(number: float) -> bool:
    """Whether CEL could turn it into one of its whole numbers."""
    return float(number).is_integer() and abs(number) < 2**63


PLAIN: Mapping[Op, Operation] = {
    Op.EQUAL: operator.eq,
    Op.UNEQUAL: operator.ne,
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.MORE: operator.gt,
    Op.AT_LEAST: operator.ge,
    Op.PLUS: operator.add,
    Op.MINUS: operator.sub,
    Op.TIMES: multiply,
    Op.OVER: divide,
    Op.REST: rest,
}
"""For operands whose types are known to fit."""

_ORDERED = (Type.NUMBER, Type.TEXT)


def guarded(op: Op) -> Operation:
    """The operator for operands of any type.

    Things of different types are unequal (CEL's heterogeneous equality); to order them or to compute with them is undecided.
    """
    plain = PLAIN[op]

    def compare_equal(left: Any, right: Any) -> Any:
        return equal(left, right) is (op is Op.EQUAL)

    def fit(left: Any, right: Any) -> Any:
        found, other = type_of(left), type_of(right)
        allowed = _ORDERED if op in (Op.LESS, Op.AT_MOST, Op.MORE, Op.AT_LEAST, Op.PLUS) else (Type.NUMBER,)
        if found is not other or found not in allowed:
            return Undecided(f"{op.value!r} cannot take {found.value} and {other.value}")
        return plain(left, right)

    return compare_equal if op in (Op.EQUAL, Op.UNEQUAL) else fit


def equal(left: Any, right: Any) -> bool:
    """Equality that never takes the truth value true for the number 1."""
    if type_of(left) is not type_of(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)
