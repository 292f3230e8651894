"""What is wrong with an expression, and how it is shown: the place in the file, and a caret under the part that is meant."""

from config.problem import Problem
from rules.model import Predicate
from rules.predicates.syntax import Span


class PredicateError(ValueError):
    """An expression is refused; ``what`` and ``fix`` are sentences for the rule's author, ``span`` is what they are about."""

    def __init__(self, what: str, fix: str, span: Span) -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix
        self.span = span


def problem_of(predicate: Predicate, error: PredicateError) -> Problem:
    """The problem with file, line and column of the part that is meant, and the line of text with carets below it."""
    before = predicate.text[: error.span.start]
    row, start = before.count("\n"), error.span.start - (before.rfind("\n") + 1)
    line = predicate.text.split("\n")[row]
    width = max(1, min(error.span.end, error.span.start + len(line) - start) - error.span.start)
    shown = f"{error.fix}\n    {line}\n    {' ' * start}{'^' * width}"
    place = predicate.place
    return Problem(file=place.file, line=(place.line or 1) + row, column=(place.column or 1) + start, what=error.what, fix=shown)
