"""The register of a rule: the groups that it knows before anything of them was seen."""

from collections.abc import Mapping

from config.report import Place, Report
from config.suggest import did_you_mean
from rules.grouping import Key
from rules.model import Absent, Expected, Given, Member, Rule, Schedule
from rules.placeholders import placeholder_fault
from rules.reference.instants import read_date
from rules.reference.table import Row, Table
from streams.observation import Position

Places = Mapping[str, Place]


def expected_members(rule: Rule, condition: Absent, given: Given, places: Places, report: Report) -> tuple[Member, ...]:
    """The sources that an absence expects, by name; none of the catalogue's where no catalogue is at hand."""
    expected = condition.expected
    if expected is None:
        return ()
    for source in expected.sources:
        if given.reporters is not None and source not in given.reporters:
            report.add(
                places.get("expected", rule.place), f"expected: the city has no {source!r}.", did_you_mean(source, given.reporters.keys())
            )
    named = expected.sources or _of_the_city(rule, expected, given)
    return tuple(Member(key=source) for source in sorted(named))


def _of_the_city(rule: Rule, expected: Expected, given: Given) -> list[str]:
    kinds, tags = set(expected.kinds or rule.kinds), set(expected.tags)
    return [
        source
        for source, reporter in (given.reporters or {}).items()
        if (expected.fleet is None or expected.fleet.value == reporter.fleet) and kinds & set(reporter.kinds) and tags <= set(reporter.tags)
    ]


def scheduled_members(rule: Rule, condition: Schedule, table: Table, places: Places, report: Report) -> tuple[Member, ...]:
    """The rows of a schedule's table; a row with a fault is noted and left out."""
    place = places.get("schedule", rule.place)
    missing = [name for name in dict.fromkeys((*condition.key, condition.at)) if name not in table.columns]
    for name in missing:
        report.add(place, f"schedule: the table {condition.table} has no column {name!r}.", did_you_mean(name, table.columns))
    for text in dict.fromkeys((rule.summary.en, rule.summary.zh)):
        if table.columns and (fault := placeholder_fault(text, table.columns)) is not None:
            report.add(places.get("summary", rule.place), f"summary: {fault[0]}", fault[1])
    if missing:
        return ()
    found: dict[Key, tuple[Member, Place]] = {}
    for row in table.rows:
        member = _member(condition, row, report)
        if member is None:
            continue
        if member.key in found:
            first = found[member.key][1]
            report.add(
                row.place, f"there is a row for {_shown(member.key)} already (line {first.line}).", "Give each row a key of its own."
            )
            continue
        found[member.key] = member, row.place
    return tuple(member for member, _ in found.values())


def _member(condition: Schedule, row: Row, report: Report) -> Member | None:
    before = len(report.problems)
    cells = row.cells
    for name in condition.key:
        if not cells[name]:
            report.add(row.place, f"{name}: the cell is empty, and it is part of the row's key.", "Write what names the row.")
    written = _date(condition.at, cells[condition.at], row, report)
    position = _position(row, report)
    if len(report.problems) > before:
        return None
    key = cells[condition.key[0]] if len(condition.key) == 1 else tuple(cells[name] for name in condition.key)
    return Member(key=key, date=written, row=dict(cells), position=position)


def _date(column: str, cell: str, row: Row, report: Report) -> str:
    """The date of a row; an empty cell is a row that has none."""
    try:
        return read_date(cell) if cell else ""
    except ValueError:
        report.add(row.place, f"{column}: {cell!r} is no date.", "Write 2026-03-02, or an instant with offset: 2026-03-02T09:00:00+08:00.")
        return ""


def _position(row: Row, report: Report) -> Position | None:
    """Where the row's thing is, when the table has the columns lon and lat and the row fills them."""
    lon, lat = row.cells.get("lon", ""), row.cells.get("lat", "")
    if not lon and not lat:
        return None
    try:
        found = Position(float(lon), float(lat))
    except ValueError:
        found = Position(999.0, 999.0)
    if not (-180 <= found.lon <= 180 and -90 <= found.lat <= 90):
        report.add(
            row.place, f"lon, lat: {lon!r}, {lat!r} is no place on the earth.", "Write degrees, such as 113.2001 and 29.4003, or neither."
        )
        return None
    return found


def _shown(key: Key) -> str:
    return ", ".join(repr(part) for part in key) if isinstance(key, tuple) else repr(key)
