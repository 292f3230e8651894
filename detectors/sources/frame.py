"""A picture with its moment, and what to say when there is none."""

import msgspec

from config.moment import Micros
from detectors.inference.port import Picture


class Frame(msgspec.Struct, frozen=True):
    """One picture of a camera.

    Attributes:
        picture: see :data:`detectors.inference.port.Picture`.
        at: event time.
        steady: when it arrived, by a clock that is never set, where ``at`` is by one that may be; ``None`` for frames that bring their time.
    """

    picture: Picture
    at: Micros
    steady: Micros | None = None


class SourceError(Exception):
    """Frames cannot be had; the message is one sentence for people and holds no credentials."""
