"""What bounds the engine."""

from enum import StrEnum

import msgspec

from config.moment import SECOND, Micros

DAY: Micros = 86_400 * SECOND


class Recall(StrEnum):
    """Which ids a group remembers, to know a repetition."""

    RECENT = "recent"
    EVERY = "every"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds that are no part of a rule.

    Attributes:
        max_ahead: an observation further ahead of its receipt is quarantined and never moves the clock of the stream.
        remembered: ids of earlier observations that each group remembers at least, beside those of its latest instant. A
            repetition older than these is told as late instead of duplicate, and is not applied either, unless it carries
            a later time than the first (docs/replay.md says so to users).
        recall: ``EVERY`` remembers all of them, which only a recording is short enough for.
        forget_after: a group of which nothing was heard for so long, and with which nothing is under way, is forgotten.
    """

    max_ahead: Micros = 300 * SECOND
    remembered: int = 4
    recall: Recall = Recall.RECENT
    forget_after: Micros = 30 * DAY
