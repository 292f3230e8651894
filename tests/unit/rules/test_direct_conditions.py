"""The short cut for ``value > 5`` gives what the long way gives, whatever the value."""

from typing import Any

import pytest

from config.kindfile import SHIPPED, read_kinds
from config.kinds import Kind
from config.report import Place, Report
from rules.model import Predicate
from rules.predicates import Undecided, compile_predicate
from rules.predicates.direct import value_against_literal
from rules.predicates.syntax import FieldPath, Literal, Op, Span
from rules.predicates.types import Type
from tests.fakes.rulekit import seen

SPAN = Span(0, 1)
VALUE = FieldPath(("value",), SPAN)
KINDS = read_kinds(SHIPPED, Report())


def general(_: Any) -> Any:
    """Stands for the long way."""
    return "the long way"


def run_of(text: str, kind: Kind) -> Any:
    """A compiled predicate on one kind."""
    return compile_predicate(Predicate(text=text, place=Place("rules.yaml", 1, 1)), [kind]).run


@pytest.mark.parametrize(
    ("text", "kind", "value", "verdict"),
    [
        ("value == true", "door", True, True),
        ("value == true", "door", False, False),
        ("value != true", "door", False, True),
        ("value >= 0.9", "bin_fullness", 0.9, True),
        ("value >= 0.9", "bin_fullness", 0.89, False),
        ("value < 5", "bin_fullness", 4, True),
        ('value == "ok"', "camera_health", "ok", True),
        ('value != "ok"', "camera_health", "ok", False),
    ],
)
def test_a_value_against_a_literal(text: str, kind: str, value: float | bool | str, verdict: bool) -> None:
    """Each operator gives a truth value, for whole numbers too, which are not of the usual type of a number."""
    assert run_of(text, KINDS[kind])(seen(0, value)) is verdict


@pytest.mark.parametrize(
    ("text", "kind", "value"), [("value == true", "door", 1), ("value > 5", "battery", True), ("value > 5", "battery", "x")]
)
def test_a_value_of_another_type_is_undecided(text: str, kind: str, value: float | bool | str) -> None:
    """The number 1 is not the truth value true here either."""
    assert isinstance(run_of(text, KINDS[kind])(seen(0, value)), Undecided)


@pytest.mark.parametrize(
    ("left", "found", "right"),
    [
        (FieldPath(("zone",), SPAN), Type.TEXT, Literal("a", SPAN)),
        (VALUE, Type.ANY, Literal(True, SPAN)),
        (VALUE, Type.NUMBER, Literal(True, SPAN)),
        (VALUE, Type.NUMBER, VALUE),
    ],
    ids=["another field", "a value of any type", "a literal of another type", "no literal"],
)
def test_everything_else_goes_the_long_way(left: FieldPath, found: Type, right: Literal | FieldPath) -> None:
    """Only a value of known type against a literal of this type has a short cut."""
    assert value_against_literal(left, found, Op.EQUAL, right, general) is general
