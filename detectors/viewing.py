"""What one zone is shown of a frame: how often, which part, and as a median of how many."""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from config.moment import Micros
from config.sources import Zone
from detectors.boxes import Detection
from detectors.inference.port import Picture
from detectors.scenes.port import Look, Need, Watcher
from detectors.scenes.state import POLICIES
from detectors.zones import MARGIN, around

Features = Callable[[Picture], NDArray[np.float32]]
"""Gives a crop's features."""


def crop_of(picture: Picture, zone: Zone) -> Picture:
    """The rectangle around a zone; at least one pixel."""
    height, width = picture.shape[:2]
    frame = around(zone.polygon, MARGIN)
    left, top = min(int(frame.left * width), width - 1), min(int(frame.top * height), height - 1)
    return picture[top : max(top + 1, round(frame.bottom * height)), left : max(left + 1, round(frame.right * width))]


class View:
    """One zone's view of its camera.

    Args:
        zone: the zone.
        needs: what its scene wants to be shown.
        every: time between two looks; 0 looks at every frame.
        early: part of that time by which a look may come early: live frames are stamped as they arrive, before or after their time.
        median: pictures whose median is looked at.
        features: gives a crop's features; needed where the scene needs them.
    """

    def __init__(
        self, zone: Zone, needs: Need, *, every: Micros = 0, median: int = 1, features: Features | None = None, early: float = 0.0
    ) -> None:
        self._zone = zone
        self._needs = needs
        self._every = every
        self._slack = round(every * early)
        self._features = features
        self._crops: deque[Picture] = deque(maxlen=median)
        self._next: Micros | None = None

    def due(self, at: Micros) -> bool:
        """Whether the zone is to be looked at in a frame of this time; time that runs backwards begins anew."""
        return self._next is None or at >= self._next - self._slack or at < self._next - self._every - self._slack

    def look(self, picture: Picture, seen: tuple[Detection, ...], at: Micros) -> Look | None:
        """What the scene is shown; ``None`` while a median has too few pictures."""
        if self._next is None or not self._next - self._slack <= at < self._next + self._every:
            self._next = at
        self._next += self._every
        whole = picture if Need.PICTURE in self._needs else None
        if not self._needs & (Need.CROP | Need.FEATURES):
            return Look(at=at, seen=seen, picture=whole)
        crop = crop_of(picture, self._zone)
        if self._crops and self._crops[-1].shape != crop.shape:
            self._crops.clear()  # The camera's resolution has changed.
        self._crops.append(crop.copy())
        if len(self._crops) < (self._crops.maxlen or 1):
            return None
        if len(self._crops) > 1:
            crop = np.median(np.stack(self._crops), axis=0).astype(np.uint8)
        features = self._features(crop) if self._features is not None and Need.FEATURES in self._needs else None
        return Look(at=at, seen=seen, picture=whole, crop=crop, features=features)

    def forget(self) -> None:
        """The camera was blind: pictures of before and after are not mixed."""
        self._crops.clear()


def interval_of(zone: Zone) -> Micros:
    """Time between two looks at a zone: its own ``every``, else its scene's; 0 for every frame."""
    policy = POLICIES.get(zone.scene)
    return zone.every if zone.every is not None else policy.every if policy is not None else 0


def view_of(zone: Zone, watcher: Watcher, features: Features | None, early: float = 0.0) -> View:
    """The view that a zone's scene asks for."""
    policy = POLICIES.get(zone.scene)
    return View(
        zone, watcher.needs, every=interval_of(zone), median=policy.median if policy is not None else 1, features=features, early=early
    )
