"""What one table of a city says about another must be there: units of people, cells of duties, kinds of devices."""

import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from config.catalogue import Catalogue
from config.matters import ClockType
from config.places import Layer
from config.records import Placed
from config.report import Report
from config.sources import SCENES
from config.suggest import did_you_mean

EVERY = "*"
"""Stands for every category in a responsibility."""

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TEN_YEARS: Mapping[ClockType, int] = {
    ClockType.URGENT_MINUTE: 3_650 * 24 * 60,
    ClockType.URGENT_HOUR: 3_650 * 24,
    ClockType.NATURAL_DAY: 3_650,
    ClockType.WORK_HOUR: 3_650 * 24,
    ClockType.WORK_DAY: 3_650,
}
"""Longest limits, in units of each clock, without regard to calendars."""

Known = Callable[[Catalogue], Iterable[str]]
Named = Callable[[Any], Iterable[str | None]]

REFERENCES: Sequence[tuple[str, str, str, Named, Known]] = (
    ("units.csv", "unit", "parent", lambda row: [row.parent], lambda city: city.units),
    ("people.csv", "unit", "unit", lambda row: [row.unit], lambda city: city.units),
    ("roster.csv", "person", "person", lambda row: [row.person], lambda city: city.people),
    ("roster.csv", "cell", "cell", lambda row: [row.cell], lambda city: city.cells),
    ("roster.csv", "day", "days", lambda row: row.days, lambda _: WEEK),
    ("responsibilities.csv", "unit", "unit", lambda row: [row.unit], lambda city: city.units),
    ("responsibilities.csv", "cell", "cell", lambda row: [row.cell], lambda city: city.cells),
    ("responsibilities.csv", "category", "category", lambda row: [row.category], lambda city: [*city.categories, EVERY]),
    ("standards.csv", "category", "code", lambda row: [row.code], lambda city: city.categories),
    ("feeds.yaml", "category", "category", lambda row: [row.category], lambda city: city.categories),
    ("devices.csv", "kind", "kinds", lambda row: row.kinds, lambda city: city.kinds),
    ("cameras", "kind", "zones", lambda row: [zone.kind or SCENES[zone.scene] for zone in row.zones], lambda city: city.kinds),
    ("cells.geojson", "parent", "parent", lambda row: [row.parent], lambda city: city.cells),
)
"""Table, what is named there, in which field, the names in a row, and where they must be known."""


def check_references(city: Catalogue, rows: Mapping[str, Sequence[Placed]], report: Report) -> None:
    """Check every name that one table uses of another, and the few rules that a single value cannot show."""
    for table, noun, field, named, known in REFERENCES:
        names = frozenset(known(city))
        if not names:
            # The table that should know them could not be read, which has been told; every row here would only repeat it.
            continue
        for row in rows[table]:
            for name in named(row.value):
                if name is not None and name not in names:
                    report.add(row.at(field), f"the {noun} {name!r} is not known.", did_you_mean(name, names))
    for table, check in CHECKS:
        for row in rows[table]:
            check(city, row, report)


LAYERS = tuple(Layer)
CODE_DIGITS = 15
FULL_CODES = frozenset({Layer.CELL, Layer.MICRO})


def _check_cell(city: Catalogue, row: Placed, report: Report) -> None:
    """Codes (15 digits for cells that people are sent to) and a parent of a wider layer."""
    cell = row.value
    digits = cell.code.isascii() and cell.code.isdigit()
    if cell.layer in FULL_CODES and not (digits and len(cell.code) == CODE_DIGITS):
        report.add(
            row.at("code"),
            f"the code {cell.code!r} of a {cell.layer} has not 15 digits.",
            "Write county 6, street 3, community 3, cell 3 digits.",
        )
    elif cell.layer not in FULL_CODES and not (digits and len(cell.code) < CODE_DIGITS):
        report.add(
            row.at("code"),
            f"the code {cell.code!r} of a {cell.layer} is not digits, fewer than 15.",
            "Write the area's administrative code.",
        )
    if cell.layer is Layer.CITY:
        if cell.parent is not None:
            report.add(row.place, f"the city {cell.code!r} has a parent.", "Leave the parent of the widest layer out.")
        return
    if cell.parent is None:
        report.add(row.place, f"the {cell.layer} {cell.code!r} has no parent.", "Name the code of the cell around it.")
        return
    parent = city.cells.get(cell.parent)
    if parent is not None and LAYERS.index(parent.layer) >= LAYERS.index(cell.layer):
        report.add(
            row.place, f"the parent {parent.code!r} is a {parent.layer}, not wider than a {cell.layer}.", "Name a cell of a wider layer."
        )


def _check_sensor(_city: Catalogue, row: Placed, report: Report) -> None:
    _check_source(row, "sensor/", report)


def _check_camera(_city: Catalogue, row: Placed, report: Report) -> None:
    _check_source(row, "camera/", report)


def _check_source(row: Placed, prefix: str, report: Report) -> None:
    if not row.value.id.startswith(prefix) or row.value.id == prefix:
        report.add(row.at("id"), f"the id {row.value.id!r} is no source.", f"Write {prefix}<name>.")


def _check_hours(_city: Catalogue, row: Placed, report: Report) -> None:
    for name in ("start", "end"):
        text = getattr(row.value, name)
        hour, _, minute = text.partition(":")
        if not (len(text) == 5 and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
            report.add(row.at(name), f"{name}: {text!r} is no time of day.", "Write HH:MM, 00:00 to 23:59.")


def _check_limit(_city: Catalogue, row: Placed, report: Report) -> None:
    if row.value.limit <= 0:
        report.add(row.at("limit"), f"the limit is {row.value.limit}.", "Write a whole number above zero.")
    elif row.value.limit > TEN_YEARS[row.value.clock]:
        told = f"the limit of {row.value.limit} {row.value.clock.value} is longer than ten years"
        report.add(row.at("limit"), f"{told}, and every look at a ticket would count them.", "Write a shorter one.")


def _check_zone(_city: Catalogue, row: Placed, report: Report) -> None:
    zones = zoneinfo.available_timezones()
    if row.value.zone not in zones:
        report.add(row.place, f"the time zone {row.value.zone!r} is not known.", did_you_mean(row.value.zone, zones))


CHECKS: Sequence[tuple[str, Callable[[Catalogue, Placed, Report], None]]] = (
    ("cells.geojson", _check_cell),
    ("devices.csv", _check_sensor),
    ("cameras", _check_camera),
    ("roster.csv", _check_hours),
    ("standards.csv", _check_limit),
    ("city.yaml", _check_zone),
)
"""What is checked of each row of a table beyond its fields and the names in it."""
