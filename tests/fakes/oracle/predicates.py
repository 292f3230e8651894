"""Predicates of the reference evaluator: comparisons, ``in`` and ``has``, joined by ``&&``, ``||`` and ``!``. More than that its rules do not say.

A predicate is read as Python, whose words for these things are others and whose precedence is the same as long as ``!`` stands
before a parenthesis; its answers are worked out part by part.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.oracle.seen import Seen, field

Predicate = Callable[[Seen], bool | None]
"""True, false, or ``None`` for undecided."""
_ORDER: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
}
_TRUTHS = {"true": True, "false": False}


def predicate(written: str) -> Predicate:
    """What a text means. One part that is false makes ``&&`` false, and one that is true ``||`` true, whatever the others are.

    Raises:
        ValueError: it is more than this reader knows.
    """
    python = re.sub(r"!(?!=)", " not ", written.replace("&&", " and ").replace("||", " or "))
    tree = ast.parse(python.strip(), mode="eval").body
    _answer(tree, Seen(0, "", "", "", 0.0))  # What cannot be read is told now.
    return lambda seen: _answer(tree, seen)


def _answer(part: ast.expr, seen: Seen) -> bool | None:
    match part:
        case ast.BoolOp(op=ast.And()):
            verdicts = [_answer(value, seen) for value in part.values]
            return False if False in verdicts else None if None in verdicts else True
        case ast.BoolOp():
            verdicts = [_answer(value, seen) for value in part.values]
            return True if True in verdicts else None if None in verdicts else False
        case ast.UnaryOp(op=ast.Not()):
            verdict = _answer(part.operand, seen)
            return None if verdict is None else not verdict
        case ast.Name() if part.id in _TRUTHS:
            return _TRUTHS[part.id]
        case ast.Call(func=ast.Name(id="has"), args=[asked]):
            return field(seen, _name(asked)) is not None
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _compared(field(seen, _name(left)), sign, _literal(right))
    raise ValueError(f"the oracle cannot read {ast.unparse(part)!r}")


def _compared(given: Any, sign: ast.cmpop, wanted: Any) -> bool | None:
    """What is missing is undecided. Things of different types are unequal, and have no order."""
    if given is None:
        return None
    match sign:
        case ast.In():
            return any(_same(given, one) for one in wanted)
        case ast.Eq():
            return _same(given, wanted)
        case ast.NotEq():
            return not _same(given, wanted)
    return _ORDER[type(sign)](given, wanted) if _kind(given) is _kind(wanted) else None


def _same(one: Any, other: Any) -> bool:
    return _kind(one) is _kind(other) and bool(one == other)


def _name(part: ast.expr) -> str:
    if isinstance(part, ast.Name | ast.Attribute):
        return ast.unparse(part)
    raise ValueError(f"the oracle reads no field {ast.unparse(part)!r}")


def _literal(part: ast.expr) -> Any:
    if isinstance(part, ast.Name) and part.id in _TRUTHS:
        return _TRUTHS[part.id]
    if isinstance(part, ast.List):
        return [_literal(one) for one in part.elts]
    return ast.literal_eval(part)


def _kind(value: Any) -> type:
    """A truth value is no number."""
    return float if type(value) is int else type(value)
