"""Matchers: a condition on one field of an alert, as in Alertmanager (``=``, ``!=``, ``=~``, ``!~``), with RE2 for expressions."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import msgspec
import re2

LONGEST_VALUE = 1000
"""Characters of a matcher's value."""
MOST_MATCHERS = 20
_MEMORY = 1 << 20
"""Bytes that RE2 may use for one expression; it runs in linear time whatever it is given."""

Values = Mapping[str, tuple[str, ...]]
"""What an alert has under each field. A field may have several values (a cell lies in a street); one without value is absent."""

FIELDS = ("rule", "severity", "category", "source", "zone", "cell", "unit")
"""Fields with a name of their own; beside them ``labels.NAME`` (of the rule) and ``group.NAME`` (of the group key)."""
PREFIXES = ("labels.", "group.")


class Operator(StrEnum):
    """How a field is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    MATCH = "=~"
    NO_MATCH = "!~"


class Matcher(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on one field.

    Attributes:
        field: one of :data:`FIELDS`, ``labels.NAME`` or ``group.NAME``.
        operator: how it is compared.
        value: a text, or an expression of RE2 that must fit the whole value.
    """

    field: str
    operator: Operator
    value: str


def _is(matcher: Matcher, value: str) -> bool:
    return matcher.value == value


def _fits(matcher: Matcher, value: str) -> bool:
    return compiled(matcher.value).fullmatch(value) is not None


_TESTS: Mapping[Operator, tuple[Callable[[Matcher, str], bool], bool]] = MappingProxyType(
    {
        Operator.EQUAL: (_is, True),
        Operator.UNEQUAL: (_is, False),
        Operator.MATCH: (_fits, True),
        Operator.NO_MATCH: (_fits, False),
    }
)
"""The comparison of each operator, and the answer when one of the values passes it."""


def matches(matcher: Matcher, values: Values) -> bool:
    """Whether an alert meets a matcher: one value that fits is enough for ``=`` and ``=~``, and too many for ``!=`` and ``!~``.

    A field without value counts as the empty text, so ``zone=""`` means alerts without zone.
    """
    test, answer = _TESTS[matcher.operator]
    return any(test(matcher, value) for value in values.get(matcher.field) or ("",)) is answer


def match_all(matchers: Iterable[Matcher], values: Values) -> bool:
    """Whether an alert meets every matcher; no matcher at all is met by everything."""
    return all(matches(matcher, values) for matcher in matchers)


def takes_empty(matcher: Matcher) -> bool:
    """Whether a matcher is met by an alert that has no value there."""
    return matches(matcher, {})


@lru_cache(maxsize=1024)
def compiled(expression: str) -> Any:
    """An expression, ready to run.

    Raises:
        re2.error: it is none, or too large.
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(expression, options)
