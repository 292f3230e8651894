"""Small pictures of a frame, from which motion and health are judged for a hundredth of the price of a model."""

import zlib

import cv2
import numpy as np

from detectors.glance import HEIGHT, TILE_COLUMNS, TILE_ROWS, WIDTH, Detail, Glance, Grey, Relief
from detectors.inference.port import Picture

FINE = 4
"""The picture in which sharpness is measured has this many times the cells of a thumbnail in each direction."""
NEAR, AROUND = 7, 13
"""Cells of the squares over which the local level and the local contrast are taken."""
QUIET = 1.5
"""Levels of grey that count as no contrast at all: noise must not be raised to the height of edges."""
NOISE_SHARE, NOISE_LEAST = 1.3, 10.0
"""What counts as noise, of the quietest tile's variance of the Laplacian, and in any case."""


def shrink(picture: Picture) -> Glance:
    """Make the thumbnail of a frame."""
    fine = cv2.resize(picture, (WIDTH * FINE, HEIGHT * FINE), interpolation=cv2.INTER_AREA)
    small = cv2.resize(fine, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    mark = zlib.crc32(np.ascontiguousarray(picture).data)
    return Glance(
        grey,
        mark,
        _relief(grey),
        _detail(np.asarray(cv2.cvtColor(fine, cv2.COLOR_BGR2GRAY), np.uint8)),
        _chroma(np.asarray(small, np.int16)),
    )


def _relief(grey: Grey) -> Relief:
    """What stands out from its surroundings, in units of the contrast there: edges stay where they are, light goes."""
    level = grey.astype(np.float32)
    edges = level - cv2.blur(level, (NEAR, NEAR))
    relief = edges / (cv2.blur(np.abs(edges), (AROUND, AROUND)) + QUIET)
    return np.asarray(np.clip(relief, -2, 2), np.float32)


def _detail(fine: Grey) -> Detail:
    """Variance of the Laplacian in each tile over the square of its level: no more and no less when light is dimmed."""
    laplacian = np.asarray(cv2.Laplacian(fine, cv2.CV_32F), np.float32)
    level = np.maximum(_tiles(np.asarray(fine, np.float32)), 16)
    variance = _tiles(laplacian**2) - _tiles(laplacian) ** 2
    # Noise is the same in all tiles, and all that there is in the quietest one.
    noise = NOISE_SHARE * float(variance.min()) + NOISE_LEAST
    return np.asarray(np.maximum(variance - noise, 0) / level**2, np.float32)


def _tiles(fine: Detail) -> Detail:
    rows, columns = fine.shape
    split = fine.reshape(TILE_ROWS, rows // TILE_ROWS, TILE_COLUMNS, columns // TILE_COLUMNS)
    return np.asarray(split.mean(axis=(1, 3)), np.float32)


def _chroma(small: np.ndarray[tuple[int, ...], np.dtype[np.int16]]) -> float:
    brightest = small.max(axis=2)
    return float((brightest - small.min(axis=2)).mean() / max(float(brightest.mean()), 16.0))
