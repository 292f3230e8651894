"""Collects every problem of an input, so that its author mends all of them in one go."""

import msgspec

from config.problem import Problem, ProblemsError


class Place(msgspec.Struct, frozen=True):
    """Where something stands in a file; line and column count from 1, ``None`` where there are none."""

    file: str
    line: int | None = None
    column: int | None = None


def place_in(text: str, offset: int, file: str) -> Place:
    """Line and column of a character of a text, counted from 0."""
    before = text[:offset]
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


class Report:
    """The problems found so far, in the order of finding."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, sorted by file, line and column."""
        return tuple(sorted(self._problems, key=lambda found: (found.file, found.line or 0, found.column or 0)))

    def add(self, place: Place, what: str, fix: str) -> None:
        """Note one problem."""
        self._problems.append(Problem(file=place.file, line=place.line, column=place.column, what=what, fix=fix))

    def extend(self, error: ProblemsError) -> None:
        """Note the problems that another reader found."""
        self._problems.extend(error.problems)

    def settle(self) -> None:
        """Pass when nothing was found.

        Raises:
            ProblemsError: something was; it holds every problem.
        """
        if self._problems:
            raise ProblemsError(self.problems)
