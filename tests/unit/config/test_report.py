"""Problems are collected, sorted and raised together."""

import pytest

from config.problem import Problem, ProblemsError
from config.report import Place, Report


def test_an_empty_report_settles() -> None:
    """Without problems nothing is raised."""
    Report().settle()


def test_problems_come_sorted_by_place() -> None:
    """However they were found, they are told by file, line and column."""
    report = Report()
    for place in (Place("b", 1), Place("a", 2, 5), Place("a", 2, 1), Place("a")):
        report.add(place, "wrong.", "mend it.")
    with pytest.raises(ProblemsError) as refused:
        report.settle()
    assert [(problem.file, problem.line, problem.column) for problem in refused.value.problems] == [
        ("a", None, None),
        ("a", 2, 1),
        ("a", 2, 5),
        ("b", 1, None),
    ]


def test_another_readers_problems_are_taken_over() -> None:
    """What a reader raised joins the rest."""
    report = Report()
    report.extend(ProblemsError([Problem(file="x", what="wrong.", fix="mend it.")]))
    assert [str(problem) for problem in report.problems] == ["x: wrong. mend it."]
