"""Conditions on one observation: a typed subset of CEL, compiled to closures.

CEL (Common Expression Language, cel.dev) without macros and whole numbers: every number is a double, and ``%`` takes those that are whole.
A condition is true, false or :class:`Undecided` with the reason; ``&&`` and ``||`` are commutative.
"""

from collections.abc import Iterable

import msgspec

from config.kinds import Kind
from config.problem import ProblemsError
from rules.model import Predicate
from rules.predicates.checker import check
from rules.predicates.compiler import compile_expression
from rules.predicates.direct import NO_VALUE, refuting
from rules.predicates.explain import Explain, explainer
from rules.predicates.fault import PredicateError, problem_of
from rules.predicates.fields import Run
from rules.predicates.parser import parse
from rules.predicates.types import value_type
from rules.predicates.undecided import Undecided

__all__ = ["Compiled", "Undecided", "compile_predicate"]


class Compiled(msgspec.Struct, frozen=True):
    """A predicate, ready to run.

    Attributes:
        run: gives True, False or :class:`Undecided` for an observation.
        explain: gives the tree of conditions with the values that decided.
        refuted: the value of an observation that alone makes it false (:func:`rules.predicates.direct.refuting`).
    """

    run: Run
    explain: Explain
    refuted: object = NO_VALUE


def compile_predicate(predicate: Predicate, kinds: Iterable[Kind | None]) -> Compiled:
    """Compile a predicate for observations of some kinds; ``None`` stands for a kind that no table has.

    Raises:
        ProblemsError: the text is no condition; every fault with file, line, column and carets below the text.
    """
    try:
        expression = parse(predicate.text)
    except PredicateError as error:
        raise ProblemsError([problem_of(predicate, error)]) from None
    types, errors = check(expression, value_type(kinds))
    if errors:
        raise ProblemsError([problem_of(predicate, error) for error in errors])
    return Compiled(compile_expression(expression, types), explainer(predicate.text, expression, types), refuting(expression))
