"""What bounds the engine."""

import msgspec

from config.moment import SECOND, Micros


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that are no part of a rule.

    Attributes:
        max_ahead: an observation further ahead of its receipt is quarantined and never moves the clock of the stream.
        remembered: ids of earlier observations that each group remembers at least, beside those of its latest instant. A
            repetition older than these is told as late instead of duplicate; it is applied in neither case.
    """

    max_ahead: Micros = 300 * SECOND
    remembered: int = 4
