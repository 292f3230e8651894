"""The anatomy of a scene: what it is shown, what it answers. The judge knows scenes by this port alone."""

from enum import Flag, StrEnum, auto
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.moment import Micros
from detectors.boxes import Detection
from detectors.scenes.stay import Stay


class Need(Flag):
    """What a scene wants to be shown; the judge makes only what some zone needs."""

    DETECTIONS = auto()
    """What the model found in the whole picture."""
    PICTURE = auto()
    """The whole picture: what stands in a zone rises above it."""
    CROP = auto()
    """The zone's own pixels."""
    FEATURES = auto()
    """The frozen backbone's features of the zone's crop."""


class Sight(StrEnum):
    """What a zone can be said to know about itself."""

    CLEAR = "clear"
    UNKNOWN = "unknown"
    UNTAUGHT = "untaught"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene is shown at one instant.

    Attributes:
        at: event time of the picture.
        seen: everything that the model found, other things too: they may stand before what the scene watches.
        picture: the whole picture, (height, width, 3), blue-green-red, 8 bits; ``None`` unless needed. Not to be kept.
        crop: the rectangle around the zone, (height, width, 3), blue-green-red, 8 bits; ``None`` unless needed.
        features: one vector of the crop; ``None`` unless needed.
    """

    at: Micros
    seen: tuple[Detection, ...] = ()
    picture: NDArray[np.uint8] | None = None
    crop: NDArray[np.uint8] | None = None
    features: NDArray[np.float32] | None = None


class Watcher(Protocol):
    """One scene at work on one zone. Its decisions are pure: the same looks give the same answers."""

    @property
    def needs(self) -> Need:
        """What it wants to be shown."""

    @property
    def sight(self) -> Sight:
        """Whether it can judge the zone at present."""

    @property
    def standing(self) -> tuple[Stay, ...]:
        """What has been told and lasts."""

    def look(self, look: Look) -> tuple[Stay, ...]:
        """Look once; what there is to tell: ends first."""

    def blind(self) -> None:
        """The camera sees nothing: nothing is concluded, and the time until the next look counts for nobody's absence."""
