"""Whether two models see the same: a faster one is used only when it finds what the exact one finds."""

from collections.abc import Sequence

import msgspec

from detectors.boxes import Detection, iou
from detectors.inference.suppression import group_of

SURE = 0.35
"""Things of this score are counted ..."""
FOLLOWED = 0.2
"""... and found again by the other model from this one on, as scenes follow a known thing through weaker frames."""
SAME = 0.5
"""Intersection over union of two boxes of one thing."""
LEAST = 0.9
"""Share, both ways, below which two models do not agree."""
ENOUGH = 20
"""Things that must have been there: agreement about nothing says nothing."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far two models agree.

    Attributes:
        things: that the exact model is sure of.
        found: share of them that the other one finds.
        sure: things that the other model is sure of.
        true: share of them that the exact one finds.
    """

    things: int
    found: float
    sure: int
    true: float

    @property
    def holds(self) -> bool:
        """Whether the other model may stand in for the exact one."""
        return self.things >= ENOUGH and min(self.found, self.true) >= LEAST

    def __str__(self) -> str:
        return f"it finds {self.found:.1%} of {self.things} things, and {self.true:.1%} of its own {self.sure} are there ({LEAST:.0%} of at least {ENOUGH} wanted)"


def compare(exact: Sequence[Sequence[Detection]], other: Sequence[Sequence[Detection]]) -> Agreement:
    """Compare what two models found in the same pictures."""
    pairs = list(zip(exact, other, strict=True))
    things, found = _matched(pairs)
    sure, true = _matched([(two, one) for one, two in pairs])
    return Agreement(
        things=things, found=round(found / things, 4) if things else 0.0, sure=sure, true=round(true / sure, 4) if sure else 0.0
    )


def _matched(pairs: Sequence[tuple[Sequence[Detection], Sequence[Detection]]]) -> tuple[int, int]:
    """Things that the first one is sure of, and how many of them the second one finds."""
    things = matched = 0
    for one, other in pairs:
        for thing in one:
            if thing.score >= SURE:
                things += 1
                matched += any(
                    group_of(thing.label) == group_of(found.label) and found.score >= FOLLOWED and iou(thing.box, found.box) >= SAME
                    for found in other
                )
    return things, matched
