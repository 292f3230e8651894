"""What predicates mean, table by table: three truth values, every pair of types, what binds how, and how things are written."""

from itertools import product
from typing import Any

import pytest

from config.problem import ProblemsError
from config.report import Place
from rules.model import Predicate
from rules.predicates import Undecided, compile_predicate
from streams.observation import Position
from tests.fakes.rulekit import KINDS, seen

YES, NO, UNSURE = True, False, None
WRITTEN = {YES: "value == 9", NO: "value == 8", UNSURE: "confidence > 0.5"}
"""How each truth value is written, of the observation below: its confidence is missing."""
VALUES: dict[str, Any] = {
    "number": 3,
    "half": 2.5,
    "text": "x",
    "truth": True,
    "list": [1, "a", True],
    "map": {"a": 1},
    "nothing": None,
}
Truth = bool | None


def judge(text: str, **fields: Any) -> Truth:
    """What a predicate says of one observation; ``None`` for undecided."""
    given = {"zone": "z1", "unit": "m", "position": Position(121.5, 31.25), "attributes": VALUES} | fields
    found = compile_predicate(Predicate(text=text, place=Place("f", 1, 1)), [KINDS["level"]]).run(seen(0, 9, **given))
    return None if isinstance(found, Undecided) else found is True


def both(one: Truth, other: Truth) -> Truth:
    """``&&``: false as soon as one is false."""
    return NO if NO in (one, other) else UNSURE if UNSURE in (one, other) else YES


def either(one: Truth, other: Truth) -> Truth:
    """``||``: true as soon as one is true."""
    return YES if YES in (one, other) else UNSURE if UNSURE in (one, other) else NO


def negated(one: Truth) -> Truth:
    """``!``."""
    return None if one is None else not one


def test_the_three_truth_values_are_written_as_meant() -> None:
    """The tables below stand on these."""
    assert {truth: judge(text) for truth, text in WRITTEN.items()} == {YES: YES, NO: NO, UNSURE: UNSURE}


@pytest.mark.parametrize(("one", "other"), list(product(WRITTEN, repeat=2)))
def test_and_or_not_of_every_pair(one: Truth, other: Truth) -> None:
    """What is decided wins over what is not, on either side."""
    left, right = WRITTEN[one], WRITTEN[other]
    assert judge(f"{left} && {right}") is both(one, other)
    assert judge(f"{left} || {right}") is either(one, other)
    assert judge(f"!({left})") is negated(one)
    assert judge(f"!({left} && {right})") is judge(f"!({left}) || !({right})")
    assert judge(f"!({left} || {right})") is judge(f"!({left}) && !({right})")


@pytest.mark.parametrize(("one", "two", "three"), list(product(WRITTEN, repeat=3)))
def test_three_joined_in_any_way(one: Truth, two: Truth, three: Truth) -> None:
    """``&&`` binds stronger than ``||``; how equal ones are grouped does not matter; ``?:`` looks at the chosen one only."""
    a, b, c = WRITTEN[one], WRITTEN[two], WRITTEN[three]
    assert judge(f"{a} || {b} && {c}") is either(one, both(two, three))
    assert judge(f"{a} && {b} || {c}") is either(both(one, two), three)
    assert judge(f"({a} || {b}) && {c}") is both(either(one, two), three)
    assert judge(f"{a} && {b} && {c}") is judge(f"{a} && ({b} && {c})") is both(one, both(two, three))
    assert judge(f"{a} || {b} || {c}") is judge(f"{a} || ({b} || {c})") is either(one, either(two, three))
    assert judge(f"{a} ? {b} : {c}") is (UNSURE if one is UNSURE else two if one else three)
    assert judge(f"!({a}) && {b}") is both(negated(one), two)


NAMES = tuple(VALUES)
TYPE = {"number": "number", "half": "number", "text": "text", "truth": "truth", "list": "list", "map": "map", "nothing": "missing"}


@pytest.mark.parametrize(("one", "other"), list(product(NAMES, repeat=2)))
def test_equality_of_every_pair_of_types(one: str, other: str) -> None:
    """Things of different types are unequal, the number 1 and true too; what is missing is undecided."""
    equal, unequal = judge(f"attributes.{one} == attributes.{other}"), judge(f"attributes.{one} != attributes.{other}")
    if "nothing" in (one, other):
        assert equal is unequal is UNSURE
    else:
        assert equal is (one == other)
        assert unequal is (one != other)


@pytest.mark.parametrize(("one", "other"), list(product(NAMES, repeat=2)))
@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_order_of_every_pair_of_types(one: str, other: str, sign: str) -> None:
    """Numbers with numbers and texts with texts have an order; every other pair is undecided, and never silently false."""
    found = judge(f"attributes.{one} {sign} attributes.{other}")
    if TYPE[one] != TYPE[other] or TYPE[one] not in ("number", "text"):
        assert found is UNSURE
        return
    left, right = VALUES[one], VALUES[other]
    assert found is {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


@pytest.mark.parametrize(("one", "other"), list(product(NAMES, repeat=2)))
@pytest.mark.parametrize("sign", ["+", "-", "*", "/"])
def test_arithmetic_of_every_pair_of_types(one: str, other: str, sign: str) -> None:
    """Numbers compute, texts join with ``+``; every other pair is undecided."""
    left, right = VALUES[one], VALUES[other]
    if TYPE[one] == TYPE[other] == "number":
        result = {"+": left + right, "-": left - right, "*": left * right, "/": left / right}[sign]
        assert judge(f"attributes.{one} {sign} attributes.{other} == {result}") is YES
    elif TYPE[one] == TYPE[other] == "text" and sign == "+":
        assert judge(f"attributes.{one} + attributes.{other} == 'xx'") is YES
    else:
        assert judge(f"attributes.{one} {sign} attributes.{other} == 1") is UNSURE


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("attributes.number in [1, 3]", YES),
        ("attributes.number in [1, 2]", NO),
        ("attributes.text in ['x', 'y']", YES),
        ("attributes.truth in [1]", NO),
        ("attributes.truth in [true]", YES),
        ("attributes.list in [1]", NO),
        ("attributes.nothing in [1]", UNSURE),
        ("1 in attributes.list", YES),
        ("'a' in attributes.list", YES),
        ("true in attributes.list", YES),
        ("2 in attributes.list", NO),
        ("1 in attributes.number", UNSURE),
        ("1 in attributes.nothing", UNSURE),
        ("confidence in [0.5]", UNSURE),
        ("zone in []", NO),
    ],
)
def test_membership(text: str, verdict: Truth) -> None:
    """A list of the rule or of an attribute; the types stand beside the values; what is no list is undecided."""
    assert judge(text) is verdict
    assert judge(f"!({text})") is negated(verdict)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("call", ["startsWith('x')", "endsWith('x')", "contains('x')", "matches('x')"])
def test_functions_of_texts_take_texts(name: str, call: str) -> None:
    """Of anything else, and of what is missing, they are undecided."""
    assert judge(f"attributes.{name}.{call}") is (YES if name == "text" else UNSURE)


@pytest.mark.parametrize(("name", "size"), [("text", 1), ("list", 3), ("map", 1), ("number", None), ("truth", None), ("nothing", None)])
def test_size_is_of_texts_lists_and_objects(name: str, size: int | None) -> None:
    """Characters, entries and fields; of numbers and truth values it is undecided."""
    assert judge(f"size(attributes.{name}) == {size or 0}") is (UNSURE if size is None else YES)


@pytest.mark.parametrize(
    ("field", "there"),
    [
        ("zone", YES),
        ("unit", YES),
        ("confidence", NO),
        ("position.lon", YES),
        ("attributes.number", YES),
        ("attributes.nothing", NO),
        ("attributes.gone", NO),
        ("attributes.map.a", YES),
        ("attributes.map.b", NO),
        ("attributes.text.a", NO),
    ],
)
def test_has_is_never_undecided(field: str, there: Truth) -> None:
    """It asks whether a field is there; null is as good as missing."""
    assert judge(f"has({field})") is there
    assert judge(f"has({field}) && {field} == {field}") is there


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("1 + 2 * 3 == 7", "(1 + (2 * 3)) == 7"),
        ("10 - 4 - 3 == 3", "((10 - 4) - 3) == 3"),
        ("8 / 4 / 2 == 1", "((8 / 4) / 2) == 1"),
        ("8 / 4 * 2 == 4", "((8 / 4) * 2) == 4"),
        ("7 % 4 * 2 == 6", "((7 % 4) * 2) == 6"),
        ("-2 + 5 == 3", "((-2) + 5) == 3"),
        ("- value + 10 == 1", "((-value) + 10) == 1"),
        ("1 + 1 < 3 && true", "((1 + 1) < 3) && true"),
        ("!false && false == false", "(!false) && (false == false)"),
        ("true ? false ? true : true : false", "true ? (false ? true : true) : false"),
        ("false ? true : false ? false : true", "false ? true : (false ? false : true)"),
        ("value == 9 ? true : false || false", "(value == 9) ? true : (false || false)"),
        ("3 in [1, 3] && true", "(3 in [1, 3]) && true"),
    ],
)
def test_what_binds_stronger(text: str, grouped: str) -> None:
    """Without parentheses it means what it means with them: CEL's precedence, to the left among equals."""
    assert judge(text) is judge(grouped) is YES


@pytest.mark.parametrize("written", ["9", "9.0", "9.", "09", "9e0", "0.9e1", "90E-1", ".9e1", "+9", "--9", "0x9", "1_0"])
def test_ways_of_writing_a_number(written: str) -> None:
    """Digits with a point and an exponent are the number; other ways are refused or mean what they say."""
    if written in ("9.", "+9", "0x9", "1_0"):
        with pytest.raises(ProblemsError, match="f:1:"):
            judge(f"value == {written}")
    else:
        assert judge(f"value == {written}") is YES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'北门'", "北门"),
        ('"a\'b"', "a'b"),
        ("'a\\'b'", "a'b"),
        ("'a\\\\b'", "a\\b"),
        ("'\\u4e2d'", "中"),
        ("'a\\tb'", "a\tb"),
        ("''", ""),
        ("'&& ||'", "&& ||"),
    ],
)
def test_ways_of_writing_a_text(written: str, meant: str) -> None:
    """Either quotes, escapes as in JSON, any script."""
    assert judge(f"zone == {written}", zone=meant) is YES
    assert judge(f"zone == {written}", zone=meant + "x") is NO


@pytest.mark.parametrize(
    ("value", "over", "same"),
    [(5.0, NO, YES), (5.000000000000001, YES, NO), (4.999999999999999, NO, NO), (-0.0, NO, NO), (1e308, YES, NO), (5e-324, NO, NO)],
)
def test_numbers_are_doubles(value: float, over: Truth, same: Truth) -> None:
    """Compared exactly, without tolerance."""
    predicate = compile_predicate(Predicate(text="value > 5", place=Place("f", 1, 1)), [KINDS["level"]])
    assert predicate.run(seen(0, value)) is over
    predicate = compile_predicate(Predicate(text="value == 5", place=Place("f", 1, 1)), [KINDS["level"]])
    assert predicate.run(seen(0, value)) is same
