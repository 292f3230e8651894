"""Tables of the city: CSV with a header, read by name of column, every fault with the line and column of its cell."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from config.records import Locate, Placed, Shape, read_record
from config.report import Place, Report
from config.suggest import did_you_mean
from config.textfile import read_text


def read_csv(path: Path, shape: type[Shape], report: Report) -> list[Placed]:
    """Read a table into placed structs; rows with faults are left out and noted."""
    text = read_text(path, report)
    return [] if text is None else parse_csv(text, str(path), shape, report)


def parse_csv(text: str, file: str, shape: type[Shape], report: Report) -> list[Placed]:
    """Read the text of a table into placed structs; rows with faults are left out and noted."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, strict=True)
    found: list[Placed] = []
    header: list[str] | None = None
    begin = 0
    try:
        for cells in reader:
            raw, line = "".join(lines[begin : reader.line_num]), begin + 1
            begin = reader.line_num
            if not any(cells):
                continue
            place = Place(file, line, 1)
            if header is None:
                header = cells
                if not _header_is_sound(header, shape, _places(header, raw, place), place, report):
                    return []
                continue
            if len(cells) != len(header):
                report.add(
                    place, f"the row has {len(cells)} cells, the header {len(header)}.", "Add or remove commas; quote a text with a comma."
                )
                continue
            places = _places(header, raw, place)
            record = read_record(shape, dict(zip(header, cells, strict=True)), _locate(places, place), report, text=True)
            if record is not None:
                found.append(Placed(record, place, places))
    except csv.Error as error:
        report.add(Place(file, begin + 1, 1), f"this is not CSV: {error}.", "Close every quote and write one record a line.")
    if header is None:
        report.add(Place(file, 1, 1), "the table is empty.", f"Start it with the header {','.join(shape.__struct_fields__)}.")
    return found


def _locate(places: Mapping[str, Place], row: Place) -> Locate:
    return lambda name: row if name is None else places.get(name, row)


def _places(header: list[str], raw: str, row: Place) -> dict[str, Place]:
    """Where each cell of a record begins.

    Args:
        header: names of the columns.
        raw: the record as it stands in the file, in one line or, with quoted line breaks, in several.
        row: where it begins.
    """
    starts = [(0, 1)]
    line, column, quoted, before = 0, 1, False, ","
    for character in raw:
        if quoted:
            quoted = character != '"'
        elif character == '"' and before in {",", '"'}:
            quoted = True
        elif character == ",":
            starts.append((line, column + 1))
        line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
        before = character
    return {name: Place(row.file, (row.line or 1) + down, across) for name, (down, across) in zip(header, starts, strict=False)}


def _header_is_sound(header: list[str], shape: type[Shape], places: Mapping[str, Place], place: Place, report: Report) -> bool:
    """A wrong header would repeat its fault in every row: it is told once."""
    known = shape.__struct_fields__
    unknown = [name for name in header if name not in known]
    for name in unknown:
        report.add(places.get(name, place), f"unknown column {name!r}.", did_you_mean(name, known))
    doubled = sorted({name for name in header if header.count(name) > 1})
    for name in doubled:
        report.add(places.get(name, place), f"the column {name!r} is there twice.", "Keep one of them.")
    return not unknown and not doubled
