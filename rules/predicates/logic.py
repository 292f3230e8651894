"""Logic with three truth values, as CEL has it: ``&&`` and ``||`` are commutative, and what is decided wins over what is not."""

from collections.abc import Callable
from typing import Any

from rules.predicates.fields import Run
from rules.predicates.types import Type, type_of
from rules.predicates.undecided import Undecided
from streams.observation import Observation


def truth(run: Run, found: Type) -> Run:
    """A part of unknown type as a condition: what is neither true nor false is undecided."""
    if found is Type.BOOL:
        return run

    def checked(observation: Observation) -> Any:
        value = run(observation)
        if value is True or value is False or type(value) is Undecided:
            return value
        return Undecided(f"a condition cannot be {type_of(value).value}")

    return checked


def negation(operand: Run) -> Run:
    """Not; of what is undecided, undecided."""

    def run(observation: Observation) -> Any:
        value = operand(observation)
        return value if type(value) is Undecided else not value

    return run


def conjunction(left: Run, right: Run) -> Run:
    """False when either is false, whatever the other; else undecided when either is."""

    def run(observation: Observation) -> Any:
        first = left(observation)
        if first is False:
            return False
        second = right(observation)
        return second if first is True or second is False else first

    return run


def disjunction(left: Run, right: Run) -> Run:
    """True when either is true, whatever the other; else undecided when either is."""

    def run(observation: Observation) -> Any:
        first = left(observation)
        if first is True:
            return True
        second = right(observation)
        return second if first is False or second is True else first

    return run


def choice(condition: Run, yes: Run, no: Run) -> Run:
    """One of two values; only the one that is chosen is looked at."""

    def run(observation: Observation) -> Any:
        chosen = condition(observation)
        if chosen is True:
            return yes(observation)
        return no(observation) if chosen is False else chosen

    return run


def both(left: Run, right: Run, operation: Callable[[Any, Any], Any]) -> Run:
    """An operation on two values; undecided when either has none."""

    def run(observation: Observation) -> Any:
        first = left(observation)
        if type(first) is Undecided:
            return first
        second = right(observation)
        return second if type(second) is Undecided else operation(first, second)

    return run
