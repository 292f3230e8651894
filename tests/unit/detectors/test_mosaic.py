"""Packing on painted pictures and on real footage: what stands in a zone is found as if the whole picture were looked at."""

import cv2
import numpy as np
import pytest

from detectors.boxes import Box, Detection, iou, overlap
from detectors.inference.detector import NanoDet
from detectors.inference.labels import VEHICLES
from detectors.inference.mosaic import Region, Tile, Want, back
from detectors.inference.packed import PackedDetector, Question
from detectors.inference.port import Picture
from detectors.sources.clip import Clip
from tests.fakes.footage import real_model, vtest
from tests.fakes.painting import PaintedDetector, paint

ZONE = Box(0.4, 0.4, 0.6, 0.6)
CAR = Box(0.45, 0.4, 0.55, 0.55)


def test_the_zones_of_many_cameras_share_one_input() -> None:
    """Ten cameras with a zone each are one input, and each gets its own answer."""
    detector = PaintedDetector()
    packed = PackedDetector(detector)
    parked, empty = paint(("car", CAR), size=(640, 360)), paint(size=(640, 360))
    answers = packed.answer([Question(parked if number % 2 else empty, (Region(ZONE),)) for number in range(10)])
    assert packed.inputs == detector.asked == 1
    assert [len(found) for found in answers] == [0, 1] * 5
    assert all(iou(found[0].box, CAR) > 0.9 for found in answers if found)


def test_nobody_asks_nothing() -> None:
    """Without questions the model is not asked."""
    packed = PackedDetector(PaintedDetector())
    assert packed.answer([]) == []
    assert packed.inputs == 0


def test_two_zones_that_overlap_find_a_thing_once() -> None:
    """A car in two zones of a camera is one car."""
    packed = PackedDetector(PaintedDetector())
    (found,) = packed.answer([Question(paint(("car", CAR), size=(640, 360)), (Region(ZONE), Region(Box(0.42, 0.42, 0.7, 0.6))))])
    assert [one.label for one in found] == ["car"]


def test_what_is_no_picture_is_refused() -> None:
    """As every detector does."""
    with pytest.raises(ValueError, match="a picture is"):
        PackedDetector(PaintedDetector()).answer([Question(np.zeros((9, 9), np.uint8), (Region(ZONE),))])


@pytest.mark.parametrize(
    ("region", "left", "kept"),
    [(Box(0.3, 0.3, 0.7, 0.7), 100, False), (Box(0.3, 0.3, 0.7, 0.7), 110, True), (Box(0.0, 0.3, 0.4, 0.7), 100, True)],
    ids=["cut by its tile", "whole", "where the picture ends"],
)
def test_what_a_tile_cuts_is_left_out(region: Box, left: int, *, kept: bool) -> None:
    """Half a bus is no car; at the picture's own edge the camera shows no more either."""
    tiles = [Tile(0, 100, 100, 200, 200)]
    found = back([Detection("car", 0.9, Box(left / 416, 150 / 416, 200 / 416, 250 / 416))], tiles, [Want(region, 640, 360)], 416)
    assert bool(found[0]) is kept


def test_vehicles_parked_in_real_footage_are_found_in_a_mosaic_too() -> None:
    """Debian's clip: what the model finds in the whole picture at the top right, it finds in a mosaic of six instants."""
    clip, zone = Clip(vtest()), Box(0.82, 0.06, 1.0, 0.2)
    pictures = [_smaller(clip.frame(second)) for second in (0.0, 6.0, 12.0, 18.0, 24.0, 30.0)]
    detector = NanoDet(real_model())
    packed = PackedDetector(detector)
    answers = packed.answer([Question(picture, (Region(zone),)) for picture in pictures])
    assert packed.inputs == 1
    known = 0
    for picture, answer in zip(pictures, answers, strict=True):
        for vehicle in _vehicles(detector.detect([picture])[0], zone):
            known += 1
            assert any(iou(vehicle.box, one.box) > 0.5 for one in _vehicles(answer, zone)), vehicle
    assert known >= 10


def _vehicles(found: tuple[Detection, ...], zone: Box) -> list[Detection]:
    return [one for one in found if one.label in VEHICLES and one.score >= 0.3 and overlap(one.box, zone) > one.box.area / 2]


def _smaller(picture: Picture | None) -> Picture:
    assert picture is not None
    return np.asarray(cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)
