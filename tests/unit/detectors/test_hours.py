"""Zones that are judged at some hours only."""

from config.moment import SECOND, parse
from config.sources import Camera, Zone
from config.weekly import Active
from detectors.boxes import Box
from detectors.health import FILE_LIMITS
from detectors.judge import Judge
from detectors.sources.frame import Frame
from tests.fakes.painting import SQUARE, PaintedDetector, paint

EVENING = parse("2026-03-02T21:59:00+08:00")
MORNING = parse("2026-03-03T07:00:00+08:00")
BAY = Zone(id="bay", scene="illegal_parking", polygon=SQUARE, active=Active(zone="Asia/Shanghai", hours=((420, 1320),)))
LANE = Zone(id="lane", scene="fire_lane", polygon=SQUARE)
PARKED = paint(("car", Box(0.2, 0.3, 0.5, 0.8)))
EMPTY = paint()


def told(judge: Judge, start: int, seconds: int, parked: bool) -> list[tuple[int, str, str]]:
    """Look once a second; when what was told of which zone."""
    found: list[tuple[int, str, str]] = []
    for second in range(seconds):
        at = start + second * SECOND
        observations = judge.look(Frame(PARKED if parked else EMPTY, at))
        found += [(second, one.zone, one.attributes["phase"]) for one in observations if one.zone]
    return found


def judge_of(*zones: Zone) -> tuple[Judge, PaintedDetector]:
    """A judge of painted pictures."""
    detector = PaintedDetector()
    return Judge(Camera(id="camera/gate-3", zones=zones), detector, None, FILE_LIMITS), detector


def test_outside_of_its_hours_nothing_begins() -> None:
    """A car that comes after closing time is no stay until the zone opens, and is counted from then on."""
    judge, detector = judge_of(BAY)
    assert told(judge, EVENING + 60 * SECOND, 120, parked=True) == []
    assert detector.asked == 0
    assert [one[1:] for one in told(judge, MORNING, 60, parked=True)] == [("bay", "confirmed")]


def test_closing_time_ends_no_stay() -> None:
    """A told stay is neither repeated nor ended by night, and ends in the morning when the car is gone then."""
    judge, _ = judge_of(BAY)
    assert told(judge, EVENING, 60, parked=True)[0][1:] == ("bay", "confirmed")
    assert told(judge, EVENING + 60 * SECOND, 300, parked=False) == []
    assert len(judge.standing(BAY)) == 1
    assert [phase for *_, phase in told(judge, MORNING, 120, parked=False)] == ["ended"]


def test_other_zones_are_judged_on() -> None:
    """One zone's hours are its own: beside it another one is judged day and night."""
    judge, _ = judge_of(BAY, LANE)
    assert {zone for _, zone, _ in told(judge, EVENING + 60 * SECOND, 60, parked=True)} == {"lane"}


def test_rest_is_not_blindness() -> None:
    """A zone that rests is not unknown: the camera says nothing of its health."""
    judge, _ = judge_of(BAY)
    assert all(not judge.look(Frame(EMPTY, EVENING + second * SECOND)) for second in range(0, 7200, 60))
