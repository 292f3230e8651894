"""Evidence pictures: what is blurred, drawn and stamped."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from config.moment import SECOND
from config.sources import Zone
from detectors.boxes import Box, Detection
from detectors.evidence.annotation import PictureAnnotator, VideoAnnotator, annotated, open_annotator
from detectors.evidence.picture import STAY_COLOUR, STRIP, Stamp, blurred, draw_box, encode, evidence_jpeg
from detectors.evidence.privacy import HEAD_BLOCKS, PLATE_BLOCKS, Region, unreadable
from detectors.inference.port import Picture
from detectors.scenes.stay import Phase, Stay
from detectors.sources.frame import Frame
from tests.fakes.painting import SQUARE

STAMP = Stamp("camera/gate-3", "bay", 35 * SECOND)
PERSON = Detection("person", 0.25, Box(0.1, 0.2, 0.3, 0.8))
CAR = Detection("car", 0.6, Box(0.5, 0.2, 0.9, 0.8))


def chequered(width: int = 320, height: int = 200) -> Picture:
    """A picture in which every pixel differs from its neighbours: whatever is blurred shows."""
    rows, columns = np.indices((height, width))
    return np.repeat((((rows + columns) % 2) * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def contrast(picture: Picture, box: Box) -> float:
    """Mean difference of neighbouring pixels in a part of a picture."""
    height, width = picture.shape[:2]
    part = picture[round(box.top * height) : round(box.bottom * height), round(box.left * width) : round(box.right * width)].astype(int)
    return float(np.abs(np.diff(part, axis=1)).mean())


def decoded(jpeg: bytes) -> Picture:
    """The picture in a JPEG."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def test_heads_and_plates_are_unreadable() -> None:
    """Of a person the head's part is blurred, of a vehicle the lower part; the rest stays."""
    head, plate = unreadable([PERSON, CAR])
    assert head.blocks == HEAD_BLOCKS
    assert head.box.top < 0.2
    assert head.box.bottom == pytest.approx(0.2 + 0.35 * 0.6)
    assert plate.blocks == PLATE_BLOCKS
    assert plate.box.top == pytest.approx(0.8 - 0.55 * 0.6)
    assert plate.box.bottom > 0.8


def test_people_are_blurred_at_any_score_and_other_things_never() -> None:
    """A person that the model hardly believes in is blurred all the same; a dog is not, nor a vehicle that is probably none."""
    assert len(unreadable([Detection("person", 0.2, PERSON.box)])) == 1
    assert unreadable([Detection("dog", 0.9, PERSON.box), Detection("car", 0.2, CAR.box)]) == ()


def test_blurring_leaves_only_the_means_of_blocks() -> None:
    """Inside a region nothing of the pixels' pattern is left; outside nothing is changed; the original is not touched."""
    original = chequered()
    box = Box(0.25, 0.25, 0.5, 0.5)
    result = blurred(original, [Region(box, 5)])
    assert contrast(result, Box(0.26, 0.26, 0.49, 0.49)) < 2
    assert np.array_equal(result[:, 200:], original[:, 200:])
    assert contrast(original, box) == 255


@pytest.mark.parametrize("box", [Box(0.0, 0.0, 0.0, 0.0), Box(0.999, 0.999, 1.0, 1.0), Box(0.5, 0.5, 0.502, 0.9), Box(0.0, 0.0, 1.0, 1.0)])
def test_regions_of_any_size_are_blurred(box: Box) -> None:
    """Empty regions, single pixels, slivers and the whole picture raise nothing."""
    assert blurred(chequered(), [Region(box, 18)]).shape == (200, 320, 3)


def test_evidence_shows_the_vehicle_and_hides_the_plate() -> None:
    """The picture has a line more than the frame, a box around the vehicle, and nothing readable where its plate is."""
    frame = chequered()
    picture = decoded(evidence_jpeg(frame, SQUARE, CAR.box, [PERSON, CAR], STAMP))
    assert picture.shape == (200 + STRIP, 320, 3)
    assert contrast(picture, Box(0.55, 0.5, 0.85, 0.65)) < 12
    edge = picture[60, round(0.5 * 320)]
    assert int(edge[2]) - int(edge[0]) > 60, f"the box is drawn in {STAY_COLOUR}"
    assert np.array_equal(frame, chequered())


def test_the_stamp_names_the_frame() -> None:
    """Another frame, time or camera gives another stamp; the same gives the same bytes."""
    grey = np.full((200, 320, 3), 90, np.uint8)
    one = evidence_jpeg(grey, SQUARE, CAR.box, [], STAMP)
    assert one == evidence_jpeg(grey, SQUARE, CAR.box, [], STAMP)
    strip = decoded(one)[-STRIP:]
    for changed in (Stamp("camera/gate-4", "bay", STAMP.at), Stamp(STAMP.camera, "bay", 36 * SECOND)):
        assert not np.array_equal(decoded(evidence_jpeg(grey, SQUARE, CAR.box, [], changed))[-STRIP:], strip)
    other = grey.copy()
    other[0, 0] = 91
    assert not np.array_equal(decoded(evidence_jpeg(other, SQUARE, CAR.box, [], STAMP))[-STRIP:], strip)


def test_the_stamp_fits_narrow_pictures() -> None:
    """On a narrow picture the letters shrink: its last pixels stay free."""
    strip = decoded(evidence_jpeg(np.full((200, 120, 3), 90, np.uint8), SQUARE, CAR.box, [], STAMP))[-STRIP:]
    assert strip[:, -2:].max() < 80
    assert strip.max() > 100


def test_words_stay_inside_the_picture() -> None:
    """A word at the right or lower edge is moved inside and not cut off."""
    canvas = np.zeros((60, 100, 3), np.uint8)
    draw_box(canvas, Box(0.9, 0.8, 1.0, 1.0), (255, 255, 255), 1, "car 0.50", below=True)
    assert canvas[:, :80].max() > 0


def test_an_empty_picture_cannot_be_written() -> None:
    """Nothing to encode is an error and no file."""
    with pytest.raises((ValueError, cv2.error)):
        encode(np.zeros((0, 0, 3), np.uint8))


def test_annotations_show_zones_things_and_stays() -> None:
    """An annotated frame is blurred like evidence and has its drawings in it."""
    stay = Stay(phase=Phase.LASTING, since=0, seen=0, first=CAR.box, box=CAR.box, label="car", confidence=0.6)
    zone = Zone(id="bay", scene="illegal_parking", polygon=SQUARE)
    canvas = annotated(Frame(chequered(), 35 * SECOND), [zone], [PERSON, CAR], [stay])
    assert canvas.shape == (200, 320, 3)
    assert contrast(canvas, Box(0.55, 0.5, 0.85, 0.65)) < 12


def test_a_picture_keeps_the_frame_of_the_first_confirmation(tmp_path: Path) -> None:
    """Of many frames, the one that confirmed a stay is written; without one, the last."""
    shades = [np.full((40, 40, 3), shade, np.uint8) for shade in (10, 100, 200)]
    for confirmed, expected in ((1, 100), (None, 200)):
        path = tmp_path / f"{confirmed}.jpg"
        annotator = open_annotator(path, 1.0)
        assert isinstance(annotator, PictureAnnotator)
        for index, shade in enumerate(shades):
            annotator.add(shade, confirmed=index == confirmed)
        annotator.close()
        assert abs(int(decoded(path.read_bytes())[20, 20, 0]) - expected) < 3


def test_a_video_keeps_every_frame(tmp_path: Path) -> None:
    """An MP4 has as many frames as were added, at their rate, also when one comes in another size."""
    path = tmp_path / "out.mp4"
    annotator = open_annotator(path, 2.0)
    assert isinstance(annotator, VideoAnnotator)
    for size in (64, 64, 32):
        annotator.add(np.full((size, size, 3), 90, np.uint8), confirmed=False)
    annotator.close()
    capture = cv2.VideoCapture(str(path))
    assert (capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)) == (3, 2)


def test_nothing_added_writes_nothing(tmp_path: Path) -> None:
    """A source without frames leaves no annotation behind."""
    for name in ("out.mp4", "out.jpg"):
        open_annotator(tmp_path / name, 1.0).close()
    assert list(tmp_path.iterdir()) == []


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    """A name that is neither MP4 nor JPEG is refused with what is known."""
    with pytest.raises(ValueError, match=r"out.gif: cannot write .gif: choose a name that ends in .mp4, .jpg, .jpeg"):
        open_annotator(tmp_path / "out.gif", 1.0)


def test_a_video_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that does not exist is an error with its name."""
    annotator = open_annotator(tmp_path / "no" / "out.mp4", 1.0)
    with pytest.raises(OSError, match="the video cannot be written"):
        annotator.add(np.zeros((32, 32, 3), np.uint8), confirmed=False)
