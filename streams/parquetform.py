"""Observations as Parquet: one row each, with the columns of :data:`COLUMNS` (docs/replay.md). Needs the extra ``[parquet]``."""

import importlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from config.moment import from_datetime, render
from config.problem import Problem, ProblemsError
from streams.observation import Observation

COLUMNS = ("id", "source", "kind", "at", "value", "unit", "zone", "confidence", "lon", "lat", "evidence", "received_at", "attributes")
"""``at`` and ``received_at`` are timestamps in UTC, ``value`` and ``attributes`` JSON texts, ``evidence`` a list of texts, the rest
texts and numbers. A reader takes plain numbers, truth values and texts under ``value`` too, and RFC 3339 under ``at``."""
BATCH = 5_000
"""Rows that are in memory at once."""


def library(file: str) -> Any:
    """The Parquet library.

    Raises:
        ProblemsError: it is not installed.
    """
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError:
        what = "Parquet needs the library pyarrow, which is not installed."
        raise ProblemsError([Problem(file=file, what=what, fix="Install it with: pip install 'cityloop[parquet]'")]) from None


class ParquetRows:
    """The rows of a file in the public form of observations.

    Args:
        path: the file.

    Attributes:
        length: how many rows there are.

    Raises:
        ProblemsError: the library is missing, the file cannot be read, or has none of the columns that are needed.
    """

    def __init__(self, path: Path) -> None:
        arrow = library(str(path))
        try:
            self._file = arrow.parquet.ParquetFile(path)
        except (OSError, arrow.ArrowException) as error:
            told = str(error).splitlines()[0].rstrip(".")
            raise ProblemsError(
                [Problem(file=str(path), what=f"it is no Parquet file: {told}.", fix="Write one with cityloop record.")]
            ) from None
        columns = set(self._file.schema_arrow.names)
        missing = [name for name in ("source", "kind", "at", "value") if name not in columns]
        if missing:
            fix = f"A recording has at least source, kind, at and value; this file has {', '.join(sorted(columns))}."
            raise ProblemsError([Problem(file=str(path), what=f"the columns {', '.join(missing)} are missing.", fix=fix)])
        self.length: int = self._file.metadata.num_rows

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        number = 0
        for batch in self._file.iter_batches(batch_size=BATCH):
            for row in batch.to_pylist():
                number += 1
                yield number, _public(row)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _public(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the public form; columns that no observation has become attributes, as elsewhere."""
    found = {name: value for name, value in row.items() if value is not None and name not in ("lon", "lat")}
    for name in ("at", "received_at"):
        if isinstance(found.get(name), datetime):
            found[name] = _rendered(found[name])
    for name in ("value", "attributes"):
        if isinstance(found.get(name), str):
            found[name] = _json(found[name])
    if row.get("lon") is not None and row.get("lat") is not None:
        found["position"] = {"lon": row["lon"], "lat": row["lat"]}
    return found


def _rendered(at: datetime) -> str:
    """An instant; one without a zone is left as it is written, to be refused as one elsewhere is."""
    return render(from_datetime(at)) if at.tzinfo is not None else at.isoformat()


def _json(text: str) -> Any:
    """The JSON that a text holds; a text that holds none is meant as it stands."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


class ParquetWriter:
    """Writes observations to a file, a batch at a time.

    Args:
        path: the file; one that is there is replaced.

    Raises:
        ProblemsError: the library is missing.
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._arrow = library(str(path))
        self._schema = _schema(self._arrow)
        self._writer = self._arrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[dict[str, Any]] = []

    def write(self, observations: Iterable[Observation]) -> None:
        """Add observations."""
        for observation in observations:
            self._rows.append(_row(observation))
            if len(self._rows) >= BATCH:
                self._flush()

    def close(self) -> None:
        """Write the rest, and the end of the file."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []


def _schema(arrow: Any) -> Any:
    instant, text, number = arrow.timestamp("us", tz="UTC"), arrow.string(), arrow.float64()
    types = {"at": instant, "received_at": instant, "confidence": number, "lon": number, "lat": number, "evidence": arrow.list_(text)}
    return arrow.schema([(name, types.get(name, text)) for name in COLUMNS])


def _row(observation: Observation) -> dict[str, Any]:
    position = observation.position
    return {
        "id": observation.id,
        "source": observation.source,
        "kind": observation.kind,
        "at": observation.at,
        "value": msgspec.json.encode(observation.value).decode(),
        "unit": observation.unit,
        "zone": observation.zone,
        "confidence": observation.confidence,
        "lon": None if position is None else position.lon,
        "lat": None if position is None else position.lat,
        "evidence": list(observation.evidence),
        "received_at": observation.received_at,
        "attributes": msgspec.json.encode(observation.attributes).decode() if observation.attributes else None,
    }
