"""Writes structs as the tables that :mod:`config.loader` reads."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from config.places import Cell


def write_table(path: Path, columns: tuple[str, ...], rows: Iterable[msgspec.Struct]) -> None:
    """Write one struct a line; lists are parted by blanks, what is absent stays empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(getattr(row, column)) for column in columns] for row in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)


def write_map(path: Path, cells: Iterable[Cell]) -> None:
    """Write a feature collection with one feature a line, so that a problem's line is the feature's."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"code": cell.code, "layer": cell.layer, "parent": cell.parent, "name": cell.name},
                "geometry": cell.geometry,
            },
            ensure_ascii=False,
        )
        for cell in cells
    ]
    path.write_text('{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
