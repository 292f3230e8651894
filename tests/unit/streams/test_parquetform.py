"""Observations as Parquet, there and back; and files that are none."""

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.kindfile import shipped_kinds
from config.problem import ProblemsError
from rules.replay import read_objects
from streams.observation import Observation, Position
from streams.parquetform import BATCH, COLUMNS, ParquetRows, ParquetWriter, library
from tests.fakes.rulekit import EPOCH

if importlib.util.find_spec("pyarrow") is None:
    pytest.skip("pyarrow is not installed (extra [parquet])", allow_module_level=True)
BAD = Path(__file__).parents[2] / "data/bad/parquet"

WHOLE = Observation(
    id="a", source="sensor/1", kind="pm10", at=EPOCH + 1, value=9.5, unit="ug/m3", position=Position(121.5, 31.25), zone="z1",
    confidence=0.5, evidence=("evidence:sha256/aa",), attributes={"plate": "A1", "n": [1]}, received_at=EPOCH + 2,
)  # fmt: skip
BARE = Observation(id="b", source="sensor/2", kind="door", at=EPOCH, value=True)
TEXT = Observation(id="c", source="sensor/3", kind="camera_health", at=EPOCH, value="true")


def read(path: Path) -> list[Observation | str]:
    """The observations of a file, or why a row holds none."""
    rows = ParquetRows(path)
    try:
        return [line.observation or line.reason for line in read_objects(rows, shipped_kinds())]
    finally:
        rows.close()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Every field of an observation, each type of value, and a text that looks like a truth value, come back as they were."""
    path = tmp_path / "out.parquet"
    writer = ParquetWriter(path)
    writer.write([WHOLE, BARE])
    writer.write([TEXT])
    writer.close()
    assert read(path) == [WHOLE, BARE, TEXT]


def test_many_rows_are_written_in_batches(tmp_path: Path) -> None:
    """More than are held at once are all there, in their order, and the reader knows how many."""
    path = tmp_path / "out.parquet"
    writer = ParquetWriter(path)
    writer.write(msgspec.structs.replace(BARE, id=f"{number:05}") for number in range(BATCH + 7))
    writer.close()
    rows = ParquetRows(path)
    assert rows.length == BATCH + 7
    assert [obj["id"] for _, obj in rows][-1] == f"{BATCH + 6:05}"
    rows.close()


def foreign(path: Path, **columns: list[Any]) -> Path:
    """A file that somebody else wrote."""
    arrow = library(str(path))
    arrow.parquet.write_table(arrow.table(columns), path)
    return path


def test_files_of_others_are_read_too(tmp_path: Path) -> None:
    """Plain numbers and truth values, RFC 3339 texts, timestamps with a zone, and columns of their own as attributes."""
    path = foreign(
        tmp_path / "own.parquet",
        source=["sensor/1", "sensor/2"],
        kind=["door", "door"],
        at=[datetime(2026, 3, 2, 4, tzinfo=UTC)] * 2,
        value=[True, False],
        street=["Main", None],
    )
    first, second = read(path)
    assert isinstance(first, Observation)
    assert isinstance(second, Observation)
    assert (first.at, first.value, first.attributes, second.attributes) == (EPOCH, True, {"street": "Main"}, {})


def test_a_row_that_is_no_observation_is_told_with_its_number(tmp_path: Path) -> None:
    """A time without a zone, a kind that no table has: each row says why, and the others are read."""
    path = foreign(
        tmp_path / "odd.parquet",
        source=["sensor/1"] * 3,
        kind=["door", "doors", "door"],
        at=["2026-03-02T08:00:00", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"],
        value=["true", "true", "true"],
    )
    naive, unknown, good = read(path)
    assert str(naive).startswith('at: "2026-03-02T08:00:00" has no offset from UTC.')
    assert unknown == "kind: 'doors' is not in the kinds table. Did you mean 'door'?"
    assert isinstance(good, Observation)
    no_zone = foreign(tmp_path / "nozone.parquet", source=["sensor/1"], kind=["door"], at=[datetime(2026, 3, 2, 8)], value=["true"])  # noqa: DTZ001  # A time without a zone is what is tested.
    assert str(read(no_zone)[0]).startswith('at: "2026-03-02T08:00:00" has no offset from UTC.')


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("text", "it is no Parquet file: "),
        (
            "no-kind",
            "the columns kind, at are missing. A recording has at least source, kind, at and value; this file has source, time, value.",
        ),
    ],
)
def test_a_file_that_is_no_recording_is_refused(name: str, message: str) -> None:
    """The message names the file and says what it has, or how to make one."""
    with pytest.raises(ProblemsError) as caught:
        ParquetRows(BAD / f"{name}.parquet")
    assert str(caught.value).startswith(f"{BAD / name}.parquet: {message}")


def test_without_the_library_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra of the product."""
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ProblemsError) as caught:
        library("x.parquet")
    wanted = "x.parquet: Parquet needs the library pyarrow, which is not installed. Install it with: pip install 'cityloop[parquet]'"
    assert str(caught.value) == wanted


def test_the_columns_are_those_of_the_document() -> None:
    """docs/replay.md lists the columns, in their order."""
    text = (Path(__file__).parents[3] / "docs/replay.md").read_text()
    listed = [line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `")]
    assert [name for name in listed if name in COLUMNS] == list(COLUMNS)
