"""``x in [...]``: a look-up in a set that was made once, or in a list that an attribute holds."""

from typing import Any

from rules.predicates.arithmetic import equal
from rules.predicates.fields import Run
from rules.predicates.syntax import Expression, Items
from rules.predicates.types import Type, type_of
from rules.predicates.undecided import Undecided
from streams.observation import Observation


def membership(left: Run, listed: Expression, right: Run) -> Run:
    """Whether the left value is one of the list."""
    return _in_set(left, listed) if isinstance(listed, Items) else _in_list(left, right)


def _in_set(left: Run, listed: Items) -> Run:
    # The type stands beside the value, since Python takes true for the number 1.
    members = frozenset((type_of(item.value), item.value) for item in listed.items)

    def run(observation: Observation) -> Any:
        value = left(observation)
        if type(value) is Undecided:
            return value
        found = type_of(value)
        return found not in (Type.LIST, Type.MAP) and (found, value) in members

    return run


def _in_list(left: Run, right: Run) -> Run:
    def run(observation: Observation) -> Any:
        value, members = left(observation), right(observation)
        for operand in (value, members):
            if type(operand) is Undecided:
                return operand
        if type_of(members) is not Type.LIST:
            return Undecided(f"'in' cannot look into {type_of(members).value}")
        return any(equal(value, member) for member in members)

    return run
