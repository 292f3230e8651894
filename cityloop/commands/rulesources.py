"""What the commands about rules read beside the rules themselves."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.camerafile import load_camera
from config.csvfile import read_csv
from config.kindfile import SHIPPED, read_kinds, shipped_kinds
from config.kinds import Kind, Text
from config.matters import Category
from config.problem import Problem, ProblemsError
from config.report import Report
from config.sources import Device, Reporter, reporters
from rules.model import RuleSet
from rules.parser import load_rules
from rules.shipped import pack_files

CATEGORIES = "categories.csv"
DEVICES = "devices.csv"
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
    chosen = files or (pack_files() if city is None else sorted((city / "rules").glob("*.yaml")))
    return load_rules(chosen, kinds_of(city), reporters=reporters_of(city))


def reporters_of(city: Path | None) -> Mapping[str, Reporter] | None:
    """The sources of a city, for rules that expect them; ``None`` without a city.

    Raises:
        ProblemsError: its devices or cameras cannot be read.
    """
    if city is None:
        return None
    report = Report()
    devices = read_csv(city / DEVICES, Device, report) if (city / DEVICES).exists() else []
    cameras = []
    for path in sorted((city / "cameras").glob("*.yaml")):
        try:
            cameras.append(load_camera(path))
        except ProblemsError as error:
            report.extend(error)
    report.settle()
    return reporters({camera.id: camera for camera in cameras}, {row.value.id: row.value for row in devices})


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
