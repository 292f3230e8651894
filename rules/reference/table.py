"""A table of reference data: CSV with a header, every cell a text; what is wrong is told with its line."""

import csv
import io
from collections.abc import Mapping

import msgspec

from config.report import Place, Report

MOST_ROWS = 1_000_000
"""The most rows of a table."""
_MARKS = frozenset("{}")


class Row(msgspec.Struct, frozen=True):
    """One row: its cells by column, without blanks around them, and where it ends."""

    cells: Mapping[str, str]
    place: Place


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table.

    Attributes:
        file: its path.
        columns: from the header, in their order.
        rows: in file order.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def parse_table(text: str, file: str, report: Report) -> Table:
    """Read a table; rows with faults are left out and noted, and so is a faulty header with everything below it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    try:
        for raw in reader:
            place, cells = Place(file, reader.line_num), tuple(cell.strip() for cell in raw)
            if not any(cells):
                continue
            if not columns:
                columns = cells
                if not _is_sound(columns, place, report):
                    return Table(file=file, columns=(), rows=())
            elif len(cells) != len(columns):
                report.add(
                    place, f"the row has {len(cells)} cells, the header {len(columns)}.", "Add or remove commas; quote a text with a comma."
                )
            elif len(rows) == MOST_ROWS:
                report.add(place, f"the table has more than {MOST_ROWS} rows.", "Leave out rows whose dates are long past.")
                break
            else:
                rows.append(Row(dict(zip(columns, cells, strict=True)), place))
    except csv.Error as error:
        report.add(Place(file, reader.line_num), f"this is not CSV: {error}.", "Close every quote and write one record a line.")
    if not columns:
        report.add(Place(file, 1), "the table is empty.", "Start it with a header, the names of its columns.")
    return Table(file=file, columns=columns, rows=tuple(rows))


def _is_sound(columns: tuple[str, ...], place: Place, report: Report) -> bool:
    """Whether every column has a name of its own that a placeholder can carry."""
    before = len(report.problems)
    for number, name in enumerate(columns, start=1):
        if not name or _MARKS & set(name):
            report.add(place, f"column {number} has no name that a placeholder can carry: {name!r}.", "Write a word, such as due_date.")
        elif name in columns[: number - 1]:
            report.add(place, f"the column {name!r} is there twice.", "Keep one of them.")
    return len(report.problems) == before
