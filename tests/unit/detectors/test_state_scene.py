"""Scenes that are a state: agreement of looks, the unknown band, blindness, and what a zone is shown."""

import numpy as np
import pytest

from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.boxes import Box
from detectors.heads.head import Head
from detectors.heads.teaching import Example, teach
from detectors.health import FILE_LIMITS
from detectors.inference.port import Picture
from detectors.judge import Judge
from detectors.lessons import Lessons
from detectors.scenes.port import Need, Sight
from detectors.scenes.state import POLICIES, Opinion, Policy, State, step
from detectors.scenes.stay import Phase
from detectors.sources.frame import Frame
from detectors.viewing import View, crop_of
from tests.fakes.painting import SQUARE, PaintedDetector, PaintedFeatures, paint

POLICY = Policy(every=10 * SECOND)
BIN = Zone(id="bin-1", scene="bin_overflow", polygon=SQUARE)
EMPTY, FULL = paint(), paint(("car", Box(0.0, 0.0, 1.0, 0.6)))


def course(*verdicts: bool | None) -> list[tuple[int, str]]:
    """What is told, and at which look, when the head says this once in ten seconds."""
    state, told = State(), []
    for number, verdict in enumerate(verdicts):
        state, phase = step(state, POLICY, Opinion(verdict, 0.9, number * 10 * SECOND))
        if phase is not None:
            told.append((number, phase.value))
    return told


def test_three_of_five_must_agree() -> None:
    """Two looks are not believed, the third is; a single look to the contrary changes nothing."""
    assert course(True, True) == []
    assert course(True, False, True, False, True) == [(4, "confirmed")]
    assert course(True, True, True, False, True, True) == [(2, "confirmed")]


def test_it_ends_when_three_of_five_say_so() -> None:
    """The end is told once."""
    assert course(True, True, True, False, False, False, False) == [(2, "confirmed"), (5, "ended")]


def test_what_never_was_does_not_end() -> None:
    """Looks that say no from the beginning tell nothing."""
    assert course(*[False] * 10) == []


def test_a_lasting_state_is_repeated_every_minute() -> None:
    """One word a minute, in the rhythm that the confirmation began."""
    assert course(*[True] * 15) == [(2, "confirmed"), (8, "lasting"), (14, "lasting")]


def test_unknown_looks_are_no_vote() -> None:
    """They neither confirm nor end, and are forgotten when a verdict comes."""
    assert course(True, None, True, None, None, True) == [(5, "confirmed")]


def head_of(scene: str = "bin_overflow") -> Head:
    """A head that was taught full and empty painted zones."""
    extractor, chance = PaintedFeatures(), np.random.default_rng(1)
    examples = []
    for number in range(20):
        picture = (EMPTY, FULL)[number % 2].astype(np.int16) + chance.integers(-9, 10, EMPTY.shape)
        examples.append(Example(f"{number:02d}", extractor.features(picture.clip(0, 255).astype(np.uint8)), number % 2 == 1))
    head = teach(examples, scene=scene, backbone=extractor.name, version=1, at=0)
    assert isinstance(head, Head)
    return head


def told(heads: dict[str, Head], parts: list[tuple[int, Picture]], zone: Zone = BIN) -> list[tuple[int, str, object]]:
    """Second, kind and value of what a camera tells; one picture a second."""
    camera = Camera(id="camera/yard", zones=(zone,))
    judge = Judge(camera, PaintedDetector(), None, FILE_LIMITS, lessons=Lessons(PaintedFeatures(), heads.get))
    frames = [picture for count, picture in parts for _ in range(count)]
    observations = [one for second, picture in enumerate(frames) for one in judge.look(Frame(picture, second * SECOND))]
    return [(one.at // SECOND, one.kind, one.value) for one in observations]


def test_a_bin_fills_and_is_emptied() -> None:
    """Looked at every ten seconds as the median of three: confirmed with the third such look, ended with the third that says otherwise."""
    assert told({"bin-1": head_of()}, [(15, EMPTY), (60, FULL), (60, EMPTY)]) == [
        (50, "bin_overflow", True),
        (110, "bin_overflow", False),
    ]


def test_an_untaught_zone_says_so_and_does_not_guess() -> None:
    """Without a head there is one word, and none about the bin."""
    assert told({}, [(60, FULL)]) == [(0, "zone_sight", "untaught")]


def test_a_head_that_is_taught_meanwhile_holds_at_once() -> None:
    """The zone becomes clear and is judged, without a restart."""
    heads: dict[str, Head] = {}
    camera = Camera(id="camera/yard", zones=(BIN,))
    judge = Judge(camera, PaintedDetector(), None, FILE_LIMITS, lessons=Lessons(PaintedFeatures(), heads.get))
    values = []
    for second in range(60):
        if second == 15:
            heads["bin-1"] = head_of()
        values += [(one.at // SECOND, one.value) for one in judge.look(Frame(FULL, second * SECOND))]
    assert values == [(0, "untaught"), (20, "clear"), (40, True)]


def test_what_lies_between_is_unknown() -> None:
    """A zone that looks like neither is unknown after five such looks, and says when it is clear again."""
    between = paint(("car", Box(0.0, 0.0, 1.0, 0.25)))
    found = told({"bin-1": head_of()}, [(5, EMPTY), (60, between), (20, EMPTY)])
    assert [(kind, value) for _, kind, value in found] == [("zone_sight", "unknown"), ("zone_sight", "clear")]


def test_looks_of_before_and_after_a_dark_spell_do_not_add_up() -> None:
    """Two looks say full, the camera goes black, one more does not make three."""
    dark = paint(light=0)
    found = told({"bin-1": head_of()}, [(20, FULL), (30, dark), (8, FULL), (30, EMPTY)])
    assert [(kind, value) for _, kind, value in found] == [("camera_health", "black"), ("camera_health", "ok")]


def test_passers_by_are_not_in_a_median() -> None:
    """Somebody walks through a zone of drying: of five pictures each pixel has seen the street in most."""
    view = View(BIN, Need.FEATURES, median=5, features=PaintedFeatures().features)
    walk = [paint(("person", Box(step / 5, 0.0, step / 5 + 0.15, 1.0))) for step in range(5)]
    looks = [view.look(picture, (), second) for second, picture in enumerate(walk)]
    assert looks[:4] == [None] * 4
    assert looks[4] is not None
    assert looks[4].crop is not None
    assert looks[4].crop.tolist() == paint().tolist()


def test_another_resolution_begins_a_new_median() -> None:
    """Pictures of two sizes are not mixed."""
    view = View(BIN, Need.CROP, median=2)
    assert view.look(paint(), (), 0) is None
    assert view.look(paint(size=(100, 50)), (), 1) is None
    assert view.look(paint(size=(100, 50)), (), 2) is not None


def test_a_view_keeps_its_rhythm() -> None:
    """Every ten seconds from the first frame; late frames do not push later ones, and missed turns are not caught up."""
    view = View(BIN, Need.DETECTIONS, every=10)
    seen = [at for at in (0, 5, 11, 19, 20, 30, 64, 65, 71) if view.due(at) and view.look(paint(), (), at) is not None]
    assert seen == [0, 11, 20, 30, 64]
    assert view.due(74)


def test_a_crop_is_never_empty() -> None:
    """A zone at the picture's edge, smaller than a pixel, is one pixel."""
    speck = Zone(id="x", scene="bin_overflow", polygon=((1.0, 1.0), (1.0, 0.9999), (0.9999, 1.0)))
    assert min(crop_of(paint(size=(8, 8)), speck).shape) >= 1


@pytest.mark.parametrize("scene", POLICIES)
def test_every_taught_scene_has_its_policy(scene: str) -> None:
    """Drying and rubbish look at medians of five, bins, before which fewer people stand about, at medians of three."""
    assert POLICIES[scene].median == (3 if scene == "bin_overflow" else 5)


def test_phases_are_those_of_stays() -> None:
    """A state is told like a stay, so rules and the console treat both alike."""
    assert {Phase.CONFIRMED, Phase.LASTING, Phase.ENDED} == set(Phase)
    assert set(Sight) == {Sight.CLEAR, Sight.UNKNOWN, Sight.UNTAUGHT}
