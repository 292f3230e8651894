"""What every detector does, the painted one and the real model alike."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from detectors.boxes import Box, iou
from detectors.inference.detector import NanoDet
from detectors.inference.engine import OpencvEngine
from detectors.inference.openvinoengine import OpenvinoEngine
from detectors.inference.port import Detector, Picture
from detectors.inference.quantise import quantised_file
from detectors.sources.clip import Clip
from tests.fakes.footage import bikes, real_model
from tests.fakes.painting import PaintedDetector, paint


def painted() -> tuple[Detector, Picture, str]:
    """The fake, and a street with a car on it."""
    return PaintedDetector(), paint(("car", Box(0.3, 0.3, 0.6, 0.7)), size=(640, 272)), "car"


def real() -> tuple[Detector, Picture, str]:
    """NanoDet, and a street with cars on it (second 6.52 of the demo's footage)."""
    picture = Clip(bikes()).frame(6.52)
    assert picture is not None
    return NanoDet(real_model()), picture, "car"


def opencv() -> tuple[Detector, Picture, str]:
    """The same model run by OpenCV."""
    _, picture, label = real()
    return NanoDet(real_model(), engine=OpencvEngine(real_model())), picture, label


def openvino() -> tuple[Detector, Picture, str]:
    """The same model run by OpenVINO; skipped where it is not installed."""
    pytest.importorskip("openvino", reason='OpenVINO is not installed here (pip install "cityloop[openvino]")')
    _, picture, label = real()
    return NanoDet(real_model(), engine=OpenvinoEngine(real_model())), picture, label


def int8() -> tuple[Detector, Picture, str]:
    """The same model with eight-bit convolutions; skipped where it was not made."""
    _, picture, label = real()
    if not quantised_file(real_model()).is_file():
        pytest.skip("there is no eight-bit model here (run cityloop weights --int8)")
    return NanoDet(quantised_file(real_model())), picture, label


@pytest.fixture(params=[painted, real, opencv, openvino, int8], ids=["painted", "onnxruntime", "opencv", "openvino", "int8"])
def case(request: pytest.FixtureRequest) -> tuple[Detector, Picture, str]:
    """A detector, a picture, and a label that is in it."""
    make: Callable[[], tuple[Detector, Picture, str]] = request.param
    return make()


def test_one_answer_for_each_picture(case: tuple[Detector, Picture, str]) -> None:
    """As many answers as pictures, in their order; none for none."""
    detector, picture, label = case
    empty = np.full_like(picture, 128)
    answers = detector.detect([empty, picture])
    assert len(answers) == 2
    assert label not in {one.label for one in answers[0]}
    assert label in {one.label for one in answers[1]}
    assert detector.detect([]) == []


def test_answers_are_of_the_promised_form(case: tuple[Detector, Picture, str]) -> None:
    """Known labels, scores from 0 to 1 with the surest first, boxes inside the picture with something in them."""
    detector, picture, _ = case
    (found,) = detector.detect([picture])
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    for one in found:
        assert one.label in detector.labels
        assert 0.0 < one.score <= 1.0
        assert 0.0 <= one.box.left < one.box.right <= 1.0
        assert 0.0 <= one.box.top < one.box.bottom <= 1.0


def test_the_same_picture_gives_the_same_answer(case: tuple[Detector, Picture, str]) -> None:
    """A detector remembers nothing and guesses nothing, and does not change the picture."""
    detector, picture, _ = case
    before = picture.copy()
    assert detector.detect([picture]) == detector.detect([picture.copy()])
    assert np.array_equal(picture, before)


def test_boxes_do_not_depend_on_the_resolution(case: tuple[Detector, Picture, str]) -> None:
    """The same scene at half the size has its surest thing at the same place."""
    detector, picture, label = case
    half = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    large, small = (
        max((one for one in answer if one.label == label), key=lambda one: one.score) for answer in detector.detect([picture, half])
    )
    assert iou(large.box, small.box) > 0.7


def test_a_thing_is_found_once(case: tuple[Detector, Picture, str]) -> None:
    """No two boxes of one label lie on each other."""
    detector, picture, _ = case
    (found,) = detector.detect([picture])
    pairs = [(one, other) for index, one in enumerate(found) for other in found[:index] if one.label == other.label]
    assert all(iou(one.box, other.box) < 0.5 for one, other in pairs)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((10, 10), np.uint8), np.zeros((10, 10, 4), np.uint8), np.zeros((10, 10, 3), np.float32), np.zeros((0, 10, 3), np.uint8)],
    ids=["grey", "four channels", "floats", "empty"],
)
def test_what_is_no_picture_is_refused(case: tuple[Detector, Picture, str], wrong: Picture) -> None:
    """Other shapes and types are refused with what they are."""
    detector, _, _ = case
    with pytest.raises(ValueError, match=r"a picture is \(height, width, 3\) of 8 bits, this is"):
        detector.detect([wrong])
