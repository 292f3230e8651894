"""Ridge regression on a few long vectors, in its dual form: as many unknowns as examples (Saunders, Gammerman and Vovk, ICML 1998)."""

import numpy as np
from numpy.typing import NDArray

from detectors.heads.head import Numbers

STRENGTH = 1e-3
"""The penalty, as a part of the mean variance of the features."""
FOLDS = 20
"""Parts in which examples are held back at the most."""

Features = NDArray[np.float32]
"""One row an example."""
Truth = NDArray[np.bool_]
"""Whether each example shows the thing; both values are among them."""


def fit(features: Features, truth: Truth) -> Numbers:
    """Fit a plane; both classes weigh the same, however many examples each has."""
    rows = features.astype(np.float64)
    centre = (rows[truth].mean(0) + rows[~truth].mean(0)) / 2
    rows = rows - centre
    # An example of the rarer class weighs more: its own penalty is smaller.
    share = 2 * np.where(truth, truth.mean(), 1 - truth.mean())
    gram = rows @ rows.T
    penalty = STRENGTH * max(float(np.trace(gram)) / len(rows), 1e-9)
    dual = np.linalg.solve(gram + penalty * np.diag(share), np.where(truth, 1.0, -1.0))
    return Numbers(centre=centre.astype(np.float32), weights=(rows.T @ dual).astype(np.float32))


def unseen(features: Features, truth: Truth) -> NDArray[np.float64]:
    """What each example scores under a head that was taught without it (cross-validation, stratified, the same folds every time).

    Each class needs two examples at least.
    """
    place = np.empty(len(truth), dtype=np.int64)
    folds = min(FOLDS, int(truth.sum()), int((~truth).sum()))
    for value in (True, False):
        members = np.flatnonzero(truth == value)
        place[members] = np.arange(len(members)) % folds
    scores = np.empty(len(truth))
    for fold in range(folds):
        held = place == fold
        numbers = fit(features[~held], truth[~held])
        scores[held] = [numbers.score(row) for row in features[held]]
    return scores
