"""Reads the cells of the map from GeoJSON (RFC 7946), with line and column of every feature."""

import re
from pathlib import Path
from typing import Any

import msgspec

from config.places import Cell, Layer
from config.records import Placed, read_record
from config.report import Place, Report
from config.textfile import read_text

SHAPES = ("Polygon", "MultiPolygon")


class _Collection(msgspec.Struct):
    type: str
    features: list[msgspec.Raw]


class _Properties(msgspec.Struct, kw_only=True):
    """What a feature says of its cell."""

    code: str
    layer: Layer
    name: str
    parent: str | None = None


def read_cells(path: Path, report: Report) -> list[Placed]:
    """Read a feature collection into placed :class:`config.places.Cell`; features with faults are left out and noted."""
    text = read_text(path, report)
    return [] if text is None else parse_cells(text.encode(), str(path), report)


def parse_cells(data: bytes, file: str, report: Report) -> list[Placed]:
    """Read the bytes of a feature collection into placed cells."""
    try:
        collection = msgspec.json.decode(data, type=_Collection)
    except msgspec.DecodeError as error:
        what = f"this is not a GeoJSON feature collection: {error}."
        report.add(_broken_at(data, file, str(error)), what, "Export the layer as GeoJSON (RFC 7946).")
        return []
    if collection.type != "FeatureCollection":
        report.add(Place(file, 1, 1), f"the type is {collection.type!r}.", "Write a FeatureCollection of polygons.")
        return []
    found: list[Placed] = []
    reached = 0
    for index, raw in enumerate(collection.features):
        # The features come in the order of the text, so the next occurrence of these bytes is this feature.
        reached = data.index(bytes(raw), reached)
        place = _place(data, file, reached)
        reached += len(bytes(raw))
        cell = _cell(msgspec.json.decode(raw), index, place, report)
        if cell is not None:
            found.append(Placed(cell, place))
    return found


_BYTE = re.compile(r"\(byte (\d+)\)$")


def _broken_at(data: bytes, file: str, told: str) -> Place:
    """Where the text stops being JSON: at the byte that the decoder names, at the end when there is too little of it."""
    found = _BYTE.search(told)
    if found is not None:
        return _place(data, file, int(found[1]))
    return _place(data, file, len(data)) if "truncated" in told else Place(file, 1, 1)


def _place(data: bytes, file: str, offset: int) -> Place:
    """Line and column of a byte."""
    begin = data.rfind(b"\n", 0, offset) + 1
    return Place(file, data.count(b"\n", 0, begin) + 1, len(data[begin:offset].decode(errors="replace")) + 1)


def _cell(feature: Any, index: int, place: Place, report: Report) -> Cell | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        report.add(place, f"feature {index} has no properties or no geometry.", "Give it both: code, layer, parent, name; and a polygon.")
        return None
    known = read_record(_Properties, properties, lambda _: place, report)
    fault = _fault_of_shape(geometry)
    if fault:
        report.add(
            place, f"feature {index} ({properties.get('code')}): {fault}.", "Draw it as closed rings of [longitude, latitude] in degrees."
        )
    if known is None or fault:
        return None
    return Cell(code=known.code, layer=known.layer, parent=known.parent, name=known.name, geometry=geometry)


def _fault_of_shape(geometry: dict[str, Any]) -> str | None:
    """What keeps a geometry from being polygons of closed rings in degrees."""
    if geometry.get("type") not in SHAPES:
        return f"the geometry is a {geometry.get('type')}, not a {' or '.join(SHAPES)}"
    try:
        if geometry["type"] == "Polygon":
            polygons = [msgspec.convert(geometry.get("coordinates"), list[list[tuple[float, float]]])]
        else:
            polygons = msgspec.convert(geometry.get("coordinates"), list[list[list[tuple[float, float]]]])
    except msgspec.ValidationError as error:
        return f"the coordinates do not fit: {error}"
    rings = [ring for polygon in polygons for ring in polygon]
    if not rings:
        return "the geometry is empty"
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        return "a ring is not closed, or has fewer than three corners"
    if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for ring in rings for lon, lat in ring):
        return "a coordinate lies outside the range of degrees (longitude first)"
    return None
