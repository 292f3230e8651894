"""A feature extractor that is loaded when it is first needed."""

import numpy as np
import pytest

from detectors.inference.late import Late
from detectors.inference.port import FeatureExtractor
from tests.fakes.painting import PaintedFeatures, paint


def test_it_is_made_once_and_not_before_its_use() -> None:
    """Making costs a second and a hundred megabytes, so nobody pays who does not teach."""
    made: list[FeatureExtractor] = []

    def make() -> FeatureExtractor:
        made.append(PaintedFeatures())
        return made[-1]

    late = Late(make)
    assert not made
    assert late.name == "painted/2"
    assert np.array_equal(late.features(paint()), PaintedFeatures().features(paint()))
    assert len(made) == 1


def test_a_failure_is_tried_again() -> None:
    """Weights that are fetched meanwhile are found at the next use."""
    answers: list[FeatureExtractor | OSError] = [OSError("not yet"), PaintedFeatures()]

    def make() -> FeatureExtractor:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    late = Late(make)
    with pytest.raises(OSError, match="not yet"):
        assert late.name
    assert late.name == "painted/2"
