"""Reads a camera's YAML file; every problem of it is told with line, column and what to write instead."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from config import moment
from config.cameraoptions import read_options
from config.duration import parse_duration
from config.moment import Micros
from config.polygon import fault_of
from config.records import read_record
from config.report import Place, Report
from config.sources import SCENES, Camera, Point, Zone, Zoom
from config.suggest import did_you_mean
from config.yamlfile import Node, read_yaml
from config.zonehours import read_active

SCHEMES = ("file", "package", "rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "push", "v4l2")
"""Where frames may come from; ``package:`` names a file inside an installed Python package."""

_ID = re.compile(r"camera/[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_ZONE_ID = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_LONGEST_DWELL: Micros = 86_400_000_000


class _CameraText(msgspec.Struct, frozen=True, kw_only=True):
    """A camera's fields as they stand in the file."""

    id: str
    zones: list[Any]
    url: str | None = None
    rate: float = 1.0
    started_at: Any = None
    name: str = ""
    lon: float | None = None
    lat: float | None = None
    options: dict[str, Any] = {}


class _ZoneText(msgspec.Struct, frozen=True, kw_only=True):
    """A zone's fields as they stand in the file."""

    id: str
    scene: str
    polygon: tuple[Point, ...]
    dwell: Any = "30s"
    every: Any = None
    active: Any = None
    kind: str | None = None
    zoom: Any = "auto"


Text = TypeVar("Text", bound=msgspec.Struct)


def load_camera(path: Path) -> Camera:
    """Read one camera with its zones.

    Raises:
        ProblemsError: the file cannot be used; it holds every problem with line and column.
    """
    report = Report()
    camera = _camera(path, report)
    report.settle()
    if camera is None:  # pragma: no cover  # A camera that cannot be built has left a problem, so settle() has raised.
        msg = f"{path}: no camera and no problem"
        raise AssertionError(msg)
    return camera


def _camera(path: Path, report: Report) -> Camera | None:
    node = read_yaml(path, report, "Name a camera's file, such as cameras/gate-3.yaml.")
    if node is None:
        return None
    given = _read(_CameraText, node, report)
    zones = [zone for child in node.children("zones", report) if (zone := _zone(child, report))]
    if given is None:
        return None
    if not _ID.fullmatch(given.id):
        report.add(node.locate("id"), f"{given.id!r} is not a camera's id.", "Write camera/ and a short name in lower case: camera/gate-3.")
    if not 0 < given.rate <= 30:
        report.add(node.locate("rate"), f"rate: {given.rate} frames a second cannot be judged.", "Write a number above 0 and up to 30.")
    _check_position(given, node, report)
    _check_url("url", given.url, node.locate("url"), report)
    substream = given.options.get("substream")
    if isinstance(substream, str):
        _check_url("options.substream", substream, node.locate("options"), report)
    _check_zones(given, zones, node, report)
    return Camera(
        id=given.id,
        zones=tuple(zones),
        url=given.url,
        rate=given.rate,
        started_at=_started_at(given.started_at, node, report),
        name=given.name,
        lon=given.lon,
        lat=given.lat,
        options=read_options(given.options, node.locate("options"), report),
    )


def _zone(node: Node, report: Report) -> Zone | None:
    given = _read(_ZoneText, node, report)
    if given is None:
        return None
    if not _ZONE_ID.fullmatch(given.id):
        report.add(node.locate("id"), f"{given.id!r} is not a zone's id.", "Write a short name in lower case: bay-1.")
    if given.scene not in SCENES:
        report.add(node.locate("scene"), f"unknown scene {given.scene!r}.", did_you_mean(given.scene, SCENES))
    fault = fault_of(given.polygon)
    if fault:
        report.add(
            node.locate("polygon"),
            f"polygon: {fault}.",
            "Write the corners in order around the area, like [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]].",
        )
    return Zone(
        id=given.id,
        scene=given.scene,
        polygon=given.polygon,
        dwell=_length("dwell", given.dwell, node, report),
        kind=given.kind,
        active=read_active(given.active, node.locate("active"), report),
        every=None if given.every is None else _length("every", given.every, node, report),
        zoom=_zoom(given.zoom, node, report),
    )


def _zoom(given: Any, node: Node, report: Report) -> Zoom:
    try:
        return Zoom(given)
    except ValueError:
        report.add(node.locate("zoom"), f"zoom: {given!r} is no way to look at a zone.", f"Write one of {', '.join(Zoom)}.")
        return Zoom.AUTO


def _length(name: str, given: Any, node: Node, report: Report) -> Micros:
    try:
        length = parse_duration(str(given))
    except ValueError as error:
        report.add(node.locate(name), f"{name}: {error}.", f"Write for example {name}: 30s.")
        return 0
    if length > _LONGEST_DWELL:
        report.add(node.locate(name), f"{name}: {given} is longer than a day.", "Write a length of time up to 1d.")
    return length


def _started_at(given: Any, node: Node, report: Report) -> Micros | None:
    if given is None:
        return None
    text = given.isoformat() if isinstance(given, datetime) else str(given)
    try:
        return moment.parse(text)
    except ValueError as error:
        report.add(node.locate("started_at"), f"started_at: {error}.", "Write an instant with its offset, like 2026-03-02T08:00:00+08:00.")
        return None


def _check_position(given: _CameraText, node: Node, report: Report) -> None:
    if (given.lon is None) != (given.lat is None):
        there, missing = ("lon", "lat") if given.lat is None else ("lat", "lon")
        report.add(node.locate(there), f"{missing} is missing beside {there}.", "Write both lon and lat, or neither.")
    for key, value, limit in (("lon", given.lon, 180), ("lat", given.lat, 90)):
        if value is not None and abs(value) > limit:
            report.add(node.locate(key), f"{key}: {value} is not on the earth.", f"Write degrees from -{limit} to {limit} (WGS 84).")


def _check_url(field: str, url: str | None, place: Place, report: Report) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
    except ValueError as error:
        report.add(place, f"{field}: {error}.", "Write for example rtsp://10.0.0.5/stream1 or file:clip.mp4.")
        return
    if parts.scheme not in SCHEMES:
        report.add(
            place,
            f"{field}: frames cannot be read from {parts.scheme or url!r}.",
            f"Write one of {', '.join(f'{s}:' for s in SCHEMES)}",
        )
    if parts.username is not None or parts.password is not None:
        # The value itself is not repeated: this sentence may end up in a log.
        report.add(
            place,
            f"{field}: it contains a user name or password, which would be seen in logs and copies of this file.",
            "Leave them out and write options: {credentials: 'env:NAME'}, where the variable NAME holds user:password.",
        )


def _check_zones(given: _CameraText, zones: list[Zone], node: Node, report: Report) -> None:
    if not given.zones:
        report.add(node.locate("zones"), "a camera without zones sees nothing.", "Add at least one zone.")
    names = [zone.id for zone in zones]
    for name in sorted({name for name in names if names.count(name) > 1}):
        report.add(node.locate("zones"), f"two zones are called {name!r}.", "Give each zone of a camera its own id.")


def _read(shape: type[Text], node: Node, report: Report) -> Text | None:
    """Read the known fields; a mistyped name is a problem and does not keep the others from being checked."""
    known = {field.name for field in msgspec.structs.fields(shape)}
    for name in node.fields.keys() - known:
        report.add(node.locate_key(name), f"unknown field {name!r}.", did_you_mean(name, known))
    return read_record(shape, {name: value for name, value in node.fields.items() if name in known}, node.locate, report)
