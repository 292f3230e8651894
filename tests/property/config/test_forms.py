"""Laws of the forms in which a city is written: what is written is read back, and no text breaks a reader."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from config.csvfile import parse_csv
from config.duration import UNITS, parse_duration, render_duration
from config.geofile import parse_cells
from config.moment import SECOND, Micros, from_datetime, parse, render, to_datetime
from config.polygon import area, fault_of
from config.report import Report
from config.suggest import did_you_mean

moments = st.integers(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND + 999_999)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
points = st.tuples(st.floats(0, 1, width=16), st.floats(0, 1, width=16))


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table with each kind of column."""

    name: str
    size: int
    days: tuple[str, ...] = ()
    open: bool = False
    note: str | None = None


rows = st.builds(
    Row,
    name=words.filter(bool), size=st.integers(-(10**12), 10**12), open=st.booleans(), note=st.none() | words.filter(bool),
    days=st.lists(st.sampled_from(["mon", "tue", "sun"]), max_size=3).map(tuple),
)  # fmt: skip


@given(st.integers(0, 10**15).map(lambda thousands: thousands * 1_000))
def test_a_length_of_time_is_read_back(length: Micros) -> None:
    """Every length of whole milliseconds is written so that it reads as the same length."""
    assert parse_duration(render_duration(length)) == length


@given(st.dictionaries(st.sampled_from(list(UNITS)), st.integers(0, 10_000), min_size=1))
def test_parts_of_a_length_add_up(parts: dict[str, int]) -> None:
    """A length is the sum of its parts, which stand in the order of the units."""
    text = "".join(f"{parts[unit]}{unit}" for unit in UNITS if unit in parts)
    assert parse_duration(text) == sum(number * UNITS[unit] for unit, number in parts.items())


@given(st.text(max_size=12))
@example("١s")
@example("9" * 5_000 + "s")
@example("1.5h")
def test_no_text_breaks_the_reader_of_lengths(text: str) -> None:
    """A text is a length in ASCII digits, or refused with a sentence that shows it."""
    try:
        length, said = parse_duration(text), ""
    except ValueError as error:
        length, said = None, str(error)
    assert said == "" or said.startswith(f"{text!r} is not a length of time: write")
    assert length is None or (length >= 0 and text.isascii())


@given(moments)
def test_an_instant_is_read_back(moment: Micros) -> None:
    """Every instant of the years 1 to 9999 is written so that it reads as the same microsecond."""
    assert parse(render(moment)) == moment
    assert from_datetime(to_datetime(moment)) == moment


@given(st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001  # The zone comes as the second argument.
def test_an_offset_does_not_change_an_instant(wall: datetime, minutes: int) -> None:
    """The same instant, told in any zone, is the same number and is written in UTC."""
    told = wall.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    assert parse(told.isoformat()) == from_datetime(wall.replace(tzinfo=UTC))
    assert render(parse(told.isoformat())).endswith("Z")


@given(st.lists(moments, min_size=2, max_size=2, unique=True))
def test_instants_of_one_second_are_written_apart(pair: list[Micros]) -> None:
    """Two instants never have one text."""
    assert render(pair[0]) != render(pair[1])


@given(st.lists(rows, max_size=6))
def test_a_table_is_read_back(table: list[Row]) -> None:
    """What a spreadsheet writes is read as the same rows, quotes and commas included, each with its line and each cell's place."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Row.__struct_fields__)
    for row in table:
        writer.writerow([row.name, row.size, " ".join(row.days), "yes" if row.open else "no", row.note or ""])
    report = Report()
    read = parse_csv(text.getvalue(), "t.csv", Row, report)
    assert report.problems == ()
    assert [placed.value for placed in read] == table
    assert [placed.place.line for placed in read] == list(range(2, len(table) + 2))
    lines = list(io.StringIO(text.getvalue(), newline=""))
    for placed in read:
        for field in ("name", "days", "note"):
            line, column = placed.at(field).line or 0, placed.at(field).column or 0
            rest = "".join([lines[line - 1][column - 1 :], *lines[line:]])
            value = getattr(placed.value, field)
            cells = next(csv.reader(io.StringIO(rest, newline=""))) or [""]
            assert cells[0] == (" ".join(value) if field == "days" else value or "")


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_tables(text: str) -> None:
    """A text is a table, or every fault has a line and a sentence; nothing else is raised."""
    report = Report()
    read = parse_csv(text, "t.csv", Row, report)
    assert read or report.problems or text.strip()
    assert all(problem.line is not None and problem.what and problem.fix for problem in report.problems)


@given(
    st.binary(max_size=100)
    | st.recursive(
        st.none() | st.integers() | st.sampled_from(["Polygon", "code"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "features", "properties", "geometry", "coordinates"]), inner, max_size=5)
        ),
        max_leaves=10,
    ).map(msgspec.json.encode)
)
def test_no_bytes_break_the_reader_of_maps(data: bytes) -> None:
    """Bytes are a map, or every fault has a sentence; nothing else is raised."""
    report = Report()
    read = parse_cells(data, "cells.geojson", report)
    assert not (read and report.problems == () and b"features" not in data)
    assert all(problem.what and problem.fix for problem in report.problems)


@given(st.lists(points, min_size=3, max_size=7, unique=True), st.integers(0, 6))
def test_a_polygon_is_the_same_wherever_its_corners_begin(corners: list[tuple[float, float]], first: int) -> None:
    """Whether a polygon is good, and its area, depend neither on the corner it begins with nor on its direction."""
    first %= len(corners)
    turned, back = corners[first:] + corners[:first], corners[::-1]
    assert (fault_of(turned) is None) == (fault_of(corners) is None) == (fault_of(back) is None)
    assert abs(area(turned) - area(corners)) < 1e-12
    assert abs(area(back) + area(corners)) < 1e-12


@given(st.text(min_size=1, max_size=8), st.sets(st.text(min_size=1, max_size=8), max_size=20))
def test_a_hint_names_only_what_is_known(word: str, known: set[str]) -> None:
    """A known word is its own nearest; whatever is said ends as a sentence."""
    told = did_you_mean(word, known)
    assert told.endswith(("?", "."))
    if word in known:
        assert told == f"Did you mean {word!r}?"
    if not known:
        assert told == "None is known here."
