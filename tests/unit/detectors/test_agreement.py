"""Agreement of two models: what is counted, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from config.problem import ProblemsError
from detectors.boxes import Box, Detection
from detectors.inference.agreement import ENOUGH, compare
from detectors.inference.port import Picture
from detectors.inference.quantise import check, require_quantised
from tests.fakes.painting import PaintedDetector, paint

HERE, THERE = Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.6, 0.8, 0.8)


def test_the_same_answers_agree() -> None:
    """Every thing found, none invented; fewer than enough things prove nothing."""
    answers = [[Detection("car", 0.8, HERE)]] * ENOUGH
    assert compare(answers, answers).holds
    few = compare(answers[:-1], answers[:-1])
    assert (few.found, few.true, few.holds) == (1.0, 1.0, False)


def test_what_is_lost_and_what_is_invented_are_told_apart() -> None:
    """Half of the things lost is one figure, things of its own another."""
    exact = [[Detection("car", 0.8, HERE), Detection("person", 0.8, THERE)]] * ENOUGH
    blind = [[Detection("car", 0.8, HERE)]] * ENOUGH
    assert (compare(exact, blind).found, compare(exact, blind).true) == (0.5, 1.0)
    assert (compare(blind, exact).found, compare(blind, exact).true) == (1.0, 0.5)
    assert not compare(exact, blind).holds
    assert not compare(blind, exact).holds


def test_a_weaker_answer_still_follows_and_a_van_may_be_a_truck() -> None:
    """A thing found at 0.2 is found; car, truck and bus are one thing; another place or label is not."""
    exact = [[Detection("car", 0.4, HERE)]]
    assert compare(exact, [[Detection("truck", 0.2, HERE)]]).found == 1.0
    assert compare(exact, [[Detection("car", 0.1, HERE)]]).found == 0.0
    assert compare(exact, [[Detection("person", 0.9, HERE)]]).found == 0.0
    assert compare(exact, [[Detection("car", 0.9, THERE)]]).found == 0.0


class HalfBlind(PaintedDetector):
    """Sees nothing on the left."""

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """Paint the left grey first."""
        seen = [picture.copy() for picture in pictures]
        for picture in seen:
            picture[:, : picture.shape[1] // 2] = 128
        return super().detect(seen)


def test_a_model_that_does_not_agree_is_refused_with_the_figure(tmp_path: Path) -> None:
    """The error names the file, both shares and what was wanted."""
    frames = [np.asarray(paint(("car", HERE), ("car", THERE)), np.uint8)] * ENOUGH
    with pytest.raises(ProblemsError) as caught:
        check(PaintedDetector(), HalfBlind(), frames, tmp_path / "model-int8.onnx")
    (problem,) = caught.value.problems
    assert problem.what == (
        "the eight-bit model does not agree with the exact one: it finds 50.0% of 40 things, and 100.0% of its own 20 are there "
        "(90% of at least 20 wanted)."
    )
    assert check(PaintedDetector(), PaintedDetector(), frames, tmp_path).holds


def test_an_eight_bit_model_that_was_not_made_is_asked_for(tmp_path: Path) -> None:
    """It says how it is made."""
    with pytest.raises(ProblemsError, match="there is no eight-bit model yet"):
        require_quantised(tmp_path / "model.onnx")
