"""Which unlabelled crops are worth an operator's time: those that the head is unsure of, and that are unlike each other."""

from collections.abc import Sequence

import numpy as np

from detectors.heads.head import Head, Vector


def suggest(pool: Sequence[Vector], known: Sequence[Vector], head: Head | None, most: int) -> list[int]:
    """Choose crops to label, the most useful first.

    Farthest-point choice (Gonzalez, 1985): each next crop is the one whose distance to everything labelled or chosen
    already, times the head's doubt about it, is the largest. Without a head only the distance counts.

    Args:
        pool: features of unlabelled crops.
        known: features of labelled ones.
        head: what was taught so far.
        most: how many to choose.

    Returns:
        Numbers of crops in the pool; equal ones in the order of the pool.
    """
    if not pool:
        return []
    rows = np.stack(pool).astype(np.float64)
    doubt = np.array([1 - abs(2 * head.probability(row) - 1) + 0.05 for row in pool]) if head is not None else np.ones(len(rows))
    nearest = np.full(len(rows), 2.0)  # Features have length 1, so no two are further apart.
    for row in known:
        nearest = np.minimum(nearest, np.linalg.norm(rows - row, axis=1))
    chosen: list[int] = []
    for _ in range(min(most, len(rows))):
        worth = doubt * nearest
        worth[chosen] = -1.0
        best = int(worth.argmax())
        chosen.append(best)
        nearest = np.minimum(nearest, np.linalg.norm(rows - rows[best], axis=1))
    return chosen
