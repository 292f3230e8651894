"""Tables by name of column, with lines."""

from pathlib import Path

from config.csvfile import parse_csv, read_csv
from config.people import Unit
from config.report import Place, Report


def test_rows_carry_their_line() -> None:
    """A row is placed at its line, counted with the header and blank lines."""
    report = Report()
    rows = parse_csv("id,name\ncentre,Centre\n\ncare,Care\n", "units.csv", Unit, report)
    assert [(row.value.id, row.place) for row in rows] == [("centre", Place("units.csv", 2, 1)), ("care", Place("units.csv", 4, 1))]


def test_columns_may_come_in_any_order() -> None:
    """The header names the columns; optional ones may be left out."""
    rows = parse_csv("name,id\nCare,care\n", "units.csv", Unit, Report())
    assert rows[0].value == Unit(id="care", name="Care")


def test_a_quoted_text_may_hold_commas_and_line_breaks() -> None:
    """Quoted cells are read as RFC 4180 says, and the next row's line still counts."""
    report = Report()
    rows = parse_csv('id,name\ncare,"Care, east\nand west"\nfire,Fire\n', "units.csv", Unit, report)
    assert rows[0].value.name == "Care, east\nand west"
    assert rows[1].place.line == 4


def test_cells_carry_their_column() -> None:
    """A fault points at its cell, behind quoted commas, doubled quotes and line breaks too; a quote within a text is none."""
    text = 'id,name,webhook,parent\na"b,"x, ""y""","",fire\ncare,"Care\nwest",http://h,fire\n'
    first, second = parse_csv(text, "units.csv", Unit, Report())
    assert [(first.at(field).line, first.at(field).column) for field in ("id", "name", "webhook", "parent")] == [
        (2, 1),
        (2, 5),
        (2, 16),
        (2, 19),
    ]
    assert [(second.at(field).line, second.at(field).column) for field in ("id", "name", "webhook", "parent")] == [
        (3, 1),
        (3, 6),
        (4, 7),
        (4, 16),
    ]
    assert second.at("elsewhere") == second.place == Place("units.csv", 3, 1)


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    """A table saved by a spreadsheet is read like any other."""
    path = tmp_path / "units.csv"
    path.write_bytes(b"\xef\xbb\xbfid,name\r\ncare,Care\r\n")
    report = Report()
    assert read_csv(path, Unit, report)[0].value.id == "care"
    assert report.problems == ()


def test_good_rows_survive_a_bad_one() -> None:
    """One short row is told, and the others are read."""
    report = Report()
    rows = parse_csv("id,name\ncentre\ncare,Care\n", "units.csv", Unit, report)
    assert [row.value.id for row in rows] == ["care"]
    assert str(report.problems[0]) == "units.csv:2:1: the row has 1 cells, the header 2. Add or remove commas; quote a text with a comma."
