"""What a scene says about something that stays: it began to count, it still lasts, it ended."""

from enum import StrEnum

import msgspec

from config.moment import Micros
from detectors.boxes import Box


class Phase(StrEnum):
    """Which part of a stay is told."""

    CONFIRMED = "confirmed"
    LASTING = "lasting"
    ENDED = "ended"


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell about one stay.

    Attributes:
        phase: which part of it.
        since: event time of the first sight.
        seen: event time of the last sight.
        first: the box of the first sight; with ``since`` it identifies the stay.
        box: where it stands now (the anchor).
        label: what it was called most often lately.
        confidence: median of the last scores, 0 to 1.
    """

    phase: Phase
    since: Micros
    seen: Micros
    first: Box
    box: Box
    label: str
    confidence: float
