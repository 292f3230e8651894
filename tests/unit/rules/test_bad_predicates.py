"""Rule files with one mistake in a predicate: the exact words, the place in the file, and what the carets stand under."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from config.kindfile import shipped_kinds
from config.kinds import Kind
from config.problem import Problem, ProblemsError
from rules.parser import load_rules

BAD = Path("tests/data/rules/bad")
Said = tuple[int, str, str]
SAID: dict[str, tuple[Said, ...]] = {
    "where-and-a-number": ((16, "value", "this is a number, but '&&' joins conditions. Write what is true or false."),),
    "where-branches": ((17, "value > 1 ? true : 2", "'?:' gives true or false or a number. Give two values of one type."),),
    "where-breaks-off": ((23, "", "the expression breaks off here. Write a field, a value or '('."),),
    "where-clear-typo": ((16, "valeu", "'valeu' is not a field of an observation. Did you mean 'value'?"),),
    "where-compare-types-in-order": ((16, "value < 'high'", "a number is compared with a text. Compare things of one type."),),
    "where-compare-types": ((16, "value == 'high'", "a number is compared with a text. Compare things of one type."),),
    "where-condition-number": ((17, "value", "this is a number, but '?' asks for a condition. Write what is true or false."),),
    "where-conditional-half": ((33, "", "':' is missing before the end. Add ':'."),),
    "where-escape": ((24, "'a\\q'", "'\\q' is no escape. Write '\\\\' for a backslash."),),
    "where-field-beneath": ((16, "zone.name", "'zone.name' is not a field of an observation. Did you mean 'zone'?"),),
    "where-field-of-a-value": ((21, "size", "only an observation has fields. Write for example attributes.name."),),
    "where-field-unknown": ((16, "valeu", "'valeu' is not a field of an observation. Did you mean 'value'?"),),
    "where-function-far": (
        (16, "qqqqq(zone)", "there is no function 'qqqqq'. Known: contains, endsWith, has, matches, size, startsWith."),
    ),
    "where-function-of-a-number": ((16, "value", "'contains' takes a text, and this is a number. Write what is a text."),),
    "where-function-too-few": ((16, "zone.contains()", "'contains' is given 1 operands. It takes 2, the one before its dot included."),),
    "where-function-too-many": ((16, "zone.size(1)", "'size' is given 2 operands. It takes 1, the one before its dot included."),),
    "where-function-unknown": ((16, "zone.beginsWith('z')", "there is no function 'beginsWith'. Did you mean 'endsWith'?"),),
    "where-has-a-value": ((16, "has('zone')", "has() asks for one field. Write for example has(zone)."),),
    "where-has-nothing": ((16, "has()", "has() asks for one field. Write for example has(zone)."),),
    "where-has-two": ((16, "has(zone, source)", "has() asks for one field. Write for example has(zone)."),),
    "where-in-a-number": ((25, "5", "'in' looks into a list, and this is a number. Write for example [1, 2, 3]."),),
    "where-in-a-text": ((24, "'z1'", "'in' looks into a list, and this is a text. Write for example [1, 2, 3]."),),
    "where-in-other-types": ((29, "'two'", "a number is never a text. List values of the same type."),),
    "where-list-has-no-order": (
        (17, "[1, 2]", "a list has no order for '>='. Write '==' or '!='."),
        (27, "[3]", "a list has no order for '>='. Write '==' or '!='."),
    ),
    "where-list-literal": (
        (
            17,
            "[1, 2]",
            "this is a list, but the whole expression is the answer whether an observation matches. Write what is true or false.",
        ),
    ),
    "where-list-of-fields": ((26, "value", "a list holds numbers, texts and truth values only. Write for example [1, 2, 3]."),),
    "where-math-of-an-unknown-field": ((29, "valeu", "'valeu' is not a field of an observation. Did you mean 'value'?"),),
    "where-minus-a-truth": ((18, "value", "this is true or false, but '-' is for numbers. Write what is a number."),),
    "where-minus-text": ((24, "'a'", "this is a text, but '-' computes with numbers. Write what is a number."),),
    "where-name-in-brackets": ((28, "5", "'5' is no name of a field. Write .name after a field, or attributes[\"name\"]."),),
    "where-no-name": ((26, ".5", "'.5' is not expected here. Write '&&' or '||' between two conditions."),),
    "where-not-a-number": ((18, "value", "this is a number, but '!' turns true and false around. Write what is true or false."),),
    "where-number": (
        (
            16,
            "value",
            "this is a number, but the whole expression is the answer whether an observation matches. Write what is true or false.",
        ),
    ),
    "where-odd-character": ((27, "#", "'#' means nothing here. Remove it."),),
    "where-one-and": ((27, "&", "'&' is no operator. Write '&&'."),),
    "where-one-equals": ((22, "=", "'=' is no comparison. Write '=='."),),
    "where-open-list": ((31, "", "',' is missing before the end. Add ','."),),
    "where-open-parenthesis": ((26, "", "')' is missing before the end. Add ')'."),),
    "where-open-text": ((24, '"', "a text has no end. Add the closing quote."),),
    "where-or-a-text": ((29, "'z1'", "this is a text, but '||' joins conditions. Write what is true or false."),),
    "where-pattern-back-reference": (
        (
            29,
            "'(a)\\\\1'",
            "the pattern is refused: invalid escape sequence: \\1. RE2's syntax holds: no back-references, no look-around, counts up to 1000.",
        ),
    ),
    "where-pattern-broken": (
        (29, "'[a'", "the pattern is refused: missing ]: [a. RE2's syntax holds: no back-references, no look-around, counts up to 1000."),
    ),
    "where-pattern-not-written": ((29, "source", "matches() takes a pattern that is written in the rule. Write for example '^A[0-9]+$'."),),
    "where-pattern-number": (
        (29, "5", "matches() takes a pattern that is written in the rule. Write for example '^A[0-9]+$'."),
        (29, "5", "'matches' takes a text, and this is a number. Write what is a text."),
    ),
    "where-pattern-too-long": (
        (
            29,
            "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
            "the pattern has 201 characters. Write at most 200.",
        ),
    ),
    "where-plus-text-and-number": ((23, "1", "this is a number, but '+' joins a text with a text. Write what is a text."),),
    "where-size-of-a-number": (
        (21, "value", "'size' takes a text or a list or an object, and this is a number. Write what is a text or a list or an object."),
    ),
    "where-symbol": ((26, ")", "')' is not expected here. Write '&&' or '||' between two conditions."),),
    "where-text": (
        (16, "zone", "this is a text, but the whole expression is the answer whether an observation matches. Write what is true or false."),
    ),
    "where-times-truth": ((24, "true", "this is true or false, but '*' computes with numbers. Write what is a number."),),
    "where-too-deep": ((49, "(", "the expression is nested too deeply. Nest at most 32 deep."),),
    "where-too-long": ((2016, "1", "the expression has 2008 characters. Write at most 2000."),),
    "where-too-many-parts": ((1641, "value", "the expression has too many parts. Write at most 250; 'in' takes long lists."),),
    "where-truth-has-no-order": (
        (16, "value", "true or false has no order for '>'. Write '==' or '!='."),
        (24, "false", "true or false has no order for '>'. Write '==' or '!='."),
    ),
    "where-two-conditions": ((26, "zone", "'zone' is not expected here. Write '&&' or '||' between two conditions."),),
}
"""By file: the column, the part of the predicate that is meant, what is wrong and what to write instead."""


def said(problem: Problem) -> Said:
    """A problem as the table has it; the part that is meant is read from above the carets."""
    fix, line, carets = problem.fix.split("\n")
    start = len(carets) - len(carets.lstrip(" "))
    assert set(carets.strip()) == {"^"}
    return problem.column or 0, line[start : start + carets.count("^")], f"{problem.what} {fix}"


@pytest.fixture(name="kinds", scope="module")
def kinds_of_the_product() -> Mapping[str, Kind]:
    """The table that is shipped, read once."""
    return shipped_kinds()


@pytest.mark.parametrize("name", SAID)
def test_a_mistake_in_a_predicate_is_told_in_these_words(name: str, kinds: Mapping[str, Kind]) -> None:
    """The file is refused with these messages and no others, each with the part that is meant underlined."""
    path = BAD / f"{name}.yaml"
    with pytest.raises(ProblemsError) as caught:
        load_rules([path], kinds)
    assert tuple(map(said, caught.value.problems)) == SAID[name]
    assert {(problem.file, problem.line) for problem in caught.value.problems} == {(str(path), 6)}


@pytest.mark.parametrize("name", [name for name in SAID if name not in {"where-too-long", "where-escape"}])
def test_the_column_is_that_of_the_file(name: str) -> None:
    """An editor that jumps to line and column stands at the part that is meant, quotes of YAML counted."""
    line = (BAD / f"{name}.yaml").read_text(encoding="utf-8").split("\n")[5]
    for column, part, _ in SAID[name]:
        assert line[column - 1 :].replace("''", "'").startswith(part.rstrip())


def test_every_bad_predicate_has_its_words() -> None:
    """No bad file lies there without a test."""
    files = {path.stem for path in BAD.glob("where-*.yaml")}
    assert files - {"where-empty", "where-list"} == set(SAID)
