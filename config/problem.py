"""What is wrong with an input, where, and what to write instead."""

import difflib
from collections.abc import Iterable, Sequence

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one input.

    Attributes:
        file: the input's name as its user knows it (a path, ``<request>``, ``-`` for standard input).
        line: 1-based line, or ``None`` where the input has no lines.
        column: 1-based column, or ``None``.
        what: what is wrong and why, one sentence.
        fix: what to write instead, one sentence.
    """

    file: str
    what: str
    fix: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Render as ``file:line:column: what fix``, the form that editors jump to."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.what} {self.fix}".rstrip()


class ProblemsError(Exception):
    """An input was refused; ``problems`` holds every fault found, not the first only."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def suggestion(word: str, known: Iterable[str]) -> str:
    """A sentence on the word that was probably meant, or on those that there are; empty when there is none.

    The likeness is :func:`difflib.get_close_matches`' ratio, which finds swapped, doubled and forgotten letters.
    """
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    if not words:
        return ""
    more = f" and {len(words) - 12} more" if len(words) > 12 else ""
    return f"Known: {', '.join(words[:12])}{more}."
