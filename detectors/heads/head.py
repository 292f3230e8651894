"""A head: what turns the features of a crop into the probability that the thing is there."""

from math import exp, inf

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.moment import Micros

Vector = NDArray[np.float32]


class Numbers(msgspec.Struct, frozen=True):
    """A plane in the space of features: the score of a vector is ``(vector - centre) . weights``, about 1 or -1."""

    centre: Vector
    weights: Vector

    def score(self, features: Vector) -> float:
        """Above 0 where the thing is more likely there than not."""
        return float((features.astype(np.float64) - self.centre) @ self.weights.astype(np.float64))

    def distance(self, features: Vector) -> float:
        """How far a vector is from the middle between both classes."""
        return float(np.linalg.norm(features.astype(np.float64) - self.centre))


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good a head is, measured on examples that it had not seen.

    Attributes:
        there: examples that show the thing.
        absent: examples that do not.
        recall: part of the first that it knows.
        specificity: part of the second that it knows.
        balanced_accuracy: mean of both; 0.5 is chance.
        interval: of the balanced accuracy, 95 %: the mean of both parts' Wilson intervals, which is wider than need be.
    """

    there: int
    absent: int
    recall: float
    specificity: float
    balanced_accuracy: float
    interval: tuple[float, float]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a taught head but its plane.

    Attributes:
        version: from 1, one more with each teaching of the zone.
        scene: what it was taught for.
        backbone: the features that it was taught on.
        steepness: of the probability over the score.
        band: scores from the first to the second are unknown.
        quality: how good it is.
        taught_at: when, by the clock of whoever taught.
        examples: SHA-256 of the crops, so that a teaching can be told again.
        reach: distance from the middle of what was taught, beyond which a crop is unlike all of it; heads of before have no bound.
    """

    version: int
    scene: str
    backbone: str
    steepness: float
    band: tuple[float, float]
    quality: Quality
    taught_at: Micros
    examples: tuple[str, ...]
    reach: float = inf


class Head(msgspec.Struct, frozen=True):
    """A taught head of one zone: its card, and the plane."""

    card: Card
    numbers: Numbers

    def probability(self, features: Vector) -> float:
        """How likely the thing is there, 0 to 1."""
        return 1 / (1 + exp(-max(-50.0, min(50.0, self.card.steepness * self.numbers.score(features)))))

    def verdict(self, features: Vector) -> bool | None:
        """Whether the thing is there; ``None`` when it cannot say: between the classes, or unlike anything that was taught."""
        if self.numbers.distance(features) > self.card.reach:
            return None
        score = self.numbers.score(features)
        if self.card.band[0] <= score <= self.card.band[1]:
            return None
        return score > self.card.band[1]
