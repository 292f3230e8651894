"""Reads a city's folder into one :class:`config.catalogue.Catalogue`, or tells everything that is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from config.calendarfile import read_calendar
from config.camerafile import load_camera
from config.catalogue import Catalogue
from config.csvfile import read_csv
from config.feedfile import read_feeds
from config.geofile import read_cells
from config.kindfile import SHIPPED, read_kinds
from config.matters import Calendar, Category, Standard
from config.people import Duty, Person, Responsibility, Unit
from config.problem import ProblemsError
from config.records import Placed, read_record
from config.references import check_references
from config.report import Place, Report
from config.sources import Device
from config.suggest import did_you_mean
from config.tiling import check_tiling
from config.tilingreport import tell_flaws
from config.yamlfile import read_yaml

DEMO_CITY = Path(__file__).with_name("city.demo")
"""The small city that comes with the product."""

TABLES = Path(__file__).with_name("tables")

FILES = {
    "city.yaml": "name and time zone",
    "kinds.yaml": "kinds of observations of this city's own",
    "calendar.yaml": "working time",
    "categories.csv": "categories of this city's own",
    "standards.csv": "time limits; the rows of a category replace the shipped ones of that category",
    "cells.geojson": "the map",
    "units.csv": "departments and crews",
    "people.csv": "staff",
    "roster.csv": "who is on duty when and where",
    "responsibilities.csv": "which unit answers for which category where",
    "devices.csv": "sensors",
    "noise.yaml": "grouping, inhibition, maintenance windows, flapping (docs/noise.md)",
    "feeds.yaml": "what observations come through, and how silent each may be",
}
"""Every file of a city's folder, beside the folders ``cameras/`` and ``rules/`` with one YAML file a camera or rule group."""

OPTIONAL = frozenset({"kinds.yaml", "calendar.yaml", "categories.csv", "standards.csv", "devices.csv", "noise.yaml", "feeds.yaml"})
FOLDERS = ("cameras", "rules")


class CityFile(msgspec.Struct, frozen=True, kw_only=True):
    """What ``city.yaml`` says.

    Attributes:
        name: shown to people.
        zone: IANA time zone.
    """

    name: str
    zone: str = "Asia/Shanghai"


def load_city(folder: Path) -> Catalogue:
    """Read a city's folder.

    Raises:
        ProblemsError: something is wrong; every problem with file, line and what to write instead.
    """
    report = Report()
    catalogue = read_city(folder, report)
    report.settle()
    return catalogue


def read_city(folder: Path, report: Report, *, tiling: bool = False) -> Catalogue:
    """Read a city's folder as far as it can be read; what is wrong goes to the report, and is left out of the catalogue.

    Args:
        folder: the city's.
        report: takes the problems.
        tiling: check as well whether the cells tile the map (:mod:`config.tiling`).
    """
    if not folder.is_dir():
        report.add(Place(str(folder)), "there is no such folder.", "Name the folder of a city, such as config/city.demo.")
        return _empty()
    _check_names(folder, report)
    city = _city(folder, report)
    name, zone = city.value.name, city.value.zone
    kinds = read_kinds(SHIPPED, report)
    if (folder / "kinds.yaml").exists():
        kinds = read_kinds(folder / "kinds.yaml", report, kinds)
    rows: dict[str, Sequence[Placed]] = {name: _table(folder, name, shape, report) for name, shape in _SHAPES.items()}
    before = len(report.problems)
    rows["cells.geojson"] = read_cells(folder / "cells.geojson", report)
    whole = len(report.problems) == before
    rows["city.yaml"] = [city]
    rows["cameras"] = _cameras(folder, report)
    rows["feeds.yaml"] = _feeds(folder, rows, report)
    catalogue = Catalogue(
        name=name,
        zone=zone,
        kinds=kinds,
        categories=_categories(read_csv(TABLES / "categories.csv", Category, report), rows["categories.csv"], report),
        standards=_standards(read_csv(TABLES / "standards.csv", Standard, report), rows["standards.csv"]),
        calendar=_calendar(folder, zone, report),
        cells=_by("code", rows["cells.geojson"], report),
        units=_by("id", rows["units.csv"], report),
        people=_by("id", rows["people.csv"], report),
        roster=tuple(row.value for row in rows["roster.csv"]),
        responsibilities=tuple(row.value for row in rows["responsibilities.csv"]),
        cameras=_by("id", rows["cameras"], report),
        devices=_by("id", rows["devices.csv"], report),
        rule_files=tuple(sorted((folder / "rules").glob("*.yaml"))),
        noise_file=noise if (noise := folder / "noise.yaml").exists() else None,
        feeds=tuple(row.value for row in rows["feeds.yaml"]),
    )
    check_references(catalogue, rows, report)
    if tiling:
        tell_flaws(check_tiling([row.value for row in rows["cells.geojson"]], gaps=whole), rows["cells.geojson"], report)
    return catalogue


_SHAPES: Mapping[str, type[msgspec.Struct]] = {
    "categories.csv": Category,
    "standards.csv": Standard,
    "units.csv": Unit,
    "people.csv": Person,
    "roster.csv": Duty,
    "responsibilities.csv": Responsibility,
    "devices.csv": Device,
}


def _table(folder: Path, name: str, shape: type[msgspec.Struct], report: Report) -> list[Placed]:
    path = folder / name
    return [] if name in OPTIONAL and not path.exists() else read_csv(path, shape, report)


def _check_names(folder: Path, report: Report) -> None:
    """A file with a mistyped name would be passed over in silence."""
    for path in sorted(folder.iterdir()):
        known = FOLDERS if path.is_dir() else tuple(FILES)
        if path.name not in known and not path.name.startswith((".", "README", "LICENSE")):
            report.add(Place(str(path)), "this name means nothing in a city's folder.", did_you_mean(path.name, [*FILES, *FOLDERS]))


def _city(folder: Path, report: Report) -> Placed:
    node = read_yaml(folder / "city.yaml", report)
    city = None if node is None else read_record(CityFile, node.fields, node.locate, report, unknown=node.locate_key)
    return Placed(city or CityFile(name=folder.name), node.locate("zone") if node else Place(str(folder / "city.yaml")))


def _calendar(folder: Path, zone: str, report: Report) -> Calendar:
    usual = Calendar(zone=zone)
    path = folder / "calendar.yaml"
    return (read_calendar(path, report, zone) if path.exists() else None) or usual


def _cameras(folder: Path, report: Report) -> list[Placed]:
    found: list[Placed] = []
    for path in sorted((folder / "cameras").glob("*.yaml")):
        try:
            found.append(Placed(load_camera(path), Place(str(path), 1, 1)))
        except ProblemsError as error:
            report.extend(error)
    return found


def _feeds(folder: Path, rows: Mapping[str, Sequence[Placed]], report: Report) -> list[Placed]:
    path = folder / "feeds.yaml"
    if not path.exists():
        return []
    devices, cameras = ({row.value.id for row in rows[name]} for name in ("devices.csv", "cameras"))
    return read_feeds(path, report, devices, cameras)


def _by(key: str, rows: Iterable[Placed], report: Report) -> dict[str, Any]:
    """Index rows; a name that comes a second time is a problem that tells the place of the first."""
    found: dict[str, Placed] = {}
    for row in rows:
        name = getattr(row.value, key)
        if name in found:
            first = found[name].place
            report.add(row.at(key), f"the {key} {name!r} is there already ({first.file}:{first.line}).", f"Give each its own {key}.")
            continue
        found[name] = row
    return {name: row.value for name, row in found.items()}


def _categories(shipped: Sequence[Placed], own: Sequence[Placed], report: Report) -> dict[str, Category]:
    """The shipped table with the city's own rows; matters win over components of the same code."""
    found: dict[tuple[str, str], Category] = {(row.value.kind, row.value.code): row.value for row in shipped}
    for row in own:
        if (row.value.kind, row.value.code) in found:
            report.add(
                row.at("code"), f"the category {row.value.code!r} is there already.", "Take a code of your own for a local category."
            )
        found[row.value.kind, row.value.code] = row.value
    components = {code: row for (kind, code), row in found.items() if kind != "matter"}
    return components | {code: row for (kind, code), row in found.items() if kind == "matter"}


def _standards(shipped: Sequence[Placed], own: Sequence[Placed]) -> tuple[Standard, ...]:
    replaced = {row.value.code for row in own}
    return tuple(row.value for row in [*own, *(row for row in shipped if row.value.code not in replaced)])


def _empty() -> Catalogue:
    return Catalogue(
        name="",
        zone="UTC",
        kinds={},
        categories={},
        standards=(),
        calendar=Calendar(),
        cells={},
        units={},
        people={},
        roster=(),
        responsibilities=(),
        cameras={},
        devices={},
        rule_files=(),
    )
