"""How closely the model must look at each zone: a thing of ten pixels is not found, the same thing of forty is.

A whole picture is scaled into the model's input, and a zone that is small in it becomes a few pixels. Such a zone is cut out with what
is around it and shown larger; how much larger is a function of the zone, the picture's size and the input's, and of nothing else.
"""

from collections.abc import Sequence

import msgspec

from config.sources import Point, Zoom
from detectors.boxes import Box
from detectors.inference.mosaic import CLOSEST, Region, Want, joined, pack, with_context

SMALL = 40.0
"""Pixels of the input: a zone whose rectangle is as large as a square of less is looked at closely ..."""
WANTED = 80.0
"""... so that it is as large as a square of so many. A vehicle in a bay for one or two is then some 40 to 90 pixels wide."""
WORTH = 1.25
"""What can be shown only less than so many times as large is not worth an input of its own."""
MOST_INPUTS = 2
"""A camera's small zones may ask for so many inputs a look; where they ask for more, all are shown smaller."""
LESS = 0.8
"""By so much at a time."""


class Ground(msgspec.Struct, frozen=True):
    """A zone as far as it matters here.

    Attributes:
        polygon: its corners, parts of width and height.
        box: the rectangle around it, with a margin.
        zoom: what its camera's file says.
    """

    polygon: tuple[Point, ...]
    box: Box
    zoom: Zoom


def zoom_of(ground: Ground, width: int, height: int, side: int) -> float:
    """How many times as large as the whole picture would show it a zone is to be shown; 1 where the whole picture will do.

    Args:
        ground: the zone.
        width: of the picture, pixels.
        height: as above.
        side: of the model's input, pixels.
    """
    if ground.zoom is Zoom.NEVER:
        return 1.0
    scale = side / max(width, height)
    wanted = most_zoom(ground.box, width, height, side)
    if ground.zoom is Zoom.AUTO:
        across, down = _extent(ground.polygon)
        size = scale * max(1e-9, across * width * down * height) ** 0.5
        wanted = min(wanted, WANTED / size) if size < SMALL else 1.0
    return wanted if wanted >= WORTH else 1.0


def most_zoom(box: Box, width: int, height: int, side: int) -> float:
    """How many times as large a rectangle can be shown with what is around it: it fills the input, or is enlarged as much as may be."""
    scale, shown = side / max(width, height), with_context(box)
    wide, high = (shown.right - shown.left) * width * scale, (shown.bottom - shown.top) * height * scale
    return min(CLOSEST / scale, side / wide, side / high)


def regions_of(grounds: Sequence[Ground], width: int, height: int, side: int) -> tuple[Region, ...]:
    """Where, and how closely, the model looks in a picture.

    Small zones of one camera get :data:`MOST_INPUTS` inputs a look together, however many they are; ``always`` is taken at its word.
    """
    zooms = [zoom_of(ground, width, height, side) for ground in grounds]
    chosen = [index for index, ground in enumerate(grounds) if ground.zoom is Zoom.AUTO and zooms[index] > 1]
    while chosen and _inputs([Region(grounds[index].box, zooms[index]) for index in chosen], width, height, side) > MOST_INPUTS:
        for index in chosen:
            zooms[index] *= LESS
        for index in [one for one in chosen if zooms[one] < WORTH]:
            zooms[index] = 1.0
            chosen.remove(index)
    return tuple(Region(ground.box, zoom) for ground, zoom in zip(grounds, zooms, strict=True))


def _inputs(regions: Sequence[Region], width: int, height: int, side: int) -> int:
    shown = joined([Region(with_context(region.box), region.zoom) for region in regions])
    return len(pack([Want(region.box, width, height, region.zoom) for region in shown], side))


def _extent(polygon: Sequence[Point]) -> tuple[float, float]:
    xs, ys = zip(*polygon, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)
