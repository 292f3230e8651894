"""The machine's clock is set while a camera is judged: no stay is invented, none is lost, and what is told is told by the new clock."""

import pytest

from config.moment import SECOND, render
from config.sources import Camera, Zone
from detectors.boxes import Box
from detectors.health import FILE_LIMITS
from detectors.inference.port import Picture
from detectors.judge import Judge
from detectors.sources.frame import Frame
from tests.fakes.painting import SQUARE, PaintedDetector, paint

CAMERA = Camera(id="camera/gate-3", zones=(Zone(id="bay", scene="illegal_parking", polygon=SQUARE, dwell=10 * SECOND),))
EMPTY, PARKED = paint(), paint(("car", Box(0.1, 0.4, 0.3, 0.6)))
BEGIN = 10_000
HOUR = 3600


def told(*parts: tuple[int, Picture], set_at: int, set_by: int) -> list[tuple[int, object, object, object]]:
    """What is told of frames of (seconds, picture), one a second, while the clock is set once: when, value, since when, which stay."""
    judge = Judge(CAMERA, PaintedDetector(), None, FILE_LIMITS)
    found: list[tuple[int, object, object, object]] = []
    pictures = [picture for seconds, picture in parts for _ in range(seconds)]
    for second, picture in enumerate(pictures):
        at = BEGIN + second + (set_by if second >= set_at else 0)
        stays = judge.look(Frame(picture, at * SECOND, second * SECOND))
        found += [(one.at // SECOND - BEGIN, one.value, one.attributes["since"], one.attributes["stay"]) for one in stays]
    return found


def clock(second: int) -> str:
    """As it is told."""
    return render((BEGIN + second) * SECOND)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_no_stay_is_made_by_the_clock(jump: int) -> None:
    """A car that stands for six seconds has not stood for an hour."""
    assert told((5, EMPTY), (6, PARKED), (40, EMPTY), set_at=8, set_by=jump) == []


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_no_stay_is_lost_by_the_clock(jump: int) -> None:
    """A car is told when it has stood for its dwell, by the clock as it is then."""
    (first, *_, last) = told((5, EMPTY), (30, PARKED), (40, EMPTY), set_at=8, set_by=jump)
    assert first[:3] == (15 + jump, True, clock(5 + jump))
    assert last[1:] == (False, clock(5 + jump), first[3])


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_stay_that_lasts_keeps_its_name(jump: int) -> None:
    """It goes on and ends as the stay that it was; what is told of its times is by the new clock."""
    stays = told((5, EMPTY), (100, PARKED), (40, EMPTY), set_at=30, set_by=jump)
    assert [value for _, value, _, _ in stays] == [True, True, False]
    assert [at for at, *_ in stays[:2]] == [15, 75 + jump]
    assert [since for _, _, since, _ in stays] == [clock(5), clock(5 + jump), clock(5 + jump)]
    assert len({name for *_, name in stays}) == 1


def test_silence_and_a_clock_that_is_set_back() -> None:
    """A camera that was silent meanwhile is told by the new clock, and sees at its first frame."""
    judge = Judge(CAMERA, PaintedDetector(), None, FILE_LIMITS)
    judge.look(Frame(EMPTY, BEGIN * SECOND, 0))
    (silent,) = judge.silence((BEGIN + 10 - HOUR) * SECOND)
    (back,) = judge.look(Frame(EMPTY, (BEGIN + 20 - HOUR) * SECOND, 20 * SECOND))
    assert (silent.at // SECOND - BEGIN, silent.value) == (10 - HOUR, "no_frames")
    assert (back.at // SECOND - BEGIN, back.value) == (20 - HOUR, "ok")
