"""Looking closely: which zones, what it costs, and what is found that the whole picture does not show."""

import cv2
import numpy as np
import pytest

from config.moment import SECOND
from config.sources import Camera, Point, Zone, Zoom
from detectors.boxes import Box, Detection, iou
from detectors.health import FILE_LIMITS
from detectors.inference.detector import NanoDet
from detectors.inference.labels import VEHICLES
from detectors.inference.mosaic import Region
from detectors.inference.packed import PackedDetector, Question
from detectors.inference.port import Picture
from detectors.inference.zooming import Ground, regions_of, zoom_of
from detectors.judge import Judge
from detectors.sources.clip import Clip
from detectors.sources.frame import Frame
from detectors.zones import around
from tests.fakes.footage import real_model, vtest
from tests.fakes.painting import PaintedDetector, paint

SIDE = 416
FULL_HD = (1920, 1080)
BAY = ((0.60, 0.30), (0.65, 0.30), (0.65, 0.36), (0.60, 0.36))
STREET = ((0.1, 0.4), (0.9, 0.4), (0.9, 0.9), (0.1, 0.9))
STRIP = ((0.0, 0.3), (1.0, 0.3), (1.0, 0.34), (0.0, 0.34))
SHOWN = (960, 540)
"""Size of the painted pictures."""
CAR = Box(0.605, 0.31, 0.645, 0.35)
"""38 by 22 pixels of a painted picture: 17 of the model's input."""


def ground(polygon: tuple[Point, ...], zoom: Zoom = Zoom.AUTO) -> Ground:
    """A zone as the judge makes it."""
    return Ground(polygon, around(polygon), zoom)


def size_in(polygon: tuple[Point, ...], zoom: Zoom, size: tuple[int, int] = FULL_HD) -> float:
    """Zoom, to one digit."""
    return round(zoom_of(ground(polygon, zoom), *size, SIDE), 1)


@pytest.mark.parametrize(
    ("polygon", "zoom", "size", "times"),
    [
        (BAY, Zoom.AUTO, FULL_HD, 4.0),
        (BAY, Zoom.NEVER, FULL_HD, 1.0),
        (BAY, Zoom.ALWAYS, FULL_HD, 4.0),
        (BAY, Zoom.AUTO, (352, 288), 1.7),
        (STREET, Zoom.AUTO, FULL_HD, 1.0),
        (STREET, Zoom.ALWAYS, FULL_HD, 1.0),
        (((0.4, 0.4), (0.6, 0.4), (0.6, 0.6)), Zoom.AUTO, FULL_HD, 1.0),
        (((0.4, 0.4), (0.6, 0.4), (0.6, 0.6)), Zoom.ALWAYS, FULL_HD, 2.2),
        (STRIP, Zoom.AUTO, FULL_HD, 1.0),
        (STRIP, Zoom.ALWAYS, FULL_HD, 1.0),
    ],
    ids=[
        "small", "small, never", "small, always", "small, few pixels", "large", "large, always",
        "medium", "medium, always", "as wide as the picture", "as wide as the picture, always",
    ],
)  # fmt: skip
def test_which_zones_are_looked_at_closely(polygon: tuple[Point, ...], zoom: Zoom, size: tuple[int, int], times: float) -> None:
    """Small ones, as far as the input and the camera's pixels allow; what cannot be shown larger is not shown twice."""
    assert size_in(polygon, zoom, size) == times


def test_many_small_zones_share_what_one_camera_may_ask_for() -> None:
    """A row of bays is shown less closely than a single one, and not at all where that would gain nothing; never what the file demands."""
    bays = [tuple((x * 0.4 + 0.1 * number, y) for x, y in BAY) for number in range(7)]
    single, many = (regions_of([ground(bay) for bay in some], *FULL_HD, SIDE) for some in (bays[:1], bays))
    assert single[0].zoom > 3
    assert all(region.zoom < single[0].zoom for region in many)
    demanded = regions_of([ground(bay, Zoom.ALWAYS) for bay in bays], *FULL_HD, SIDE)
    assert all(region.zoom > 3 for region in demanded)


def film(picture: Picture, seconds: int) -> list[Frame]:
    """A held picture, one frame a second."""
    return [Frame(picture, second * SECOND) for second in range(seconds)]


def zone(name: str, polygon: tuple[Point, ...], zoom: Zoom = Zoom.AUTO) -> Zone:
    """A zone for parking."""
    return Zone(id=name, scene="illegal_parking", polygon=polygon, dwell=10 * SECOND, zoom=zoom)


class Fastidious(PaintedDetector):
    """Finds only what is at least thirty pixels wide, as a real model does; and remembers the pictures' sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[tuple[int, ...]] = []

    def _one(self, picture: Picture) -> tuple[Detection, ...]:
        self.shapes.append(picture.shape)
        width = min(1.0, SIDE / max(picture.shape[:2])) * picture.shape[1]
        return tuple(one for one in super()._one(picture) if (one.box.right - one.box.left) * width >= 30)


@pytest.mark.parametrize(("zoom", "told"), [(Zoom.AUTO, 1), (Zoom.NEVER, 0)])
def test_a_judge_finds_what_the_whole_picture_does_not_show(zoom: Zoom, told: int) -> None:
    """A car of seventeen pixels is told of a small zone, at its own place, for one input a look; never without zoom."""
    detector = Fastidious()
    judge = Judge(Camera(id="camera/gate-3", zones=(zone("bay", BAY, zoom),)), detector, None, FILE_LIMITS)
    frames = film(paint(("car", CAR), size=SHOWN), 12)
    observations = [one for frame in frames for one in judge.look(frame) if one.kind == "illegal_parking"]
    assert len(observations) == told
    assert judge.inferences == detector.asked
    assert {shape[:2] for shape in detector.shapes} == {(SIDE, SIDE) if told else SHOWN[::-1]}
    for one in observations:
        assert iou(Box(*one.attributes["box"]), CAR) > 0.8


def test_a_large_zone_beside_a_small_one_costs_one_input_more() -> None:
    """The whole picture is looked at for the large zone, the small one closely, and a car that is in both is one car."""
    detector = PaintedDetector()
    looking = PackedDetector(detector)
    picture = paint(("car", CAR), ("truck", Box(0.3, 0.5, 0.6, 0.8)), size=SHOWN)
    answer = looking.look(Question(picture, regions_of([ground(BAY), ground(STREET)], *SHOWN, SIDE)))
    assert answer.whole
    assert looking.inputs == detector.asked == 2
    assert sorted(one.label for one in answer.found) == ["car", "truck"]


def test_evidence_of_a_crop_is_blurred_by_the_whole_picture() -> None:
    """When a picture is kept, people outside of the crop must be known too: the model looks at the whole once."""
    detector, kept = Fastidious(), list[bytes]()

    def keep(jpeg: bytes) -> str:
        kept.append(jpeg)
        return "evidence:sha256/0"

    judge = Judge(Camera(id="camera/gate-3", zones=(zone("bay", BAY),)), detector, keep, FILE_LIMITS)
    for frame in film(paint(("car", CAR), size=SHOWN), 12):
        judge.look(frame)
    assert len(kept) == 1
    assert detector.shapes.count((540, 960, 3)) == 1


def test_close_zones_are_packed_with_those_of_other_cameras() -> None:
    """In a mosaic a zone has the size that it asks for, and its car is found where it is."""
    packed = PackedDetector(Fastidious())
    parked = paint(("car", CAR), size=SHOWN)
    close = regions_of([ground(BAY)], *SHOWN, SIDE)
    found = packed.answer([Question(parked, close), Question(parked, (Region(around(BAY)),))])
    assert [len(one) for one in found] == [1, 0], "the second one is shown as the whole picture would show it: too small"
    assert iou(found[0][0].box, CAR) > 0.8


def test_parked_vehicles_far_away_in_real_footage() -> None:
    """Debian's clip in the middle of a picture three times as wide: thirteen pixels of the input, found only closely."""
    frame = Clip(vtest()).frame(12.0)
    assert frame is not None
    height, width = frame.shape[:2]
    far = np.asarray(cv2.copyMakeBorder(frame, height, height, width, width, cv2.BORDER_WRAP), np.uint8)
    bay = tuple((1 / 3 + x / 3, 1 / 3 + y / 3) for x, y in ((0.82, 0.06), (1.0, 0.06), (1.0, 0.2), (0.82, 0.2)))
    looking, seen = PackedDetector(NanoDet(real_model())), {}
    for zoom in (Zoom.NEVER, Zoom.AUTO):
        answer = looking.look(Question(far, regions_of([ground(bay, zoom)], 3 * width, 3 * height, SIDE)))
        seen[zoom] = [
            one for one in answer.found if one.label in VEHICLES and one.score >= 0.35 and 0.6 < one.box.left < one.box.right < 0.68
        ]
    assert looking.inputs == 2
    assert [len(seen[zoom]) for zoom in (Zoom.NEVER, Zoom.AUTO)] == [0, 2]
