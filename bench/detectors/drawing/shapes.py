"""What things are drawn of: bags, cloth and papers with soft edges, folds and shade."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.inference.port import Picture

Numbers = NDArray[np.float64]


def bag(picture: Picture, x: float, y: float, size: float, draw: np.random.Generator) -> None:
    """An uneven heap: a black, a grey or a coloured bag."""
    around = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    reach = size * draw.uniform(0.7, 1.2, 12)
    corners = np.stack([x + reach * np.cos(around), y + 0.8 * reach * np.sin(around)], 1)
    grey = draw.uniform(15, 60) if draw.random() < 0.5 else draw.uniform(110, 240)
    hue = draw.uniform(-30, 30, 3) if grey > 100 else np.zeros(3)
    _lay(picture, corners, grey + hue, _folds(picture, draw, 0.3))


def sheet(picture: Picture, corner: tuple[float, float], size: tuple[float, float], draw: np.random.Generator) -> None:
    """Something that hangs: a towel, a shirt; its upper left corner, its width and length."""
    (left, top), (width, length) = corner, size
    sway = draw.uniform(-0.06, 0.06) * length
    corners = np.array([(left, top), (left + width, top), (left + width + sway, top + length), (left + sway, top + length)])
    _lay(picture, corners, draw.uniform(50, 245, 3), _folds(picture, draw, 0.15))


def paper(picture: Picture, x: float, y: float, size: float, draw: np.random.Generator) -> None:
    """A scrap: paper, a box, a can."""
    turn = draw.uniform(0, np.pi) + np.array([0.3, 1.4, 3.4, 4.6])
    corners = np.stack([x + size * np.cos(turn), y + 0.6 * size * np.sin(turn)], 1)
    _lay(picture, corners, draw.uniform(60, 245, 3), np.ones(picture.shape[:2]))


def _folds(picture: Picture, draw: np.random.Generator, depth: float) -> Numbers:
    """Waves of light and shade over a whole picture, about 1."""
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    wave = np.sin(columns * draw.uniform(0.1, 0.5) + rows * draw.uniform(-0.3, 0.3) + draw.uniform(0, 6))
    return np.asarray(1 + depth * wave)


def _lay(picture: Picture, corners: Numbers, colour: Numbers, folds: Numbers) -> None:
    """Lay a polygon over a picture; its levels are the colour (blue, green, red) times the folds, its edge fades over a pixel or two."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA)
    share = (cv2.GaussianBlur(mask, (3, 3), 0) / 255.0)[..., None]
    surface = np.clip(colour * folds[..., None], 0, 255)
    picture[:] = np.asarray(surface * share + picture * (1 - share), np.uint8)
