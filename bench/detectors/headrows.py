"""The figures of ``cityloop bench heads``: counting, with no picture."""

from collections.abc import Mapping, Sequence

import msgspec

from detectors.bounds import Interval, wilson
from detectors.evaluation.event import Tier

NO_REAL_DATA = (
    "No real-data figure exists yet: bins, laundry and rubbish are drawn over real backgrounds, and no photographs of real ones were "
    "available. Looks of one head are not independent, so the intervals are narrower than the truth."
)


class Judged(msgspec.Struct, frozen=True):
    """One look: at which spot, the truth, on which side of the plane it lies, and the verdict (``None``: unknown)."""

    spot: str
    truth: bool
    side: bool
    verdict: bool | None


class HeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One scene, taught with so many crops, judged in one condition.

    Attributes:
        scene: its name.
        taught: ``here`` (at the spot that is judged, as the product does it), ``elsewhere`` (at all other cameras, mixed), or ``moved``
            (at one spot of another camera, as if the camera had been turned after the teaching).
        crops: of each label.
        condition: of the looks; the crops were made by day.
        judged: looks, as many with the thing as without.
        balanced_accuracy: of the side of the plane, whatever the head would have called unknown; ``None`` where no head was made.
        interval: 95 %, the mean of both classes' Wilson intervals.
        worst: lowest balanced accuracy of a spot ...
        worst_spot: ... and which.
        unknown: part of the looks that the head calls unknown.
        when_known: balanced accuracy of the rest; ``None`` where nothing is left of a class.
        wrong: part of all looks with a verdict that is wrong.
        refused: heads that teaching refused; they judge nothing.
    """

    scene: str
    taught: str
    crops: int
    condition: str
    judged: int
    balanced_accuracy: float | None
    interval: Interval | None
    worst: float | None
    worst_spot: str | None
    unknown: float | None
    when_known: float | None
    wrong: float | None
    refused: int


class HeadsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole.

    Attributes:
        tier: how real the pictures are.
        note: what the figures do not say.
        backbone: the features' name.
        seeds: of everything that is drawn.
        spots: that were judged at.
        absent: pictures that are left out, and why.
        rows: figures.
        seconds: that it took.
    """

    tier: Tier = Tier.DRAWN
    note: str = NO_REAL_DATA
    backbone: str
    seeds: tuple[int, ...]
    spots: tuple[str, ...]
    absent: tuple[str, ...]
    rows: tuple[HeadRow, ...]
    seconds: float


def row_of(key: tuple[str, str, int, str], looks: Sequence[Judged], refused: int) -> HeadRow:
    """Count the looks of a row; the key is its scene, where it was taught, crops, and condition."""
    scene, taught, crops, condition = key
    spots = {spot: _balanced([(one.truth, one.side) for one in looks if one.spot == spot]) for spot in {one.spot for one in looks}}
    ranked = sorted((share, spot) for spot, share in spots.items() if share is not None)
    right = _right([(one.truth, one.side) for one in looks])
    ends = [wilson(*right[truth]) for truth in (True, False)]
    known = [(one.truth, one.verdict) for one in looks if one.verdict is not None]
    return HeadRow(
        scene=scene, taught=taught, crops=crops, condition=condition, judged=len(looks), refused=refused,
        balanced_accuracy=_balanced([(one.truth, one.side) for one in looks]),
        interval=_mean_interval(ends),
        worst=ranked[0][0] if ranked else None,
        worst_spot=ranked[0][1] if ranked else None,
        unknown=round(1 - len(known) / len(looks), 4) if looks else None,
        when_known=_balanced(known),
        wrong=round(sum(verdict is not truth for truth, verdict in known) / len(looks), 4) if looks else None,
    )  # fmt: skip


def _right(said: Sequence[tuple[bool, bool]]) -> Mapping[bool, tuple[int, int]]:
    """Right ones and all of each class."""
    return {
        truth: (sum(one is truth for is_so, one in said if is_so is truth), sum(is_so is truth for is_so, _ in said))
        for truth in (True, False)
    }


def _balanced(said: Sequence[tuple[bool, bool]]) -> float | None:
    right = _right(said)
    if not all(total for _, total in right.values()):
        return None
    return round(sum(good / total for good, total in right.values()) / 2, 4)


def _mean_interval(ends: Sequence[Interval | None]) -> Interval | None:
    both = [one for one in ends if one is not None]
    if len(both) < len(ends):
        return None
    return round(sum(one[0] for one in both) / 2, 4), round(sum(one[1] for one in both) / 2, 4)
