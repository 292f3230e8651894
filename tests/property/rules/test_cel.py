"""Thousands of random expressions: our compiler against CEL's own implementation (the PyPI package cel-expr-python)."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from config.report import Place
from rules.model import Predicate
from rules.predicates import Undecided, compile_predicate
from streams.observation import Observation, Position
from tests.fakes.rulekit import KINDS, seen

cel = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python has no wheel for this Python or is not installed (extra: dev)")

EXPRESSIONS = 12_000
OBSERVATIONS = 3
UNDECIDED = "undecided"
TYPES = {
    "value": cel.Type.DOUBLE,
    "confidence": cel.Type.DOUBLE,
    "zone": cel.Type.STRING,
    "unit": cel.Type.STRING,
    "source": cel.Type.STRING,
    "position": cel.Type.DYN,
    "attributes": cel.Type.DYN,
}
PATTERNS = ("^z", "1$", "^(z|s)+$", "[a-c]*d?", "sensor/[0-9]{1,3}", "^$", "(?i)Z1", ".")
Made = tuple[str, str]
"""One expression in our words and in CEL's."""


class Maker:
    """Makes random expressions of each type."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # A test that chooses alike on every run.

    def pick(self, *makers: Callable[[int], Made], depth: int) -> Made:
        """One of several forms."""
        return self.random.choice(makers)(depth - 1)

    def condition(self, depth: int) -> Made:
        """Something that is true or false."""
        if depth <= 0:
            return self.pick(self._truth, self._any, self._has, depth=0)
        return self.pick(
            *(self._joined, self._joined, self._not, self._ordered, self._ordered, self._equal, self._words, self._listed),
            *(self._chosen(self.condition), self._truth, self._matches),
            depth=depth,
        )

    def number(self, depth: int) -> Made:
        """A number, or an attribute that may be one."""
        if depth <= 0:
            return self.pick(self._literal, self._number_field, self._any, depth=0)
        return self.pick(
            self._literal, self._number_field, self._any, self._computed, self._rest, self._chosen(self.number), self._size, depth=depth
        )

    def text(self, depth: int) -> Made:
        """A text, or an attribute that may be one."""
        if depth <= 0:
            return self._same(self.random.choice(["zone", "unit", "source", "'z1'", "''", "'s'", "attributes.word"]))
        return self.pick(self.text, self._chosen(self.text), self._concatenated, depth=depth)

    def _same(self, text: str) -> Made:
        return text, text

    def _truth(self, _: int) -> Made:
        return self._same(self.random.choice(["true", "false"]))

    def _any(self, _: int) -> Made:
        return self._same(f"attributes.{self.random.choice(['number', 'word', 'flag', 'gone'])}")

    def _has(self, _: int) -> Made:
        return self._same(f"has(attributes.{self.random.choice(['number', 'gone'])})")

    def _literal(self, _: int) -> Made:
        return self._same(self.random.choice(["0.0", "1.0", "2.5", "3.0", "-4.0", "1e3"]))

    def _number_field(self, _: int) -> Made:
        return self._same(self.random.choice(["value", "confidence", "position.lat"]))

    def _binary(self, left: Made, op: str, right: Made) -> Made:
        ours, theirs = (f"({one} {op} {other})" for one, other in zip(left, right, strict=True))
        return ours, theirs

    def _joined(self, depth: int) -> Made:
        return self._binary(self.condition(depth), self.random.choice(["&&", "||"]), self.condition(depth))

    def _not(self, depth: int) -> Made:
        ours, theirs = self.condition(depth)
        return f"!({ours})", f"!({theirs})"

    def _ordered(self, depth: int) -> Made:
        op = self.random.choice(["<", "<=", ">", ">="])
        if self.random.random() < 0.3:
            return self._binary(self.text(depth), op, self._same("'s'"))
        return self._binary(self.number(depth), op, self._literal(0))

    def _equal(self, depth: int) -> Made:
        make = self.random.choice([self.text, self.number])
        return self._binary(make(depth), self.random.choice(["==", "!="]), make(depth))

    def _computed(self, depth: int) -> Made:
        return self._binary(self.number(depth), self.random.choice("+-*/"), self._literal(0))

    def _rest(self, depth: int) -> Made:
        """CEL's remainder is for whole numbers, which are a type of their own there; ours refuses what is not whole."""
        (one, left), (other, right) = self._number_field(depth), self._literal(0)
        whole = f"({left} == double(int({left})) && {right} == double(int({right})))"
        return f"({one} % {other})", f"({whole} ? double(int({left}) % int({right})) : double('none'))"

    def _size(self, depth: int) -> Made:
        ours, theirs = self.text(depth)
        return f"size({ours})", f"double(size({theirs}))"

    def _concatenated(self, depth: int) -> Made:
        return self._binary(self.text(depth), "+", self._same("'x'"))

    def _words(self, depth: int) -> Made:
        (one, left), (other, right) = self.text(depth), self.text(depth)
        name = self.random.choice(["startsWith", "endsWith", "contains"])
        return f"({one}).{name}({other})", f"({left}).{name}({right})"

    def _matches(self, depth: int) -> Made:
        (ours, theirs), pattern = self.text(depth), self.random.choice(PATTERNS)
        return f"({ours}).matches('{pattern}')", f"({theirs}).matches('{pattern}')"

    def _listed(self, depth: int) -> Made:
        if self.random.random() < 0.3:
            return self._binary(self.text(depth), "in", self._same("attributes.list"))
        if self.random.random() < 0.5:
            return self._binary(self.text(depth), "in", self._same("['z1', 's', '']"))
        return self._binary(self.number(depth), "in", self._same("[1.0, 3.0]"))

    def _chosen(self, make: Callable[[int], Made]) -> Callable[[int], Made]:
        def chosen(depth: int) -> Made:
            parts = zip(self.condition(depth), make(depth), make(depth), strict=True)
            ours, theirs = (f"({condition} ? {yes} : {no})" for condition, yes, no in parts)
            return ours, theirs

        return chosen

    def observation(self) -> tuple[Observation, Mapping[str, Any]]:
        """An observation with some fields missing, and the same for CEL."""
        fields: dict[str, Any] = {
            "confidence": self.random.choice([0.0, 0.5, 1.0]),
            "zone": self.random.choice(["z1", "z", "", "Z1x"]),
            "unit": self.random.choice(["s", "m"]),
        }
        attributes: dict[str, Any] = {
            "number": self.random.choice([1.0, 3.0, -2.5]),
            "word": self.random.choice(["z1", "s", "3"]),
            "flag": self.random.random() < 0.5,
            "list": self.random.choice([["z1", 1.0], [], "s"]),
        }
        for name in [*fields]:
            if self.random.random() < 0.25:
                del fields[name]
        for name in [*attributes]:
            if self.random.random() < 0.25:
                attributes[name] = self.random.choice([1.0, "s", True])
        value, lat = self.random.choice([0.0, 1.0, 3.0, -7.0, 2.5, 1e300]), self.random.choice([None, 31.0])
        position = None if lat is None else Position(121.0, lat)
        ours = seen(0, value, source="sensor/12", position=position, attributes=attributes, **fields)
        theirs = {"value": value, "source": "sensor/12", "attributes": attributes, **fields}
        return ours, theirs if lat is None else {**theirs, "position": {"lon": 121.0, "lat": lat}}


def verdict(value: Any) -> Any:
    """A result as both sides can have it."""
    return value if isinstance(value, bool) else UNDECIDED


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_mean_what_cel_means(seed: int) -> None:
    """Of every generated expression CEL and our closures give the same answer, and where CEL has an error ours is undecided."""
    maker, environment = Maker(seed), cel.NewEnv(variables=TYPES)
    answers = {True: 0, False: 0, UNDECIDED: 0}
    for _ in range(EXPRESSIONS // 4):
        text, for_cel = maker.condition(4)
        run = compile_predicate(Predicate(text=text, place=Place("f", 1, 1)), [KINDS["level"]]).run
        program = environment.compile(for_cel)
        for _ in range(OBSERVATIONS):
            observation, data = maker.observation()
            found, result = run(observation), program.eval(data=data)
            assert isinstance(found, bool | Undecided), text
            expected = UNDECIDED if result.type() == cel.Type.ERROR else verdict(result.value())
            assert verdict(found) == expected, (text, found, result.value(), data)
            answers[expected] += 1
    assert min(answers.values()) > EXPRESSIONS // 4 * OBSERVATIONS // 20, answers
