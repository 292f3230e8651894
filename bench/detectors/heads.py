"""``cityloop bench heads``: heads taught and judged on drawn scenes over real backgrounds, by the product's own teaching."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.detectors.drawing.scenes import DRAWN, SIDE
from bench.detectors.drawing.weather import CONDITIONS
from bench.detectors.footage import NoFootageError
from bench.detectors.grounds import grounds_of
from bench.detectors.headrows import HeadsReport, Judged, row_of
from bench.detectors.lightroom import Room
from bench.detectors.truth import BEGIN
from detectors.heads.head import Head
from detectors.heads.teaching import Example, Refusal, teach
from detectors.inference.port import FeatureExtractor

CROPS = (10, 30)
"""Crops of each label that a head is taught with."""
HERE, ELSEWHERE, MOVED = "here", "elsewhere", "moved"
"""Taught at the spot that is judged; at those of all other cameras; at one of another camera, as if the camera had been turned."""
TAUGHT = (HERE, ELSEWHERE, MOVED)

Results = dict[tuple[str, str, int, str], list[Judged]]
Refused = dict[tuple[str, str, int], int]
"""Heads that teaching refused, by scene, where it was taught, and crops."""
Lesson = Mapping[bool, Sequence[Example]]
"""Crops with and without the thing."""


def measure(
    extractor: FeatureExtractor, progress: Callable[[str], None], environment: Mapping[str, str], *, seeds: Sequence[int], looks: int
) -> HeadsReport:
    """Teach heads for each scene, and judge fresh looks in every condition.

    Args:
        extractor: gives a crop's features.
        progress: takes lines for people.
        environment: says where the pictures are.
        seeds: of everything that is drawn; each is a whole run of its own.
        looks: of each class, condition, spot and seed.

    Raises:
        NoFootageError: there is no picture to draw on.
        SourceError: a clip is no video.
    """
    begun = time.perf_counter()
    grounds, absent = grounds_of(environment, SIDE)
    if not grounds:
        raise NoFootageError("; ".join(absent))
    results: Results = {
        (scene, taught, crops, condition): []
        for scene in DRAWN for taught in TAUGHT for crops in CROPS for condition in CONDITIONS
    }  # fmt: skip
    refused: Refused = {}
    for scene in DRAWN:
        for seed in seeds:
            progress(f"{scene}, seed {seed}")
            play(extractor, [Room(scene=scene, ground=ground, number=number, seed=seed) for number, ground in enumerate(grounds)], looks,
                 results, refused)  # fmt: skip
    return HeadsReport(
        backbone=extractor.name, seeds=tuple(seeds), spots=tuple(ground.spot.name for ground in grounds), absent=tuple(absent),
        rows=tuple(row_of(key, found, refused.get(key[:3], 0)) for key, found in results.items()),
        seconds=round(time.perf_counter() - begun, 1),
    )  # fmt: skip


def play(extractor: FeatureExtractor, rooms: Sequence[Room], looks: int, results: Results, refused: Refused) -> None:
    """Teach at every room and at all others, judge the room, and add what came of it to the results."""
    lessons = [{there: [example(extractor, room, n, there=there) for n in range(max(CROPS))] for there in (True, False)} for room in rooms]
    for number, room in enumerate(rooms):
        others = [lesson for lesson, other in zip(lessons, rooms, strict=True) if other.ground.spot.camera != room.ground.spot.camera]
        sources = {HERE: [lessons[number]], ELSEWHERE: others, MOVED: others[number % len(others) :][:1] if others else []}
        heads: dict[tuple[str, int], Head] = {}
        for taught, crops in ((taught, crops) for taught in TAUGHT for crops in CROPS if sources[taught]):
            made = taught_by(list(mixed(sources[taught], crops)), room.scene, extractor.name)
            if isinstance(made, Head):
                heads[taught, crops] = made
            else:
                refused[room.scene, taught, crops] = refused.get((room.scene, taught, crops), 0) + 1
        for condition in CONDITIONS:
            for there in (True, False):
                for one in range(looks):
                    features = extractor.features(room.look(condition, one, there=there))
                    for (taught, crops), head in heads.items():
                        judged = Judged(room.ground.spot.name, there, head.numbers.score(features) > 0, head.verdict(features))
                        results[room.scene, taught, crops, condition].append(judged)


def example(extractor: FeatureExtractor, room: Room, number: int, *, there: bool) -> Example:
    """A labelled crop."""
    crop = room.crop(number, there=there)
    return Example(hashlib.sha256(crop.tobytes()).hexdigest(), extractor.features(crop), there)


def mixed(lessons: Sequence[Lesson], crops: int) -> Iterator[Example]:
    """So many crops of each label, taken from the lessons in turn."""
    for there in (True, False):
        for number in range(crops):
            yield lessons[number % len(lessons)][there][number // len(lessons)]


def taught_by(examples: Sequence[Example], scene: str, backbone: str) -> Head | Refusal:
    """The product's own teaching."""
    return teach(examples, scene=scene, backbone=backbone, version=1, at=BEGIN)
