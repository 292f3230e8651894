"""Whether a camera still looks where it looked: phase correlation of thumbnails.

After Kuglin and Hines, "The phase correlation image alignment method" (IEEE Conf. on Cybernetics and Society, 1975): the inverse
transform of the normalised cross-power spectrum of two pictures has a peak where one must be put to lie on the other. What is
compared is relief (:data:`detectors.glance.Relief`), so neither light nor a few people in black make the peak.
"""

from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.glance import HEIGHT, WIDTH, Relief

TOLERANCE_COLUMNS = 5
"""Cells of 96: a turn by a twentieth of the picture's width is tolerated, one by more is not."""
TOLERANCE_ROWS = 3
"""Cells of 54."""
CLEAR_PEAK = 9.0
"""Height of a peak that says where the view has gone, in standard deviations; two views without anything in common reach 4 to 10 ..."""
CLEARER = 1.6
"""... so it must be this many times as high as what is found at the old place, too."""
SEEN_AGAIN = 6.5
"""Height of a peak at the old place that says that the view is the old one."""
STRUCTURED = 0.25
"""Part of the picture that must have relief; of an empty wall nobody can say where it is."""


class Place(StrEnum):
    """Where a camera looks, compared with before."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    UNSURE = "unsure"


class Shift(msgspec.Struct, frozen=True):
    """The best fit of two views.

    Attributes:
        columns: cells to the right.
        rows: cells down.
        peak: its height, standard deviations.
        near: height of the best fit within the tolerance.
    """

    columns: int
    rows: int
    peak: float
    near: float


def structured(relief: Relief) -> bool:
    """Whether there is enough in the picture to tell where it is."""
    return float((np.abs(relief) > 0.3).mean()) >= STRUCTURED


def shift_of(now: Relief, before: Relief) -> Shift:
    """How far the view has gone from where it was."""
    cross = _spectrum(now) * np.conj(_spectrum(before))
    fit = np.fft.irfft2(cross / (np.abs(cross) ** 0.8 + 1e-3) * _BAND, s=(HEIGHT, WIDTH))
    spread = float(fit.std())
    if spread == 0:
        return Shift(0, 0, 0.0, 0.0)
    row, column = divmod(int(fit.argmax()), WIDTH)
    near = np.roll(fit, (TOLERANCE_ROWS, TOLERANCE_COLUMNS), (0, 1))[: 2 * TOLERANCE_ROWS + 1, : 2 * TOLERANCE_COLUMNS + 1]
    return Shift(_signed(column, WIDTH), _signed(row, HEIGHT), float(fit.max()) / spread, float(near.max()) / spread)


def place_of(shift: Shift) -> Place:
    """What a shift says."""
    if shift.peak >= CLEAR_PEAK and shift.peak >= CLEARER * shift.near:
        return Place.ELSEWHERE
    return Place.HERE if shift.near >= SEEN_AGAIN else Place.UNSURE


def _signed(index: int, size: int) -> int:
    return index - size if index > size // 2 else index


def _spectrum(relief: Relief) -> NDArray[np.complexfloating]:
    return np.asarray(np.fft.rfft2(relief * _WINDOW))


_WINDOW = np.outer(np.hanning(HEIGHT), np.hanning(WIDTH)).astype(np.float32)
"""The picture fades towards its edges, which would otherwise fit each other wherever it is put."""
_BAND = np.exp(-(np.fft.fftfreq(HEIGHT)[:, None] ** 2 + np.fft.rfftfreq(WIDTH)[None] ** 2) / (2 * 0.2**2)).astype(np.float32)
"""The finest structure is left out: a shake of half a cell turns its phase around."""
