"""Several zones, of several cameras, in one input of the model: where each goes, and how its things find their way back.

A model's input costs the same whatever it shows. A zone is a small part of its picture, so one input has room for many of them.
"""

from collections.abc import Sequence

import msgspec

from detectors.boxes import Box, Detection, overlap

GAP = 16
"""Black pixels between two tiles. With 8, of eighty sightings of parked vehicles in real footage seven were lost; with 16 none."""
MOST_SCALE = 1.0
"""A tile that is not looked at closely is never larger than the camera took it ..."""
CLOSEST = 2.0
"""... and one that is, no more than so many times: enlarging adds no detail, but the model has hardly learnt things of ten pixels."""
CUT = 2.0
"""A box that comes within so many pixels of its tile's side is cut there."""


class Region(msgspec.Struct, frozen=True, gc=False):
    """A part of a picture that is to be looked at.

    Attributes:
        box: the part.
        zoom: how many times as large as the whole picture would show it the model is to be shown it; 1 and more.
    """

    box: Box
    zoom: float = 1.0

    @property
    def is_close(self) -> bool:
        """Whether the whole picture would show too little of it."""
        return self.zoom > 1


class Want(msgspec.Struct, frozen=True, gc=False):
    """A part of one of many pictures that is to be looked at.

    Attributes:
        region: the part.
        width: of the whole picture, pixels.
        height: as above.
        zoom: as a region's.
    """

    region: Box
    width: int
    height: int
    zoom: float = 1.0


class Tile(msgspec.Struct, frozen=True, gc=False):
    """Where a part lies in an input.

    Attributes:
        want: index of the part.
        left: pixels of the input.
        top: as above.
        width: as above.
        height: as above.
    """

    want: int
    left: int
    top: int
    width: int
    height: int


def with_context(region: Box) -> Box:
    """The part of the picture to show for a zone: a vehicle reaches up from the ground that it stands on, and out at the sides."""
    width, height = region.right - region.left, region.bottom - region.top
    beside = max(0.05, width / 4)
    return Box(
        region.left - beside, region.top - max(0.1, height / 2), region.right + beside, region.bottom + max(0.05, height / 4)
    ).clipped()


def joined(regions: Sequence[Region]) -> tuple[Region, ...]:
    """Regions of one picture, those that overlap as one, so that nothing is looked at twice or cut between two.

    A region that is looked at closely is not joined with one that is not, nor with another one where an input would not hold both as
    large: what is in both is seen twice then.
    """
    done: list[Region] = []
    for region in regions:
        grown = region
        while touching := [other for other in done if overlap(grown.box, other.box) > 0 and _are_shown_together(grown, other)]:
            done.remove(touching[0])
            grown = _union(grown, touching[0])
        done.append(grown)
    return tuple(done)


def _union(one: Region, other: Region) -> Region:
    a, b = one.box, other.box
    box = Box(min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom))
    return Region(box, max(one.zoom, other.zoom))


def _are_shown_together(one: Region, other: Region) -> bool:
    if not one.is_close and not other.is_close:
        return True
    both = _union(one, other)
    longest = max(both.box.right - both.box.left, both.box.bottom - both.box.top)
    return one.is_close and other.is_close and both.zoom * longest <= 1


def size_of(want: Want, side: int) -> tuple[int, int]:
    """Width and height of a part's tile, pixels of an input with sides of ``side`` pixels."""
    wide, high = (want.region.right - want.region.left) * want.width, (want.region.bottom - want.region.top) * want.height
    most = CLOSEST if want.zoom > 1 else MOST_SCALE
    scale = min(most, want.zoom * side / max(want.width, want.height), side / wide, side / high)
    return max(1, min(side, round(wide * scale))), max(1, min(side, round(high * scale)))


def pack(wants: Sequence[Want], side: int) -> tuple[tuple[Tile, ...], ...]:
    """Put parts into as few inputs as a simple rule finds: the highest first, in rows, into the first row with room.

    (First fit by decreasing height; Coffman, Garey, Johnson, Tarjan 1980, SIAM J. Comput. 9(4).)

    Args:
        wants: the parts; none may be empty.
        side: of an input, pixels.

    Returns:
        Tiles of each input; each part has one tile, and no two tiles of an input touch.
    """
    sizes = [size_of(want, side) for want in wants]
    squares: list[list[Tile]] = []
    rows: list[tuple[int, int, int, int]] = []  # (square, top, height, next free left)
    for index in sorted(range(len(wants)), key=lambda one: (-sizes[one][1], one)):
        width, height = sizes[index]
        for number, (square, top, high, left) in enumerate(rows):
            if height <= high and left + width <= side:
                rows[number] = (square, top, high, left + width + GAP)
                squares[square].append(Tile(index, left, top, width, height))
                break
        else:
            square, top = _new_row(rows, height, side, len(squares))
            if square == len(squares):
                squares.append([])
            rows.append((square, top, height, width + GAP))
            squares[square].append(Tile(index, 0, top, width, height))
    return tuple(tuple(square) for square in squares)


def _new_row(rows: Sequence[tuple[int, int, int, int]], height: int, side: int, squares: int) -> tuple[int, int]:
    """The square and the top of a new row: under the lowest row of the first square with room, else in a new square."""
    for square in range(squares):
        top = max(above + high + GAP for one, above, high, _ in rows if one == square)
        if top + height <= side:
            return square, top
    return squares, 0


def back(found: Sequence[Detection], tiles: Sequence[Tile], wants: Sequence[Want], side: int) -> dict[int, list[Detection]]:
    """Things found in an input, by the part that they were found in, as parts of its picture.

    What a tile's side cuts is left out, unless the picture itself ends there: half a bus is a car to a model.

    Args:
        found: in the input, as parts of its sides.
        tiles: of the input.
        wants: what the tiles show.
        side: of the input, pixels.
    """
    shown: dict[int, list[Detection]] = {tile.want: [] for tile in tiles}
    for one in found:
        x, y = (one.box.left + one.box.right) / 2 * side, (one.box.top + one.box.bottom) / 2 * side
        for tile in tiles:
            if tile.left <= x <= tile.left + tile.width and tile.top <= y <= tile.top + tile.height:
                box = _in_picture(one.box, tile, wants[tile.want].region, side)
                if box is not None:
                    shown[tile.want].append(Detection(one.label, one.score, box))
    return shown


def _in_picture(box: Box, tile: Tile, region: Box, side: int) -> Box | None:
    """A box of the input as parts of the picture; ``None`` when the tile's side cuts it."""
    room = (box.left * side - tile.left, box.top * side - tile.top)
    rest = (tile.left + tile.width - box.right * side, tile.top + tile.height - box.bottom * side)
    ends = (region.left <= 0, region.top <= 0, region.right >= 1, region.bottom >= 1)
    if any(space < CUT and not end for space, end in zip((*room, *rest), ends, strict=True)):
        return None
    wide, high = (region.right - region.left) / tile.width, (region.bottom - region.top) / tile.height
    sides = (
        region.left + room[0] * wide,
        region.top + room[1] * high,
        region.right - rest[0] * wide,
        region.bottom - rest[1] * high,
    )
    found = Box(*(round(part, 5) for part in sides)).clipped()
    return found if found.area > 0 else None
