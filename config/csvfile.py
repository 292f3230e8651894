"""Tables of the city: CSV with a header, read by name of column, every fault with its line."""

import csv
import io
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
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[Placed] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            place = Place(file, reader.line_num)
            if not any(cells):
                continue
            if header is None:
                header = cells
                if not _header_is_sound(header, shape, place, report):
                    return []
                continue
            if len(cells) != len(header):
                report.add(
                    place, f"the row has {len(cells)} cells, the header {len(header)}.", "Add or remove commas; quote a text with a comma."
                )
                continue
            record = read_record(shape, dict(zip(header, cells, strict=True)), _always(place), report, text=True)
            if record is not None:
                found.append(Placed(record, place))
    except csv.Error as error:
        report.add(Place(file, reader.line_num), f"this is not CSV: {error}.", "Close every quote and write one record a line.")
    if header is None:
        report.add(Place(file, 1), "the table is empty.", f"Start it with the header {','.join(shape.__struct_fields__)}.")
    return found


def _always(place: Place) -> Locate:
    """All cells of a row stand in one line, and a table has no columns that an editor could jump to."""
    return lambda _: place


def _header_is_sound(header: list[str], shape: type[Shape], place: Place, report: Report) -> bool:
    """A wrong header would repeat its fault in every row: it is told once."""
    known = shape.__struct_fields__
    unknown = [name for name in header if name not in known]
    for name in unknown:
        report.add(place, f"unknown column {name!r}.", did_you_mean(name, known))
    doubled = sorted({name for name in header if header.count(name) > 1})
    for name in doubled:
        report.add(place, f"the column {name!r} is there twice.", "Keep one of them.")
    return not unknown and not doubled
