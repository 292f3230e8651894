"""What the commands about rules read beside the rules themselves."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.csvfile import read_csv
from config.kindfile import SHIPPED, read_kinds, shipped_kinds
from config.kinds import Kind, Text
from config.matters import Category
from config.problem import Problem, ProblemsError
from config.report import Report
from rules.model import RuleSet
from rules.parser import load_rules
from rules.shipped import pack_files

CATEGORIES = "categories.csv"
TABLES = SHIPPED.parent


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


def rules_of(files: Sequence[Path] | None, city: Path | None) -> RuleSet:
    """The rules of the files; without files those of the city; without a city those of the shipped packs.

    Raises:
        ProblemsError: a file or the city is not there, or something is wrong with the rules.
    """
    kinds = kinds_of(city)
    if files:
        return load_rules(files, kinds)
    return load_rules(pack_files() if city is None else sorted((city / "rules").glob("*.yaml")), kinds)


def categories_of(city: Path | None) -> Mapping[str, Text]:
    """Names of matter codes: of the shipped table and of the city's own.

    Raises:
        ProblemsError: a table is wrong.
    """
    report = Report()
    rows = read_csv(TABLES / CATEGORIES, Category, report)
    if city is not None and (own := city / CATEGORIES).exists():
        rows += read_csv(own, Category, report)
    report.settle()
    named = sorted((row.value for row in rows), key=lambda row: row.kind == "matter")
    return {row.code: Text(row.en, row.zh) for row in named}


def refuse_argument(name: str, what: str, fix: str) -> ProblemsError:
    """The refusal of one argument of a command."""
    return ProblemsError([Problem(file=name, what=what, fix=fix)])
