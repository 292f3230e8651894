"""What the commands about rules read beside the rules themselves."""

from collections.abc import Mapping
from pathlib import Path

from config.kindfile import read_kinds, shipped_kinds
from config.kinds import Kind
from config.problem import Problem, ProblemsError
from config.report import Report


def kinds_of(city: Path | None) -> Mapping[str, Kind]:
    """The kinds table: the shipped one, and beside it a city's own.

    Raises:
        ProblemsError: there is no such city, or its table is wrong.
    """
    kinds = shipped_kinds()
    if city is None:
        return kinds
    if not city.is_dir():
        raise refuse_argument(str(city), "there is no such folder.", "Name the folder of a city, such as config/city.demo.")
    own = city / "kinds.yaml"
    if not own.exists():
        return kinds
    report = Report()
    kinds = read_kinds(own, report, kinds)
    report.settle()
    return kinds


def refuse_argument(name: str, what: str, fix: str) -> ProblemsError:
    """The refusal of one argument of a command."""
    return ProblemsError([Problem(file=name, what=what, fix=fix)])
