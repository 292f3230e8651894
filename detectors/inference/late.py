"""A feature extractor that is loaded when it is first needed: a process that seldom needs it starts without it."""

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detectors.inference.port import FeatureExtractor, Picture


class Late:
    """A :class:`detectors.inference.port.FeatureExtractor` that makes another one at its first use. Safe to share between threads.

    Args:
        make: makes it; whatever it raises is raised at the use, and the next use tries again.
    """

    def __init__(self, make: Callable[[], FeatureExtractor]) -> None:
        self._make = make
        self._made: FeatureExtractor | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the features are."""
        return self._real().name

    def features(self, crop: Picture) -> NDArray[np.float32]:
        """The vector of a crop; one crop at a time."""
        real = self._real()
        with self._lock:
            return real.features(crop)

    def _real(self) -> FeatureExtractor:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made
