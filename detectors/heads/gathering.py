"""Which of a running camera's looks at a zone are worth keeping for somebody to label: now and then one, more often while the head doubts, never twice the same."""

import msgspec
import numpy as np

from config.moment import SECOND, Micros
from detectors.heads.head import Vector

EVERY = 30 * 60 * SECOND
"""Time between two kept looks of a zone: a day gives some fifty, in all its lights."""
EVERY_DOUBTFUL = 5 * 60 * SECOND
"""The same while the head cannot say, or there is none: those teach it most."""
SAME = 0.05
"""Features have length 1; looks that are nearer to a kept one than this show nothing new."""


class Gathered(msgspec.Struct, frozen=True):
    """What is kept of a zone.

    Attributes:
        at: event time of the last kept look; ``None`` before the first.
        known: features of the kept ones.
    """

    at: Micros | None = None
    known: tuple[Vector, ...] = ()


def is_worth(gathered: Gathered, features: Vector, at: Micros, *, doubtful: bool) -> bool:
    """Whether a look is worth keeping.

    Args:
        gathered: what is kept.
        features: of the look.
        at: its event time; one before the last kept look's counts as long after it (the clock was set, or a file began anew).
        doubtful: the head cannot say what it sees, or there is none.
    """
    least = EVERY_DOUBTFUL if doubtful else EVERY
    if gathered.at is not None and 0 <= at - gathered.at < least:
        return False
    return all(float(np.linalg.norm(one - features)) >= SAME for one in gathered.known)


def kept(gathered: Gathered, features: Vector, at: Micros) -> Gathered:
    """What is kept with one more look."""
    return Gathered(at, (*gathered.known, features))
