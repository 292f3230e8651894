"""The judge of one camera, with painted streets: what it tells, what it asks the model, what it keeps."""

from pathlib import Path

import msgspec
import pytest

from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.boxes import Box
from detectors.evidence.archive import examine, open_archive
from detectors.evidence.originals import OriginalStore
from detectors.evidence.picture import frame_digest, lossless
from detectors.evidence.store import EvidenceStore
from detectors.health import FILE_LIMITS, Condition, Limits
from detectors.inference.port import Picture
from detectors.judge import Judge
from detectors.sources.frame import Frame
from streams.observation import Observation
from tests.fakes.painting import PaintedDetector, paint

BAY = Zone(id="bay", scene="illegal_parking", polygon=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), dwell=10 * SECOND)
KERB = Zone(id="kerb", scene="illegal_parking", polygon=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)), dwell=20 * SECOND)
CAMERA = Camera(id="camera/gate-3", zones=(BAY,))
LEFT, RIGHT = Box(0.1, 0.4, 0.3, 0.6), Box(0.7, 0.4, 0.9, 0.6)
EMPTY = paint()
PARKED = paint(("car", LEFT))
BLACK = paint(light=0)


def film(*parts: tuple[int, Picture]) -> list[Frame]:
    """Frames, one a second, from (how many, picture)."""
    pictures = [picture for count, picture in parts for _ in range(count)]
    return [Frame(picture, second * SECOND) for second, picture in enumerate(pictures)]


def told(judge: Judge, frames: list[Frame]) -> list[tuple[int, str, str | None, object]]:
    """What a judge tells: second, kind, zone and value."""
    observations = [one for frame in frames for one in judge.look(frame)]
    return [(one.at // SECOND, one.kind, one.zone, one.value) for one in observations]


def judge_of(camera: Camera = CAMERA, store: EvidenceStore | None = None, limits: Limits | None = None) -> tuple[Judge, PaintedDetector]:
    """A judge for files (a held picture is not a frozen one) with a painted detector."""
    detector = PaintedDetector()
    return Judge(camera, detector, store.put if store else None, limits or FILE_LIMITS), detector


def test_a_stay_from_its_first_to_its_last_word() -> None:
    """A car parks, stays and leaves: confirmed, repeated, ended."""
    judge, _ = judge_of()
    assert told(judge, film((5, EMPTY), (80, PARKED), (40, EMPTY))) == [
        (15, "illegal_parking", "bay", True),
        (75, "illegal_parking", "bay", True),
        (97, "illegal_parking", "bay", False),
    ]


def test_each_zone_has_its_own_dwell() -> None:
    """Two zones of one camera are judged apart, from one look of the model."""
    judge, detector = judge_of(msgspec.structs.replace(CAMERA, zones=(BAY, KERB)))
    both = paint(("car", LEFT), ("truck", RIGHT))
    assert told(judge, film((25, both))) == [(10, "illegal_parking", "bay", True), (20, "illegal_parking", "kerb", True)]
    assert detector.asked == 1


def test_an_unchanged_picture_costs_no_inference() -> None:
    """The model looks when the zone changes, and every half minute to be sure."""
    judge, detector = judge_of()
    told(judge, film((100, PARKED)))
    assert detector.asked == judge.inferences == 4


def test_people_beside_the_zone_cost_no_inference() -> None:
    """Somebody walks about outside of the zone: the model is not asked."""
    judge, detector = judge_of()
    walk = [paint(("car", LEFT), ("person", Box(0.65 + step / 100, 0.5, 0.68 + step / 100, 0.7))) for step in range(25)]
    told(judge, film(*((1, picture) for picture in walk)))
    assert detector.asked == 1


def test_evidence_of_a_confirmed_stay(tmp_path: Path) -> None:
    """Pictures of its opening and its close, and between them of the first minute, the second, the fourth; all are in the store."""
    store = EvidenceStore(tmp_path)
    judge, _ = judge_of(store=store)
    observations = [one for frame in film((330, PARKED), (40, EMPTY)) for one in judge.look(frame)]
    assert [(one.attributes["phase"], len(one.evidence)) for one in observations] == [
        ("confirmed", 1), ("lasting", 1), ("lasting", 1), ("lasting", 0), ("lasting", 1), ("lasting", 0), ("ended", 1),
    ]  # fmt: skip
    assert {store.get(one.evidence[0])[:2] for one in observations if one.evidence} == {b"\xff\xd8"}


def test_every_picture_is_a_link_of_the_cameras_chain(tmp_path: Path) -> None:
    """Each observation with a picture carries the hash of its link; the chain names picture, frame, stay and phase, and holds."""
    archive = open_archive(tmp_path)
    judge = Judge(CAMERA, PaintedDetector(), archive.pictures.put, FILE_LIMITS, chain=archive.chains.append)
    observations = [one for frame in film((75, PARKED), (40, EMPTY)) for one in judge.look(frame)]
    links = list(archive.chains.links("camera/gate-3"))
    assert [one.attributes["evidence_chain"] for one in observations] == [link.hash for link in links]
    assert [link.taken.reference for link in links] == [one.evidence[0] for one in observations]
    assert [link.taken.phase for link in links] == ["confirmed", "lasting", "ended"]
    assert links[0].taken.frame == frame_digest(PARKED)
    assert examine(archive).broken == ()


def test_people_who_came_since_the_last_look_are_blurred(tmp_path: Path) -> None:
    """At the confirmation the model looks again, when it judged from an older look, so that nobody is missed."""
    judge, detector = judge_of(store=EvidenceStore(tmp_path))
    passer_by = paint(("car", LEFT), ("person", Box(0.7, 0.5, 0.75, 0.7)))
    told(judge, film((10, PARKED), (1, passer_by)))
    assert detector.asked == 2


def test_a_full_disk_costs_the_picture_and_not_the_observation() -> None:
    """When evidence cannot be kept, the stay is told all the same, with the reason."""

    def full(jpeg: bytes) -> str:
        raise OSError(28, "No space left on device")

    judge = Judge(CAMERA, PaintedDetector(), full, FILE_LIMITS)
    (stay,) = [one for frame in film((12, PARKED)) for one in judge.look(frame)]
    assert stay.evidence == ()
    assert "No space left on device" in stay.attributes["evidence_missing"]


def test_originals_are_sealed_with_their_pictures(tmp_path: Path) -> None:
    """Every picture of a stay has its original, the very frame; one that cannot be kept costs neither picture nor observation."""
    archive, originals = open_archive(tmp_path), OriginalStore(tmp_path, bytes(32))
    judge = Judge(CAMERA, PaintedDetector(), archive.pictures.put, FILE_LIMITS, chain=archive.chains.append, seal=originals.seal)
    (stay,) = [one for frame in film((12, PARKED)) for one in judge.look(frame)]
    assert originals.unseal(stay.evidence[0]) == lossless(PARKED)

    def full(reference: str, png: bytes) -> None:
        raise OSError(28, "No space left on device")

    poor = Judge(CAMERA, PaintedDetector(), archive.pictures.put, FILE_LIMITS, seal=full)
    (stay,) = [one for frame in film((12, PARKED)) for one in poor.look(frame)]
    assert len(stay.evidence) == 1
    assert "No space left on device" in stay.attributes["original_missing"]


def test_a_blind_camera_says_unknown_and_not_gone() -> None:
    """Under a black picture no stay ends; when sight returns the car is where it was, and no second stay begins."""
    judge, detector = judge_of()
    assert told(judge, film((20, PARKED), (60, BLACK), (20, PARKED))) == [
        (10, "illegal_parking", "bay", True),
        (23, "camera_health", None, "black"),
        (83, "camera_health", None, "ok"),
        (83, "illegal_parking", "bay", True),
    ]
    assert detector.asked == 2, "before and after, never in the dark"


def test_a_car_that_left_in_the_dark_ends_after_sight_returns() -> None:
    """What happened under blindness is noticed when the zone has been seen empty for the gap."""
    judge, _ = judge_of()
    assert told(judge, film((20, PARKED), (60, BLACK), (30, EMPTY)))[-1] == (96, "illegal_parking", "bay", False)


def test_a_frozen_camera_says_so() -> None:
    """Of a live source, the very same picture for half a minute is told, and its zones are unknown."""
    judge, _ = judge_of(limits=Limits())
    assert told(judge, film((50, PARKED))) == [(10, "illegal_parking", "bay", True), (30, "camera_health", None, "frozen")]
    assert judge.condition is Condition.FROZEN


def test_silence_is_told_once() -> None:
    """A source without frames is told once, and once more when it has frames again."""
    judge, _ = judge_of()
    judge.look(Frame(EMPTY, 0))
    silent: list[Observation] = [one for second in (10, 11, 12) for one in judge.silence(second * SECOND)]
    assert [(one.at // SECOND, one.value) for one in silent] == [(10, "no_frames")]
    assert [one.value for one in judge.look(Frame(EMPTY, 20 * SECOND))] == ["ok"]


def test_what_stands_can_be_asked() -> None:
    """For annotations, the stays that were told and last are given by zone, and what was seen last."""
    judge, _ = judge_of()
    told(judge, film((9, PARKED)))
    assert judge.standing(BAY) == ()
    told(judge, [Frame(PARKED, second * SECOND) for second in range(9, 12)])
    assert [stay.label for stay in judge.standing(BAY)] == ["car"]
    assert [one.label for one in judge.seen] == ["car"]


def test_the_same_film_gives_the_same_observations(tmp_path: Path) -> None:
    """Two judges of one film tell the same, ids, evidence and all."""
    frames = film((3, EMPTY), (90, PARKED), (20, BLACK), (40, EMPTY))
    runs = []
    for name in ("one", "two"):
        judge, _ = judge_of(store=EvidenceStore(tmp_path / name))
        runs.append([one for frame in frames for one in judge.look(frame)])
    assert runs[0] == runs[1]
    assert len(runs[0]) == 5


@pytest.mark.parametrize("size", [(64, 48), (1920, 1080)])
def test_a_change_of_resolution_is_no_departure(size: tuple[int, int]) -> None:
    """A camera that switches its resolution in mid-stay ends nothing: boxes are parts of the picture."""
    judge, _ = judge_of()
    assert told(judge, film((20, PARKED), (30, paint(("car", LEFT), size=size)))) == [(10, "illegal_parking", "bay", True)]
