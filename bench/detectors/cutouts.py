"""Vehicles and people cut out of the footage: pixels, and how much of each pixel belongs to them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.detectors.people import people_in, without_people
from detectors.inference.port import Picture
from detectors.sources.clip import Clip

Mask = NDArray[np.float32]
"""(height, width): 0 where nothing of the thing is, 1 where nothing else is."""


class Cutout(msgspec.Struct, frozen=True):
    """Something cut out.

    Attributes:
        name: of what it is.
        picture: its rectangle.
        mask: of the same size.
        light: mean level of grey of the picture that it comes from.
        size: how wide it is beside a car that is seen from the side.
    """

    name: str
    picture: Picture
    mask: Mask
    light: float
    size: float = 1.0


class Outline(msgspec.Struct, frozen=True):
    """Where a vehicle is to be seen whole: clip, second, its outline in pixels, and how wide it is beside one seen from the side."""

    name: str
    clip: str
    second: float
    corners: tuple[tuple[float, float], ...]
    size: float = 1.0


OUTLINES: tuple[Outline, ...] = (
    Outline(
        "van", "vtest", 10.0,
        ((657, 47), (664, 45), (710, 45), (715, 53), (724, 64), (723, 85), (718, 91), (700, 100), (693, 97), (662, 98), (657, 91), (652, 88), (655, 55)),
    ),
    Outline("estate", "vtest", 10.0, ((741, 53), (764, 49), (767, 50), (767, 93), (737, 93), (734, 85), (736, 73)), 0.6),
    Outline(
        "white", "bikes", 6.48,
        ((9, 116), (32, 98), (120, 96), (154, 127), (196, 137), (200, 161), (178, 172), (110, 178), (32, 174), (9, 160)),
    ),
    Outline("black", "bikes", 6.48, ((309, 127), (334, 107), (363, 96), (412, 99), (441, 122), (443, 161), (429, 168), (383, 168), (319, 161))),
    Outline("saloon", "bikes", 6.80, ((353, 128), (368, 108), (392, 98), (426, 100), (449, 118), (465, 123), (465, 152), (441, 167), (363, 159))),
    Outline("hatch", "bikes", 6.80, ((525, 130), (538, 104), (587, 102), (606, 128), (606, 154), (589, 162), (533, 154)), 0.75),
)  # fmt: skip
"""Vehicles of both clips, drawn by hand. Those of ``bikes`` stand behind a railing, some of which is on them."""


def cut(picture: Picture, corners: Sequence[tuple[float, float]], name: str) -> Cutout:
    """Cut out what lies within an outline; the edge fades over about two pixels."""
    points = np.array(corners, np.float32)
    height, width = picture.shape[:2]
    left, top = np.maximum(np.floor(points.min(0)).astype(int) - 1, 0)
    right, bottom = np.minimum(np.ceil(points.max(0)).astype(int) + 2, (width, height))
    mask = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillPoly(mask, [np.round(points - (left, top)).astype(np.int32)], 255)
    soft = np.asarray(cv2.GaussianBlur(mask, (3, 3), 0) / 255, np.float32)
    return Cutout(name, picture[top:bottom, left:right].copy(), soft, float(picture.mean()))


def vehicles(clips: dict[str, Path]) -> list[Cutout]:
    """Every vehicle of the clips that are here.

    Raises:
        SourceError: a file is no video.
    """
    opened = {name: Clip(path) for name, path in clips.items()}
    found: list[Cutout] = []
    for outline in OUTLINES:
        picture = opened[outline.clip].frame(outline.second) if outline.clip in opened else None
        if picture is not None:
            found.append(msgspec.structs.replace(cut(picture, outline.corners, outline.name), size=outline.size))
    return found


def walkers(pictures: Sequence[Picture], most: int = 12) -> list[Cutout]:
    """People who walk through the pictures of a camera that stands still: upright, alone, and not cut by the picture's edge."""
    empty = without_people(pictures)
    found: list[Cutout] = []
    for picture in pictures[:: max(1, len(pictures) // 30)]:
        count, marks, boxes, _ = cv2.connectedComponentsWithStats(people_in(picture, empty))
        for number in range(1, count):
            left, top, width, height, area = (int(value) for value in boxes[number])
            inside = left > 2 and top > 2 and left + width < picture.shape[1] - 2 and top + height < picture.shape[0] - 2
            if inside and height >= 50 and 1.6 <= height / width <= 3.5 and area >= 0.45 * width * height:
                own = (marks[top : top + height, left : left + width] == number).astype(np.float32)
                soft = np.asarray(cv2.GaussianBlur(own, (3, 3), 0), np.float32)
                found.append(Cutout("person", picture[top : top + height, left : left + width].copy(), soft, float(picture.mean())))
    return found[:: max(1, len(found) // most)][:most]
