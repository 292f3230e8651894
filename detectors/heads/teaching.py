"""From labelled crops to a head, or to the reason why there is none."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.moment import Micros
from detectors.bounds import wilson
from detectors.heads.head import Card, Head, Quality, Vector
from detectors.heads.ridge import Features, Truth, fit, unseen

LEAST = 5
"""Examples that each class must have: fewer say nothing about a head's quality."""
WIDEST_BAND = 0.6
"""A band beyond this on either side would leave nothing to say."""
NARROWEST_BAND = 0.1
"""However well the examples are told apart, what lies between them is unknown."""


UNLIKE = 1.2
"""A crop that is so many times further from the middle than any taught one is unknown. On drawn scenes (docs/DETECTORS-FIGURES.md) that
costs nothing in other light at the same spot, and after 10 crops it finds out half of a strange spot's bins and four fifths of the rest."""
Scores = NDArray[np.float64]


class Example(msgspec.Struct, frozen=True):
    """A labelled crop: its name (SHA-256), its features, and whether it shows the thing."""

    name: str
    features: Vector
    there: bool


class RefusalKind(StrEnum):
    """Why there is no head, for those who say it in another language."""

    CONTRADICTION = "contradiction"
    TOO_FEW = "too_few"
    CHANCE = "chance"


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no head, and what to do."""

    kind: RefusalKind
    reason: str
    advice: str
    quality: Quality | None = None


def teach(examples: Sequence[Example], *, scene: str, backbone: str, version: int, at: Micros) -> Head | Refusal:
    """Teach a head; takes well under a second for hundreds of crops.

    A crop that was given twice counts once. The head is refused when it is not better than chance on crops that it had
    not seen: when the lower end of the interval of its balanced accuracy is not above one half.

    Args:
        examples: in any order; the result does not depend on it.
        scene: what it is taught for.
        backbone: the features' name.
        version: of the new head.
        at: now.
    """
    unique = sorted({example.name: example for example in examples}.values(), key=lambda example: example.name)
    labelled: dict[str, bool] = {}
    if clash := [example.name for example in examples if labelled.setdefault(example.name, example.there) is not example.there]:
        return Refusal(RefusalKind.CONTRADICTION, f"the same crop was labelled both ways ({clash[0][:12]}).", "Label it again, one way.")
    counts = {there: sum(example.there is there for example in unique) for there in (True, False)}
    if min(counts.values()) < LEAST:
        return Refusal(
            RefusalKind.TOO_FEW,
            f"there are {counts[True]} crops that show it and {counts[False]} that do not; each needs {LEAST} at least.",
            f"Label more crops: 10 of each are a beginning, 30 are better ({LEAST} are the least).",
        )
    truth = np.array([example.there for example in unique])
    features: Features = np.stack([example.features for example in unique])
    scores = unseen(features, truth)
    quality = _quality(scores, truth)
    if quality.interval[0] <= 0.5:
        return Refusal(
            RefusalKind.CHANCE,
            f"on crops that it had not seen it is right in {quality.balanced_accuracy:.0%} (balanced, 95 % interval "
            f"{quality.interval[0]:.0%} to {quality.interval[1]:.0%}), which is not surely better than chance.",
            "Label more crops, check the labels, or draw the zone closer around the thing.",
            quality,
        )
    numbers = fit(features, truth)
    card = Card(
        version=version,
        scene=scene,
        backbone=backbone,
        steepness=_steepness(scores, truth),
        band=_band(scores, truth),
        quality=quality,
        taught_at=at,
        examples=tuple(example.name for example in unique),
        reach=UNLIKE * max(numbers.distance(row) for row in features),
    )
    return Head(card, numbers)


def _quality(scores: Scores, truth: Truth) -> Quality:
    right = (scores > 0) == truth
    there, absent = int(truth.sum()), int((~truth).sum())
    known, refused = int(right[truth].sum()), int(right[~truth].sum())
    first, second = wilson(known, there) or (0.0, 1.0), wilson(refused, absent) or (0.0, 1.0)
    return Quality(
        there=there,
        absent=absent,
        recall=known / there,
        specificity=refused / absent,
        balanced_accuracy=(known / there + refused / absent) / 2,
        interval=((first[0] + second[0]) / 2, (first[1] + second[1]) / 2),
    )


def _band(scores: Scores, truth: Truth) -> tuple[float, float]:
    """Unknown are the scores in which unseen crops of both classes lie, cut at a tenth of the classes' distance at least."""
    low = -min(WIDEST_BAND, max(NARROWEST_BAND, -float(np.quantile(scores[truth], 0.05))))
    high = min(WIDEST_BAND, max(NARROWEST_BAND, float(np.quantile(scores[~truth], 0.95))))
    return low, high


def _steepness(scores: Scores, truth: Truth) -> float:
    """The logistic slope under which unseen crops are the likeliest (Platt, 1999, without an offset), by halving."""
    signed = np.where(truth, scores, -scores)
    low, high = 0.5, 12.0
    for _ in range(40):
        middle = (low + high) / 2
        slope = float((signed / (1 + np.exp(np.clip(middle * signed, -50, 50)))).sum())
        low, high = (middle, high) if slope > 0 else (low, middle)
    return (low + high) / 2
