"""The three taught scenes, with the thing and without it, over a square crop of a real picture."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from bench.detectors.drawing.shapes import bag, paper, sheet
from detectors.inference.port import Picture

SIDE = 200
"""Pixels of a crop's side; lengths below are in these, and scale with the crop."""
BINS: tuple[tuple[int, int, int], ...] = ((40, 110, 40), (120, 70, 30), (60, 60, 60), (30, 30, 140), (90, 90, 30))
"""Colours of bins, one a spot."""


def draw_bin(ground: Picture, draw: np.random.Generator, number: int, *, there: bool) -> Picture:
    """A bin without and with bags above its rim and at its foot; empty ones have a lid, or something inside, now and then."""
    picture, unit = ground.copy(), ground.shape[1] / SIDE
    colour = BINS[number % len(BINS)]
    left, top, width, height = (round(unit * length) for length in (58, 84, 80, 92))
    slant, thick = round(8 * unit), max(1, round(2 * unit))
    corners = np.array([(left, top), (left + width, top), (left + width - slant, top + height), (left + slant, top + height)])
    cv2.fillPoly(picture, [corners], colour, cv2.LINE_AA)
    for rib in range(4):
        x = left + round((13 + 18 * rib) * unit)
        cv2.line(
            picture,
            (x, top + round(10 * unit)),
            (x + thick, top + height - slant),
            tuple(0.75 * part for part in colour),
            thick,
            cv2.LINE_AA,
        )
    rim = (left + width // 2, top)
    cv2.ellipse(picture, rim, (width // 2, round(9 * unit)), 0, 0, 360, tuple(0.35 * part for part in colour), -1, cv2.LINE_AA)
    if there:
        for _ in range(int(draw.integers(4, 9))):
            bag(picture, left + unit * draw.uniform(6, 74), top + unit * draw.uniform(-26, 2), unit * draw.uniform(10, 18), draw)
        for _ in range(int(draw.integers(0, 4))):
            beside = left + unit * draw.choice((-18.0, 96.0))
            bag(picture, beside, top + height - unit * draw.uniform(0, 12), unit * draw.uniform(9, 16), draw)
        return picture
    if draw.random() < 0.5:
        lid = tuple(min(255.0, 1.15 * part) for part in colour)
        above = (rim[0], top - round(3 * unit))
        cv2.ellipse(picture, above, (width // 2 + thick, round(12 * unit)), 0, 180, 360, lid, -1, cv2.LINE_AA)
    for _ in range(int(draw.integers(0, 3))):
        bag(picture, left + unit * draw.uniform(15, 65), top + unit * draw.uniform(0, 4), unit * draw.uniform(4, 8), draw)
    return picture


def draw_drying(ground: Picture, draw: np.random.Generator, number: int, *, there: bool) -> Picture:
    """A line between two posts, without and with laundry; the bare line swings, too."""
    picture, unit = ground.copy(), ground.shape[1] / SIDE
    top = unit * (46 + 4 * (number % 4))
    for x in (14, 186):
        post = (round(x * unit), round(top - 12 * unit)), (round(x * unit), round(196 * unit))
        cv2.line(picture, *post, (70, 75, 80), max(1, round(3 * unit)), cv2.LINE_AA)
    sag = int(draw.integers(2, 9)) * unit
    line = np.array([(round(x * unit), round(top + sag * (1 - ((x - 100) / 86) ** 2))) for x in range(14, 187, 4)])
    cv2.polylines(picture, [line], isClosed=False, color=(205, 205, 205), thickness=1, lineType=cv2.LINE_AA)
    left = draw.uniform(18, 45)
    for _ in range(int(draw.integers(2, 6)) if there else 0):
        width = draw.uniform(20, 40)
        if left + width > 184:
            break
        sheet(picture, (left * unit, top + sag), (width * unit, unit * draw.uniform(35, 85)), draw)
        left += width + draw.uniform(3, 22)
    return picture


def draw_rubbish(ground: Picture, draw: np.random.Generator, number: int, *, there: bool) -> Picture:
    """Ground without and with bags and scraps on it; clean ground may have a leaf or two."""
    del number
    picture, unit = ground.copy(), ground.shape[1] / SIDE
    for _ in range(int(draw.integers(2, 6)) if there else 0):
        bag(picture, unit * draw.uniform(40, 160), unit * draw.uniform(110, 180), unit * draw.uniform(9, 20), draw)
    for _ in range(int(draw.integers(5, 14)) if there else int(draw.integers(0, 3))):
        size = unit * (draw.uniform(4, 10) if there else draw.uniform(2, 4))
        paper(picture, unit * draw.uniform(15, 185), unit * draw.uniform(95, 190), size, draw)
    return picture


DRAWN: Mapping[str, Callable[..., Picture]] = {
    "bin_overflow": draw_bin, "street_drying": draw_drying, "exposed_rubbish": draw_rubbish,
}  # fmt: skip
"""How each taught scene is drawn: over the ground, with a generator, at the number of a spot, ``there`` or not."""
