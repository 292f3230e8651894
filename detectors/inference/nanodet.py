"""Decodes NanoDet's head: class probabilities and, for each side of a box, a distribution over distances.

The distance to each side is the mean of a distribution over 0..n steps of the stride (generalized focal loss,
Li et al. 2020, arXiv:2006.04388, section 3.2), measured from the middle of the cell.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]

MEANS = (103.53, 116.28, 123.675)
"""Mean of each channel (blue, green, red) of the pictures it was trained on."""
DEVIATIONS = (57.375, 57.12, 58.395)
"""Their standard deviations."""


def decode(
    classes: Numbers, distances: Numbers, stride: int, threshold: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]:
    """Boxes of one level of the head.

    Args:
        classes: probabilities, (labels, rows, columns).
        distances: logits, (4 * (n + 1), rows, columns), sides in the order left, top, right, bottom.
        stride: pixels of the model's input a cell stands for.
        threshold: cells whose best class is below it are left out.

    Returns:
        Boxes (k, 4) in pixels of the model's input, scores (k,), classes (k,); in the order of the cells.
    """
    columns = classes.shape[2]
    flat = classes.reshape(classes.shape[0], -1)
    best = flat.max(axis=0)
    cells = np.flatnonzero(best >= threshold)
    logits = distances.reshape(4, -1, flat.shape[1])[:, :, cells]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    steps = np.arange(logits.shape[1], dtype=np.float32)[None, :, None]
    left, top, right, bottom = (weights * steps).sum(axis=1) / weights.sum(axis=1) * stride
    x = (cells % columns + 0.5) * stride
    y = (cells // columns + 0.5) * stride
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1).astype(np.float32)
    return boxes, best[cells].astype(np.float32), flat[:, cells].argmax(axis=0)
