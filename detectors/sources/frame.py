"""A picture with its moment, and what to say when there is none."""

import msgspec

from config.moment import Micros
from detectors.inference.port import Picture


class Frame(msgspec.Struct, frozen=True):
    """One picture of a camera.

    Attributes:
        picture: see :data:`detectors.inference.port.Picture`.
        at: event time.
    """

    picture: Picture
    at: Micros


class SourceError(Exception):
    """Frames cannot be had; the message is one sentence for people and holds no credentials."""
