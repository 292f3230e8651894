"""``cityloop bench zoom``: vehicles that are small in the picture, looked at as a part of the whole picture and closely."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import cv2
import msgspec
import numpy as np

from bench.detectors.cutouts import Cutout, vehicles
from bench.detectors.footage import NoFootageError, find_clips
from bench.detectors.part import PARTS
from bench.detectors.pasting import Pose, paste
from config.sources import Point, Zoom
from detectors.bounds import Interval, wilson
from detectors.boxes import Box, Detection, iou
from detectors.inference.labels import VEHICLES
from detectors.inference.packed import PackedDetector, Question
from detectors.inference.port import Picture, SquareDetector
from detectors.inference.zooming import Ground, regions_of
from detectors.sources.clip import Clip
from detectors.zones import around, stands_in

SIZES = (8, 10, 13, 16, 20, 26, 32, 40)
"""Widths of the vehicles, in pixels of the model's input when the whole picture is scaled into it."""
CAMERA = 1920
"""Width in pixels of the pictures, to which the clip's are enlarged."""
SURE = 0.35
"""Score from which a scene believes in a new vehicle."""
SAME = 0.5
"""Intersection over union of a box and the vehicle."""
NOTE = (
    "Six vehicles cut out of two clips, put into enlarged pictures of one street. This says what size does to the model, "
    "and little about other vehicles in other streets. No figure on a city's own cameras exists yet."
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One way to look at vehicles of one size.

    Attributes:
        pixels: the vehicles' width in the model's input when the whole picture is looked at.
        zoom: as a camera's file says.
        vehicles: that were there.
        found: of these.
        interval: of the share that was found, 95 % (Wilson).
        ghosts: vehicles found in the same zones without one.
        inputs: of the model, by look.
        cpu_ms: processor time, by look.
    """

    pixels: int
    zoom: Zoom
    vehicles: int
    found: int
    interval: Interval | None
    ghosts: int
    inputs: float
    cpu_ms: float


class ZoomReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole."""

    note: str = NOTE
    rows: tuple[Row, ...]


class _Shot(msgspec.Struct, frozen=True):
    """A picture with a vehicle, the same without it, where it is, and a bay around it."""

    parked: Picture
    empty: Picture
    place: Box
    bay: tuple[Point, ...]


def measure(
    detector: SquareDetector,
    environment: Mapping[str, str],
    progress: Callable[[str], None],
    *,
    sizes: Sequence[int] = SIZES,
    times: int = 4,
    camera: int = CAMERA,
) -> ZoomReport:
    """Look at every vehicle, and at its empty place, in both ways.

    Args:
        detector: the model.
        environment: may name clips.
        progress: told each size.
        sizes: of the vehicles.
        times: places for each vehicle.
        camera: width of the pictures, pixels.

    Raises:
        NoFootageError: the clip is not on this machine.
        SourceError: a clip is no video.
    """
    clips, absent = find_clips(environment)
    if "vtest" not in clips:
        raise NoFootageError("; ".join(absent))
    street, things = Clip(clips["vtest"]), vehicles(clips)
    rows: list[Row] = []
    for size in sizes:
        progress(f"{size} pixels")
        shots = list(_shots(street, things, size / detector.side, times, camera))
        rows += [_row(size, zoom, shots, detector) for zoom in (Zoom.NEVER, Zoom.AUTO)]
    return ZoomReport(rows=tuple(rows))


def _shots(street: Clip, things: Sequence[Cutout], width: float, times: int, camera: int) -> Iterator[_Shot]:
    """Every vehicle at so many places of the road, at different instants."""
    places = next(part for part in PARTS if part.name == "road").places
    for number, thing in enumerate(things):
        for turn in range(times):
            small = street.frame(float(7 * number + 3 * turn))
            if small is None:
                continue
            x, bottom = places[(number + 3 * turn) % len(places)]
            factor = camera / small.shape[1]
            empty = np.asarray(cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)
            pixels = width * thing.size * max(empty.shape[:2])
            pose = Pose(x=x * empty.shape[1], bottom=bottom * empty.shape[0], width=pixels)
            yield _shot(paste(empty, thing, pose), empty, thing, pose)


def _shot(parked: Picture, empty: Picture, thing: Cutout, pose: Pose) -> _Shot:
    rows, columns = empty.shape[:2]
    high = pose.width * thing.picture.shape[0] / thing.picture.shape[1]
    half = pose.width / 2
    place = Box((pose.x - half) / columns, (pose.bottom - high) / rows, (pose.x + half) / columns, pose.bottom / rows)
    # A bay as it is drawn on the ground: a fifth wider than the vehicle, and as deep as most of its height.
    wide, deep = 0.1 * (place.right - place.left), 0.7 * (place.bottom - place.top)
    left, right, top, bottom = place.left - wide, place.right + wide, place.bottom - deep, place.bottom + deep / 3
    return _Shot(parked, empty, place, ((left, top), (right, top), (right, bottom), (left, bottom)))


def _row(size: int, zoom: Zoom, shots: Sequence[_Shot], detector: SquareDetector) -> Row:
    looking = PackedDetector(detector)
    found = ghosts = 0
    begun = time.process_time()
    for shot in shots:
        height, width = shot.empty.shape[:2]
        regions = regions_of([Ground(shot.bay, around(shot.bay), zoom)], width, height, detector.side)
        parked, empty = (_standing(looking.look(Question(one, regions)).found, shot) for one in (shot.parked, shot.empty))
        found += any(iou(one.box, shot.place) >= SAME for one in parked)
        ghosts += len(empty)
    looks = max(1, 2 * len(shots))
    return Row(
        pixels=size, zoom=zoom, vehicles=len(shots), found=found, interval=wilson(found, len(shots)), ghosts=ghosts,
        inputs=round(looking.inputs / looks, 2), cpu_ms=round(1000 * (time.process_time() - begun) / looks, 1),
    )  # fmt: skip


def _standing(found: Sequence[Detection], shot: _Shot) -> list[Detection]:
    return [one for one in found if one.label in VEHICLES and one.score >= SURE and stands_in(shot.bay, one.box)]
