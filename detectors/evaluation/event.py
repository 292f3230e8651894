"""What happened and what was told, as spans of time at a place."""

from enum import StrEnum

import msgspec

from config.moment import Micros

Place = tuple[str, str, str | None]
"""Source, kind and zone; the zone is ``None`` where nobody named one."""


class Tier(StrEnum):
    """How real the pictures are; figures of different tiers are never added up."""

    DRAWN = "drawn"
    INJECTED = "injected"
    REAL = "real"


class Span(msgspec.Struct, frozen=True, order=True):
    """Time from an instant on and before another, microseconds."""

    begin: Micros
    end: Micros

    @property
    def length(self) -> Micros:
        """Never below zero."""
        return max(0, self.end - self.begin)

    def common(self, other: "Span") -> "Span":
        """The time that lies in both; of length zero or less when there is none."""
        return Span(max(self.begin, other.begin), min(self.end, other.end))

    def touches(self, other: "Span") -> bool:
        """Whether they have an instant in common, ends included: a stay that is told at its last instant was told."""
        return self.begin <= other.end and other.begin <= self.end


class TrueEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, as somebody has labelled it.

    Attributes:
        place: where.
        span: from when to when.
        dwell: how long it had to last to count.
        tier: how real the pictures are.
        condition: light and weather, where it was labelled (``dusk``); for splits.
    """

    place: Place
    span: Span
    dwell: Micros = 0
    tier: Tier = Tier.REAL
    condition: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it lasted long enough; one that did not must not be told."""
        return self.span.length >= self.dwell

    @property
    def due(self) -> Micros:
        """When it could be told at the earliest."""
        return self.span.begin + self.dwell


class ToldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was told.

    Attributes:
        place: where.
        span: from the time since which it was said to last until its end.
        told_at: event time of its first observation.
    """

    place: Place
    span: Span
    told_at: Micros


def same_place(one: Place, other: Place) -> bool:
    """Same source and kind, and the same zone where both name one."""
    return one[:2] == other[:2] and (one[2] is None or other[2] is None or one[2] == other[2])
