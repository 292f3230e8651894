"""Pieces of real pictures on which bins, laundry and rubbish are drawn: which pictures, and where in them."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import msgspec
import numpy as np

from bench.detectors.footage import VTEST, find_clips, pictures_of
from bench.detectors.part import PARTS
from bench.detectors.people import without_people
from detectors.inference.port import Picture


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a zone is.

    Attributes:
        name: of the spot.
        camera: whose picture it is; spots of one camera are never taught and judged against each other.
        picture: a photograph of Debian's ``opencv-doc``, or a part of the footage (:data:`bench.detectors.part.PARTS`).
        left: of a square, as a part of the picture's width.
        top: as a part of its height.
        width: as a part of its width.
    """

    name: str
    camera: str
    picture: str
    left: float
    top: float
    width: float


SPOTS: tuple[Spot, ...] = (
    Spot(name="cobbles", camera="lane", picture="leuvenA.jpg", left=0.06, top=0.55, width=0.30),
    Spot(name="wall", camera="lane", picture="leuvenA.jpg", left=0.70, top=0.42, width=0.28),
    Spot(name="hedge", camera="hotel", picture="building.jpg", left=0.12, top=0.55, width=0.30),
    Spot(name="facade", camera="palace", picture="home.jpg", left=0.45, top=0.55, width=0.33),
    Spot(name="lawn", camera="square", picture="road", left=0.02, top=0.40, width=0.26),
    Spot(name="tarmac", camera="square", picture="road", left=0.62, top=0.40, width=0.20),
    Spot(name="railing", camera="crossing", picture="street", left=0.05, top=0.28, width=0.30),
    Spot(name="doorway", camera="pavement", picture="pavement", left=0.30, top=0.40, width=0.25),
)
"""Every spot: eight, in the pictures of six cameras."""


class Ground(msgspec.Struct, frozen=True):
    """A spot with its piece of the picture, without the people in it."""

    spot: Spot
    picture: Picture


def grounds_of(environment: Mapping[str, str], side: int) -> tuple[list[Ground], list[str]]:
    """The grounds that this machine has, as squares of ``side`` pixels; and what is left out, and why.

    Raises:
        SourceError: a clip is no video.
    """
    clips, absent = find_clips(environment)
    pictures = {part.name: without_people(pictures_of(part, clips[part.clip])) for part in PARTS if part.clip in clips}
    folder = Path(environment.get("VTEST_AVI", str(VTEST))).parent
    for name in dict.fromkeys(spot.picture for spot in SPOTS if "." in spot.picture):
        photograph = cv2.imread(str(folder / name)) if (folder / name).is_file() else None
        if photograph is None:
            absent.append(f"{name} is left out: it is not in {folder} (Debian package opencv-doc)")
        else:
            pictures[name] = np.asarray(photograph, np.uint8)
    return [Ground(spot, piece_of(pictures[spot.picture], spot, side)) for spot in SPOTS if spot.picture in pictures], absent


def piece_of(picture: Picture, spot: Spot, side: int) -> Picture:
    """The square of a spot, scaled to ``side`` pixels."""
    height, width = picture.shape[:2]
    reach, left, top = round(spot.width * width), round(spot.left * width), round(spot.top * height)
    piece = picture[top : top + reach, left : left + reach]
    return np.asarray(cv2.resize(piece, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
