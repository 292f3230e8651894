"""Looks at parts of many pictures with as few inputs of the model as they fit into."""

from collections.abc import Sequence

import cv2
import msgspec
import numpy as np

from detectors.boxes import Detection
from detectors.inference.mosaic import Region, Tile, Want, back, joined, pack, with_context
from detectors.inference.port import Picture, SquareDetector, check_picture
from detectors.inference.suppression import suppress


class Question(msgspec.Struct, frozen=True):
    """What one camera wants to know: the things in some regions of its picture."""

    picture: Picture
    regions: tuple[Region, ...]


class Answer(msgspec.Struct, frozen=True):
    """What was found in one picture, and whether all of it was looked at."""

    found: tuple[Detection, ...]
    whole: bool


class PackedDetector:
    """A detector that is asked about regions of several pictures at once.

    Args:
        detector: looks at the inputs.

    Attributes:
        inputs: given to the model so far.
    """

    def __init__(self, detector: SquareDetector) -> None:
        self._detector = detector
        self.inputs = 0

    def answer(self, questions: Sequence[Question]) -> list[tuple[Detection, ...]]:
        """What is in the regions (with some of what is around them) of each picture, in the order of the questions.

        Raises:
            ValueError: something is not a picture.
        """
        wants: list[Want] = []
        owners: list[int] = []
        for number, question in enumerate(questions):
            check_picture(question.picture)
            height, width = question.picture.shape[:2]
            regions = joined([Region(with_context(region.box), region.zoom) for region in question.regions])
            wants += [Want(region.box, width, height, region.zoom) for region in regions]
            owners += [number] * len(regions)
        side = self._detector.side
        found: list[list[Detection]] = [[] for _ in questions]
        for tiles in pack(wants, side):
            square = _composed(tiles, wants, [questions[owner].picture for owner in owners], side)
            self.inputs += 1
            for want, things in back(self._detector.detect([square])[0], tiles, wants, side).items():
                found[owners[want]] += things
        return [suppress(things) for things in found]

    def look(self, question: Question) -> Answer:
        """What is in one picture: the whole of it, unless all of its regions are looked at closely, and these with inputs of their own.

        Raises:
            ValueError: this is not a picture.
        """
        close = tuple(region for region in question.regions if region.is_close)
        whole = len(close) < len(question.regions)
        found = list(self.answer([Question(question.picture, close)])[0]) if close else []
        found += self.whole(question.picture) if whole else ()
        return Answer(suppress(found) if close else tuple(found), whole)

    def whole(self, picture: Picture) -> tuple[Detection, ...]:
        """What is in the whole of a picture.

        Raises:
            ValueError: this is not a picture.
        """
        self.inputs += 1
        return self._detector.detect([picture])[0]


def _composed(tiles: Sequence[Tile], wants: Sequence[Want], pictures: Sequence[Picture], side: int) -> Picture:
    """The input: every tile at its place on black."""
    square = np.zeros((side, side, 3), np.uint8)
    for tile in tiles:
        picture, region = pictures[tile.want], wants[tile.want].region
        height, width = picture.shape[:2]
        left, top = min(int(region.left * width), width - 1), min(int(region.top * height), height - 1)
        crop = picture[top : max(top + 1, round(region.bottom * height)), left : max(left + 1, round(region.right * width))]
        kind = cv2.INTER_AREA if tile.width * 2 < crop.shape[1] else cv2.INTER_LINEAR if tile.width <= crop.shape[1] else cv2.INTER_CUBIC
        place = (slice(tile.top, tile.top + tile.height), slice(tile.left, tile.left + tile.width))
        square[place] = cv2.resize(crop, (tile.width, tile.height), interpolation=kind)
    return square
