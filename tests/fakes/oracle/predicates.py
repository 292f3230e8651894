"""Predicates of the reference evaluator: comparisons joined by ``&&``. More than that its rules do not say."""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.oracle.seen import Seen, field

Predicate = Callable[[Seen], bool | None]
"""True, false, or ``None`` for undecided."""
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_COMPARISON = re.compile(r"\s*([a-z_.]+)\s*(==|!=|>=|<=|>|<)\s*(true|false|'[^']*'|-?[0-9.]+)\s*")


def predicate(written: str) -> Predicate:
    """What a text means. One part that is false makes the whole false, whatever the others are.

    Raises:
        ValueError: it is more than this reader knows.
    """
    parts = [_part(part) for part in written.split("&&")]

    def whole(seen: Seen) -> bool | None:
        verdicts = [part(seen) for part in parts]
        return False if False in verdicts else None if None in verdicts else True

    return whole


def _part(written: str) -> Predicate:
    if written.strip() in ("true", "false"):
        return lambda _: written.strip() == "true"
    match = _COMPARISON.fullmatch(written)
    if match is None:
        raise ValueError(f"the oracle cannot read {written!r}")
    name, sign, literal = match.groups()
    wanted: Any = literal[1:-1] if literal.startswith("'") else {"true": True, "false": False}.get(literal)
    if wanted is None:
        wanted = float(literal)
    compare = _OPERATORS[sign]

    def part(seen: Seen) -> bool | None:
        given = field(seen, name)
        return compare(given, wanted) if _kind(given) is _kind(wanted) else None

    return part


def _kind(value: Any) -> type:
    """A truth value is no number."""
    return float if type(value) is int else type(value)
