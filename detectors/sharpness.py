"""Whether a picture has lost its fine structure: defocus, a film of grease, fog, a cover.

Variance of the Laplacian after Pech-Pacheco and others, "Diatom autofocusing in brightfield microscopy" (ICPR 2000), taken tile
by tile and against what the same tile usually has: an empty street is no blurred one, and a lorry before half of it neither.
"""

import numpy as np

from detectors.glance import Detail

TEXTURED = 2e-3
"""Detail of a tile that has something to lose: about six levels of grey from pixel to pixel at middle brightness."""
FEWEST_TILES = 12
"""Of 48: what has structure in a smaller part of the picture may be a lorry that drives away."""
FALLEN = 0.25
"""A tile has lost its structure when it has less than this part of its usual one: a blur of a pixel or two does that."""
MOST_OF_IT = 0.7
"""Part of the tiles that must have lost it."""
SOME_OF_IT = 0.2
"""Part of the tiles that must keep some structure when the light changes; a lens under a cloth has none."""


def blurred(now: Detail, usual: Detail) -> bool:
    """Whether the picture has lost what it usually has; never, when it never had much."""
    textured = usual > TEXTURED
    if int(textured.sum()) < FEWEST_TILES:
        return False
    return float((now[textured] < FALLEN * usual[textured]).mean()) >= MOST_OF_IT


def covered(now: Detail, usual: Detail) -> bool:
    """Whether next to nothing is left, compared with a picture in another light."""
    textured = int((usual > TEXTURED).sum())
    return textured >= FEWEST_TILES and int(np.asarray(now > TEXTURED).sum()) < SOME_OF_IT * textured
