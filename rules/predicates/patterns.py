"""Regular expressions in RE2's syntax, as CEL has them: matched in a time that grows with the text only, whatever the pattern.

RE2 knows no back-references and no look-around, so that no pattern can make one observation cost more than another.
"""

from collections.abc import Callable

import re2

from rules.predicates.fault import PredicateError
from rules.predicates.syntax import Expression, Literal

MATCHES = "matches"
MAX_PATTERN = 200
"""The longest pattern, in characters."""
MAX_MEMORY = 1 << 20
"""The most bytes that RE2 may use for one pattern; ``{1000}`` within ``{1000}`` needs more."""


def searcher(pattern: Expression) -> Callable[[str], bool]:
    """A function that says whether the pattern is found anywhere in a text.

    Raises:
        PredicateError: it is not written as a text, or is no pattern, or takes too much.
    """
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        raise PredicateError("matches() takes a pattern that is written in the rule.", "Write for example '^A[0-9]+$'.", pattern.span)
    if len(pattern.value) > MAX_PATTERN:
        raise PredicateError(f"the pattern has {len(pattern.value)} characters.", f"Write at most {MAX_PATTERN}.", pattern.span)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        compiled = re2.compile(pattern.value, options)
    except re2.error as error:
        raise PredicateError(f"the pattern is refused: {_reason(error)}.", _FIX, pattern.span) from None
    search = compiled.search
    return lambda text: search(text) is not None


_FIX = "RE2's syntax holds: no back-references, no look-around, counts up to 1000."


def _reason(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
