"""Predicates: what they mean, what is undecided, what is refused with which words."""

import time
from typing import Any

import pytest

from config.problem import ProblemsError
from config.report import Place
from rules.model import Predicate
from rules.predicates import Undecided, compile_predicate
from rules.predicates.checker import _Checker
from rules.predicates.parser import MAX_DEPTH, MAX_LENGTH, MAX_PARTS, parse
from rules.predicates.syntax import Expression
from rules.predicates.types import Type
from streams.observation import Position
from tests.fakes.rulekit import KINDS, seen

OBSERVATION = seen(
    0,
    7.5,
    source="camera/gate-3",
    zone="bay",
    unit="ug/m3",
    position=Position(121.47, 31.23),
    attributes={
        "battery": 40,
        "model": "X-1",
        "on": True,
        "tags": ["night", 3, True],
        "deep": {"er": {"est": 1}},
        "a b": 5,
        "none": None,
        "half": 0.5,
    },
)


def judge(text: str, kind: str | None = "level", **changes: Any) -> bool | str:
    """What a predicate says of the observation; of what is undecided the reason."""
    given = seen(0, 7.5, **{name: getattr(OBSERVATION, name) for name in ("source", "zone", "unit", "position", "attributes")} | changes)
    found = compile_predicate(written(text), [KINDS.get(kind) if kind else None]).run(given)
    return found.reason if isinstance(found, Undecided) else bool(found)


def written(text: str) -> Predicate:
    """A predicate as if it stood in line 3 of a file, from column 12."""
    return Predicate(text=text, place=Place("rules.yaml", 3, 12))


def refusal(text: str, kind: str | None = "level") -> list[str]:
    """Each line of each problem that a text gives."""
    with pytest.raises(ProblemsError) as caught:
        compile_predicate(written(text), [KINDS.get(kind) if kind else None])
    return str(caught.value).split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "value > 5",
        "value >= 7.5 && value <= 7.5",
        "value < 8e0 || false",
        "!(value == 7)",
        "value != 7",
        "5 < value",
        "-value < -7",
        "- 3 < value",
        "value * 2 == 15",
        "value / 2 - 1 == 2.75",
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "10 - 4 - 3 == 3",
        "8 / 4 / 2 == 1",
        "value / 0 > 1000",
        "value in [1, 7.5]",
        "!(value in [])",
        "zone in ['bay', \"lane\"]",
        "zone == 'bay' && source != 'camera/x'",
        "zone < 'c'",
        "zone + '-1' == 'bay-1'",
        "source.startsWith('camera/') && source.endsWith('3') && source.contains('gate')",
        "startsWith(source, 'camera/')",
        "size(zone) == 3 && zone.size() == 3",
        "kind == 'level' && unit == 'ug/m3'",
        "position.lon > 121 && position.lat < 32",
        "attributes.battery < 50 && attributes.model == 'X-1' && attributes.on",
        "attributes.deep.er.est == 1 && attributes['a b'] == 5 && attributes[\"deep\"].er.est == 1",
        "'night' in attributes.tags && 3 in attributes.tags && size(attributes.tags) == 3",
        "!(1 in attributes.tags)",
        "attributes.on != 1 && attributes.battery != 'x'",
        "attributes.half * 2 == 1 && attributes.battery + 2 == 42 && -attributes.battery == -40",
        "has(zone) && !has(confidence) && has(attributes.model) && !has(attributes.none) && !has(attributes.deep.x)",
        "attributes.model + 'y' == 'X-1y'",
        "attributes.model.startsWith('X')",
        "zone == 'b\\u0061y' && 'a\\'b' == \"a'b\" && '\\\\' != '\\n'",
        "true",
        "value > 5 || confidence > 2",
        "confidence > 2 || value > 5",
        "!(value < 5 && confidence > 2) && !(confidence > 2 && value < 5)",
        "value > 5 ? zone == 'bay' : zone == 'lane'",
        "(value < 5 ? 1 : value > 7 ? 2 : 3) == 2",
        "value < 5 || true ? true : false",
        "has(confidence) ? confidence > 0.5 : true",
        "(attributes.on ? attributes.battery : 'none') == 40",
        "7 % 3 == 1 && -7 % 3 == -1 && 7 % -3 == 1 && 2 * 7 % 4 == 2 && 1 / (4 % 2) > 0",
        "attributes.battery % 2 == 0",
        "zone.matches('^b.y$') && zone.matches('a') && !zone.matches('^a')",
        "attributes.model.matches('[A-Z]-[0-9]+') && matches(source, 'gate')",
    ],
)
def test_what_is_true(text: str) -> None:
    """Comparisons, logic, arithmetic, lists, texts and attributes mean what CEL means by them."""
    assert judge(text) is True
    assert judge(f"!({text})") is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("confidence > 0.5", "confidence is missing"),
        ("confidence > 0.5 && value > 5", "confidence is missing"),
        ("value > 5 && confidence > 0.5", "confidence is missing"),
        ("value < 5 || confidence > 0.5", "confidence is missing"),
        ("confidence > 0.5 || value < 5", "confidence is missing"),
        ("!(confidence > 0.5)", "confidence is missing"),
        ("-confidence < 1", "confidence is missing"),
        ("confidence in [1]", "confidence is missing"),
        ("1 < confidence", "confidence is missing"),
        ("attributes.x == 1", "attributes.x is missing"),
        ("attributes.model.x == 1", "attributes.model.x is missing"),
        ("attributes.model > 5", "'>' cannot take a text and a number"),
        ("attributes.on < true", None),
        ("attributes.on * 2 == 2", "'*' cannot take true or false and a number"),
        ("-attributes.model == 1", "'-' cannot take a text"),
        ("confidence > 0 ? true : false", "confidence is missing"),
        ("value > 5 ? confidence > 0 : true", "confidence is missing"),
        ("attributes.model ? true : false", "a condition cannot be a text"),
        ("(value > 5 ? attributes.model : 3) > 2", "'>' cannot take a text and a number"),
        ("value % 2 == 1", "'%' takes whole numbers of 64 bits"),
        ("3 % 0 == 1", "'%' cannot divide by zero"),
        ("1e300 % 7 == 1", "'%' takes whole numbers of 64 bits"),
        ("attributes.model % 2 == 1", "'%' cannot take a text and a number"),
        ("attributes.battery.matches('4')", "'matches' cannot take a number"),
        ("attributes.gone.matches('4')", "attributes.gone is missing"),
        ("attributes.battery", "a condition cannot be a number"),
        ("attributes.model && true", "a condition cannot be a text"),
        ("attributes.deep < 5", "'<' cannot take an object and a number"),
        ("size(attributes.battery) == 1", "'size' cannot take a number"),
        ("attributes.battery.contains('x')", "'contains' cannot take a number"),
        ("1 in attributes.model", "'in' cannot look into a text"),
        ("1 in attributes.x", "attributes.x is missing"),
        ("size(attributes.x) == 1", "attributes.x is missing"),
    ],
)
def test_what_is_undecided(text: str, reason: str | None) -> None:
    """A missing field, or a type that does not fit, is undecided with its reason, and never silently false."""
    if reason is None:
        assert refusal(text)
    else:
        assert judge(text) == reason


def test_a_value_of_another_type_than_its_kind_is_undecided() -> None:
    """A record may hold what the kinds table forbids; a rule does not take a text for a number, nor true for 1."""
    predicate = compile_predicate(written("value > 0"), [KINDS["level"]])
    for value, found in (("high", "a text"), (True, "true or false")):
        assert predicate.run(seen(0, value)) == Undecided(f"value is {found}, not a number")
    assert predicate.run(seen(0, 1)) is True


def test_an_undecided_truth_is_no_truth_value() -> None:
    """Taking it for true or false by accident is an error."""
    with pytest.raises(TypeError, match="neither true nor false: dark"):
        bool(Undecided("dark"))


def test_kinds_of_different_types_make_value_one_of_any_type() -> None:
    """A rule over a number and a truth value compares at run time; of a kind that no table has, too."""
    mixed = compile_predicate(written("value == true || value == 3"), [KINDS["level"], KINDS["door"]])
    assert [mixed.run(seen(0, value)) for value in (True, 3, False, 1)] == [True, True, False, False]
    assert judge("value == 7.5 && value != 'x'", kind=None) is True


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("valu > 5", ["rules.yaml:3:12: 'valu' is not a field of an observation. Did you mean 'value'?", "    valu > 5", "    ^^^^"]),
        (
            "value > 5 && position.lng > 1",
            [
                "rules.yaml:3:25: 'position.lng' is not a field of an observation. Did you mean 'position.lon'?",
                "    value > 5 && position.lng > 1",
                "                 ^^^^^^^^^^^^",
            ],
        ),
        ("attributes == 1", ["rules.yaml:3:12: 'attributes' is not a field of an observation. Did you mean 'attributes.NAME'?", "    attributes == 1", "    ^^^^^^^^^^"]),
        (
            "value == 'x'",
            ["rules.yaml:3:12: a number is compared with a text. Compare things of one type.", "    value == 'x'", "    ^^^^^^^^^^^^"],
        ),
        (
            "value",
            [
                ("rules.yaml:3:12: this is a number, but the whole expression is the answer whether an observation matches. "
                "Write what is true or false."),
                "    value",
                "    ^^^^^",
            ],
        ),
        ("zone && true", ["rules.yaml:3:12: this is a text, but '&&' joins conditions. Write what is true or false.", "    zone && true", "    ^^^^"]),
        ("!zone", ["rules.yaml:3:13: this is a text, but '!' turns true and false around. Write what is true or false.", "    !zone", "     ^^^^"]),
        ("-zone == 1", ["rules.yaml:3:13: this is a text, but '-' is for numbers. Write what is a number.", "    -zone == 1", "     ^^^^"]),
        ("zone * 2 == 1", ["rules.yaml:3:12: this is a text, but '*' computes with numbers. Write what is a number.", "    zone * 2 == 1", "    ^^^^"]),
        ("zone + 2 == 'x'", ["rules.yaml:3:19: this is a number, but '+' joins a text with a text. Write what is a text.", "    zone + 2 == 'x'", "           ^"]),
        ("true < has(zone)", ["rules.yaml:3:12: true or false has no order for '<'. Write '==' or '!='.", "    true < has(zone)", "    ^^^^", "rules.yaml:3:19: true or false has no order for '<'. Write '==' or '!='.", "    true < has(zone)", "           ^^^^^^^^^"]),
        ("value in 5", ["rules.yaml:3:21: 'in' looks into a list, and this is a number. Write for example [1, 2, 3].", "    value in 5", "             ^"]),
        ("value in [1, 'x']", ["rules.yaml:3:25: a number is never a text. List values of the same type.", "    value in [1, 'x']", "                 ^^^"]),
        ("value in [1, zone]", ["rules.yaml:3:25: a list holds numbers, texts and truth values only. Write for example [1, 2, 3].", "    value in [1, zone]", "                 ^^^^"]),
        ("source.startswith('x')", ["rules.yaml:3:12: there is no function 'startswith'. Did you mean 'startsWith'?", "    source.startswith('x')", "    ^^^^^^^^^^^^^^^^^^^^^^"]),
        ("source.startsWith()", ["rules.yaml:3:12: 'startsWith' is given 1 operands. It takes 2, the one before its dot included.", "    source.startsWith()", "    ^^^^^^^^^^^^^^^^^^^"]),
        ("source.contains(1)", ["rules.yaml:3:28: 'contains' takes a text, and this is a number. Write what is a text.", "    source.contains(1)", "                    ^"]),
        ("has(1)", ["rules.yaml:3:12: has() asks for one field. Write for example has(zone).", "    has(1)", "    ^^^^^^"]),
        ("value = 5", ["rules.yaml:3:18: '=' is no comparison. Write '=='.", "    value = 5", "          ^"]),
        ("value > 5 & true", ["rules.yaml:3:22: '&' is no operator. Write '&&'.", "    value > 5 & true", "              ^"]),
        ("value > 5 | true", ["rules.yaml:3:22: '|' is no operator. Write '||'.", "    value > 5 | true", "              ^"]),
        ("value ? true : false", ["rules.yaml:3:12: this is a number, but '?' asks for a condition. Write what is true or false.", "    value ? true : false", "    ^^^^^"]),
        ("value > 1 ? true : 2", ["rules.yaml:3:12: '?:' gives true or false or a number. Give two values of one type.", "    value > 1 ? true : 2", "    ^^^^^^^^^^^^^^^^^^^^"]),
        ("value > 1 ? true", ["rules.yaml:3:28: ':' is missing before the end. Add ':'.", "    value > 1 ? true", "                    ^"]),
        ("zone.matches('(a')", ["rules.yaml:3:25: the pattern is refused: missing ): (a. RE2's syntax holds: no back-references, no look-around, counts up to 1000.", "    zone.matches('(a')", "                 ^^^^"]),
        ("zone.matches(unit)", ["rules.yaml:3:25: matches() takes a pattern that is written in the rule. Write for example '^A[0-9]+$'.", "    zone.matches(unit)", "                 ^^^^"]),
        ("zone % 2 == 0", ["rules.yaml:3:12: this is a text, but '%' computes with numbers. Write what is a number.", "    zone % 2 == 0", "    ^^^^"]),
        ("zone == 'bay", ["rules.yaml:3:20: a text has no end. Add the closing quote.", "    zone == 'bay", "            ^"]),
        ("zone == '\\q'", ["rules.yaml:3:20: '\\q' is no escape. Write '\\\\' for a backslash.", "    zone == '\\q'", "            ^^^^"]),
        ("value > 5 #", ["rules.yaml:3:22: '#' means nothing here. Remove it.", "    value > 5 #", "              ^"]),
        ("value >", ["rules.yaml:3:19: the expression breaks off here. Write a field, a value or '('.", "    value >", "           ^"]),
        ("value > )", ["rules.yaml:3:20: ')' is not expected here. Write a field, a value or '('.", "    value > )", "            ^"]),
        ("(value > 5", ["rules.yaml:3:22: ')' is missing before the end. Add ')'.", "    (value > 5", "              ^"]),
        ("value > 5 zone", ["rules.yaml:3:22: 'zone' is not expected here. Write '&&' or '||' between two conditions.", "    value > 5 zone", "              ^^^^"]),
        ("attributes.5 == 1", ["rules.yaml:3:22: '.5' is not expected here. Write '&&' or '||' between two conditions.", "    attributes.5 == 1", "              ^^"]),
        ("attributes[5] == 1", ["rules.yaml:3:23: '5' is no name of a field. Write .name after a field, or attributes[\"name\"].", "    attributes[5] == 1", "               ^"]),
        ("(1).x == 1", ["rules.yaml:3:16: only an observation has fields. Write for example attributes.name.", "    (1).x == 1", "        ^"]),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, lines: list[str]) -> None:
    """Each mistake is told with line and column, what to write instead, and carets below the part that is meant."""
    assert refusal(text) == lines


def test_every_type_error_is_told_at_once() -> None:
    """Two mistakes in one expression are two problems."""
    assert [line.partition(": ")[0] for line in refusal("valu > 5 && zon == 'x'") if line.startswith("rules")] == [
        "rules.yaml:3:12",
        "rules.yaml:3:24",
    ]


def test_the_place_in_a_text_of_several_lines() -> None:
    """A mistake in the second line of a block is told with that line and its own column."""
    found = refusal("value > 5\n&& valu < 9")
    assert found == ["rules.yaml:4:15: 'valu' is not a field of an observation. Did you mean 'value'?", "    && valu < 9", "       ^^^^"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("true || " * 300 + "true", "has 2404 characters"),
        ("(" * (MAX_DEPTH + 2) + "true" + ")" * (MAX_DEPTH + 2), "nested too deeply"),
        ("!" * (MAX_DEPTH + 2) + "true", "nested too deeply"),
        ("1<2||" * (MAX_PARTS // 2 + 1) + "true", "too many parts"),
    ],
    ids=["length", "parentheses", "unary", "parts"],
)
def test_limits(text: str, what: str) -> None:
    """An expression that is too long, too deep or too large is refused, so that no rule can stall the engine."""
    assert what in refusal(text)[0]
    assert MAX_LENGTH > MAX_PARTS * 5


def test_a_pattern_takes_no_longer_than_its_text() -> None:
    """A pattern that a backtracking matcher would chew on for years is answered at once, however often it is asked."""
    run = compile_predicate(written("zone.matches('^(a+)+(a|aa)+(.*)*$b')"), [KINDS["level"]]).run
    long = seen(0, 1, zone="a" * 200 + "!")
    began = time.perf_counter()
    assert not any(run(long) for _ in range(100))
    assert time.perf_counter() - began < 30


@pytest.mark.parametrize("pattern", ["(a)\\\\1", "(?=a)", "a{2000}", "(a{999}){999}", "a" * 201])
def test_patterns_that_could_cost_too_much_are_refused(pattern: str) -> None:
    """Back-references, look-around, large counts and long patterns are refused when the rule is read."""
    assert "pattern" in refusal(f"zone.matches('{pattern}')")[0]


def test_why_shows_the_fields_of_a_choice() -> None:
    """The values of every part of ``?:`` stand in the explanation."""
    compiled = compile_predicate(written("value > 5 ? zone == 'bay' : unit == 'm'"), [KINDS["level"]])
    told = compiled.explain(seen(0, 7, zone="bay"))
    assert told == {
        "condition": "value > 5 ? zone == 'bay' : unit == 'm'",
        "values": {"value": 7.0, "zone": "bay", "unit": None},
        "is": True,
    }


def test_a_long_sum_is_checked_at_once_and_its_fault_told_once() -> None:
    """Each part is typed once: a sum of a hundred parts costs a hundred looks, and a misspelt field is one fault."""
    looks: list[Expression] = []

    class Counting(_Checker):
        """Counts what is looked at."""

        def _type(self, part: Expression) -> Type:
            looks.append(part)
            return super()._type(part)

    text = "valu" + " + 1" * 99 + " > 0"
    checker = Counting(Type.NUMBER)
    checker.type(parse(text))
    assert len(looks) == 201
    assert len(checker.errors) == 1
