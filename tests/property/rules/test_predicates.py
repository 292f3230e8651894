"""Random expressions: the compiler against a tree walker that follows the rules of three truth values by the book."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.problem import ProblemsError
from config.report import Place
from rules.model import Predicate
from rules.predicates import Undecided, compile_predicate
from streams.observation import Observation, Position
from tests.fakes.rulekit import KINDS, seen

Tree = tuple[Any, ...]
UNKNOWN = "unknown"
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
COMPUTE: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}

small = st.integers(-3, 9).map(lambda number: ("number", float(number)))
number_fields = st.sampled_from(["value", "confidence", "position.lat"]).map(lambda name: ("field", name))
text_fields = st.sampled_from(["zone", "unit", "source"]).map(lambda name: ("field", name))
words = st.sampled_from(["z1", "z2", "s", ""]).map(lambda word: ("text", word))
numbers = st.recursive(small | number_fields, lambda inner: st.tuples(st.sampled_from(list(COMPUTE)), inner, inner), max_leaves=4)
texts = text_fields | words
atoms = (
    st.tuples(st.sampled_from(list(COMPARE)), numbers, numbers)
    | st.tuples(st.sampled_from(list(COMPARE)), texts, texts)
    | st.tuples(st.sampled_from(["startsWith", "endsWith", "contains"]), texts, texts)
    | st.tuples(st.just("in"), texts, st.lists(words, max_size=3).map(tuple))
    | st.tuples(st.just("has"), text_fields | number_fields)
    | st.booleans().map(lambda value: ("bool", value))
)
conditions = st.recursive(
    atoms,
    lambda inner: st.tuples(st.sampled_from(["&&", "||"]), inner, inner) | st.tuples(st.just("!"), inner),
    max_leaves=8,
)
observations = st.builds(
    lambda value, confidence, zone, unit, lat: seen(
        0, value, confidence=confidence, zone=zone, unit=unit, position=None if lat is None else Position(1.0, float(lat))
    ),
    st.integers(-3, 9),
    st.none() | st.integers(0, 1).map(float),
    st.none() | st.sampled_from(["z1", "z2", "z1s"]),
    st.none() | st.just("s"),
    st.none() | st.integers(-3, 9),
)


def text_of(tree: Tree) -> str:  # noqa: PLR0911  # One row a form of expression.
    """The expression with every part in parentheses."""
    match tree:
        case ("number", value) | ("field", value):
            return str(value)
        case ("text", value):
            return f"'{value}'"
        case ("bool", value):
            return "true" if value else "false"
        case ("!", inner):
            return f"!({text_of(inner)})"
        case ("has", inner):
            return f"has({text_of(inner)})"
        case ("in", left, members):
            return f"({text_of(left)}) in [{', '.join(map(text_of, members))}]"
        case ("startsWith" | "endsWith" | "contains", left, right):
            return f"({text_of(left)}).{tree[0]}({text_of(right)})"
        case _:
            return f"({text_of(tree[1])}) {tree[0]} ({text_of(tree[2])})"


def walk(tree: Tree, observation: Observation) -> Any:  # noqa: PLR0911  # As above.
    """The value by definition; what is missing is unknown."""
    match tree:
        case ("number" | "text" | "bool", value):
            return value
        case ("field", name):
            owner: Any = observation
            for part in name.split("."):
                owner = None if owner is None else getattr(owner, part)
            return UNKNOWN if owner is None else owner
        case ("has", inner):
            return walk(inner, observation) is not UNKNOWN
        case ("!", inner):
            found = walk(inner, observation)
            return found if found is UNKNOWN else not found
        case ("&&" | "||", left, right):
            deciding = tree[0] == "||"
            sides = [walk(left, observation), walk(right, observation)]
            if deciding in [side for side in sides if side is not UNKNOWN]:
                return deciding
            return UNKNOWN if UNKNOWN in [side for side in sides if side is UNKNOWN] else not deciding
        case ("in", left, members):
            found = walk(left, observation)
            return found if found is UNKNOWN else found in [value for _, value in members]
    first, second = walk(tree[1], observation), walk(tree[2], observation)
    if first is UNKNOWN or second is UNKNOWN:
        return UNKNOWN
    named: dict[str, Callable[[Any, Any], Any]] = {
        "startsWith": str.startswith,
        "endsWith": str.endswith,
        "contains": str.__contains__,
        **COMPARE,
        **COMPUTE,
    }
    return named[tree[0]](first, second)


def compiled(text: str) -> Callable[[Observation], Any]:
    """A predicate over a number."""
    return compile_predicate(Predicate(text=text, place=Place("f", 1, 1)), [KINDS["level"]]).run


@settings(max_examples=400, deadline=None)
@given(tree=conditions, observation=observations)
def test_compiled_expressions_mean_what_the_tree_means(tree: Tree, observation: Observation) -> None:
    """Whatever the expression and the observation, the closure gives the value that walking the tree gives."""
    found, expected = compiled(text_of(tree))(observation), walk(tree, observation)
    assert (UNKNOWN if isinstance(found, Undecided) else found) == expected


@settings(max_examples=200, deadline=None)
@given(left=conditions, right=conditions, observation=observations)
def test_logic_is_commutative(left: Tree, right: Tree, observation: Observation) -> None:
    """``a && b`` is ``b && a`` and ``a || b`` is ``b || a``, undecided parts included (their reason may be that of either)."""
    for op in ("&&", "||"):
        one, other = (compiled(text_of((op, *sides)))(observation) for sides in ((left, right), (right, left)))
        assert type(one) is type(other)
        assert isinstance(one, Undecided) or one == other


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="value><=&|!?:%()[]'\"., 0159zonehasiattributes+-*/\\", max_size=40))
def test_any_text_is_a_condition_or_a_problem(text: str) -> None:
    """Whatever is written, it compiles and judges, or is refused with places inside the text; nothing else is raised."""
    try:
        run = compiled(text)
    except ProblemsError as error:
        for problem in error.problems:
            assert (problem.line, problem.file) == (1, "f")
            assert problem.column is not None
            assert 1 <= problem.column <= len(text) + 1
            assert "^" in problem.fix
    else:
        assert isinstance(run(seen(0, 1)), bool | Undecided)
