"""A fleet of cameras: turns, feeds and rounds."""

from collections.abc import Callable, Sequence

import pytest
import structlog
from prometheus_client import CollectorRegistry

from detectors.boxes import Box, Detection
from detectors.fleet.metrics import Metrics
from detectors.fleet.rounds import Post, Rounds, start_rounds
from detectors.fleet.schedule import Agenda
from detectors.health import Condition
from detectors.inference.mosaic import Region
from detectors.inference.packed import PackedDetector
from detectors.inference.port import Picture
from detectors.judge import Begun
from detectors.sources.frame import Frame
from detectors.thumbnail import shrink
from streams.observation import Observation
from tests.fakes.clockwork import Clockwork
from tests.fakes.painting import PaintedDetector, paint


def observation(number: int) -> Observation:
    """An observation with a number."""
    return Observation(id=f"o{number}", source="camera/a", kind="illegal_parking", at=number, value=True)


def take(agenda: Agenda, until: float, cost: Callable[[int], float]) -> tuple[list[int], list[int]]:
    """Take turns of a given cost until a time; how often each camera had its turn, and how many turns it lost."""
    now, turns, lost = 0.0, [0] * 4, [0] * 4
    while now < until:
        turn = agenda.next()
        now = max(now, turn.due)
        if now >= until:
            break
        lost[turn.camera] += agenda.taken(now)
        turns[turn.camera] += 1
        now += cost(turn.camera)
    return turns, lost


def test_each_camera_has_its_rate() -> None:
    """With time enough, every camera is judged at its own rate and loses nothing."""
    turns, lost = take(Agenda((1.0, 1.0, 2.0, 4.0), 0.0), 40.0, lambda _: 0.01)
    assert turns == [40, 40, 20, 10]
    assert lost == [0, 0, 0, 0]


def test_overload_stretches_all_intervals_evenly() -> None:
    """With twice as much to do as time, every camera gets half of its turns, and the others are counted."""
    turns, lost = take(Agenda((1.0, 1.0, 1.0, 1.0), 0.0), 400.0, lambda _: 0.5)
    assert all(198 <= count <= 202 for count in turns)
    assert all(195 <= count <= 203 for count in lost)


def test_first_turns_are_spread() -> None:
    """Equal cameras do not all come at the same instant."""
    agenda = Agenda((1.0, 1.0, 1.0, 1.0), 10.0)
    dues = []
    for _ in range(4):
        dues.append(agenda.next().due)
        agenda.taken(dues[-1])
    assert dues == [10.0, 10.25, 10.5, 10.75]


class ScriptedFeed:
    """A feed that has a frame, or a fault, as its script says."""

    def __init__(self, *, frames: bool = True, fault: str | None = None) -> None:
        self.frames = frames
        self.told = fault

    def newest(self) -> Frame | None:
        """A frame when there are frames."""
        return Frame(paint(), 0) if self.frames else None

    def replaced(self) -> int:
        """One frame was replaced each time."""
        return 1

    def fault(self) -> str | None:
        """The script's fault."""
        return self.told

    def silent(self) -> bool:
        """Silent when it has a fault."""
        return self.told is not None

    def stop(self) -> None:
        """Nothing to stop."""


class ScriptedJudge:
    """A judge that tells one observation a look, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.inferences = 0
        self.looks = 0
        self.silences = 0
        self.seen: list[tuple[Detection, ...] | None] = []
        self._breaks = breaks

    @property
    def condition(self) -> Condition:
        """Blind once it was silent."""
        return Condition.NO_FRAMES if self.silences else Condition.OK

    def look(self, frame: Frame) -> tuple[Observation, ...]:
        """Tell, or break."""
        self.looks += 1
        self.inferences += 1
        if self._breaks:
            msg = f"cannot judge {frame.at}"
            raise ValueError(msg)
        return (observation(self.looks),)

    def begin(self, frame: Frame) -> Begun:
        """Ask for the whole picture."""
        self.looks += 1
        if self._breaks:
            msg = f"cannot judge {frame.at}"
            raise ValueError(msg)
        return Begun(frame, shrink(frame.picture), (), (), (Region(Box(0.2, 0.2, 0.8, 0.8)),))

    def finish(self, begun: Begun, seen: tuple[Detection, ...] | None, *, whole: bool = True) -> tuple[Observation, ...]:
        """Tell what was seen."""
        assert begun.regions
        assert not whole
        self.seen.append(seen)
        return (observation(self.looks),)

    def silence(self, at: int) -> tuple[Observation, ...]:
        """Count."""
        self.silences += 1
        return ()


def make_rounds(
    posts: list[Post], clockwork: Clockwork, packer: PackedDetector | None = None
) -> tuple[Rounds, list[Observation], CollectorRegistry]:
    """Rounds over posts with a registry of their own."""
    told: list[Observation] = []
    registry = CollectorRegistry()
    return (
        Rounds(
            posts, told.append, Metrics(registry), clock=clockwork.micros, seconds=clockwork.seconds, wait=clockwork.wait, packer=packer
        ),
        told,
        registry,
    )


def frames(registry: CollectorRegistry, camera: str) -> dict[str, float]:
    """Counted frames of a camera by outcome, without zeros."""
    names = ("judged", "skipped", "replaced", "late", "failed")
    values = {name: registry.get_sample_value("cityloop_camera_frames_total", {"camera": camera, "outcome": name}) or 0.0 for name in names}
    return {name: value for name, value in values.items() if value}


def test_rounds_judge_tell_and_count() -> None:
    """Every turn's frame is judged, what is told reaches the outlet, and all is counted by camera."""
    judge, clockwork = ScriptedJudge(), Clockwork(10.5)
    rounds, told, registry = make_rounds([Post("camera/a", 1.0, ScriptedFeed(), judge)], clockwork)
    rounds.run()
    assert len(told) == judge.looks == 11
    assert frames(registry, "camera/a") == {"judged": 11, "replaced": 11}
    assert registry.get_sample_value("cityloop_camera_inferences_total") == 11
    assert registry.get_sample_value("cityloop_camera_effective_rate_hertz", {"camera": "camera/a"}) == pytest.approx(1.0)


def test_the_quality_of_a_line_is_counted() -> None:
    """Time is counted as connected while frames come and as lost while the source has a fault; the shares are the line's quality."""
    posts = [
        Post("camera/good", 1.0, ScriptedFeed(), ScriptedJudge()),
        Post("camera/off", 1.0, ScriptedFeed(frames=False, fault="no route"), ScriptedJudge()),
    ]
    rounds, _, registry = make_rounds(posts, Clockwork(10.8))
    rounds.run()
    seconds = {
        (name, line): registry.get_sample_value("cityloop_camera_watched_seconds_total", {"camera": f"camera/{name}", "line": line})
        for name in ("good", "off")
        for line in ("connected", "lost")
    }
    assert seconds == {
        ("good", "connected"): pytest.approx(10),
        ("good", "lost"): 0,
        ("off", "connected"): 0,
        ("off", "lost"): pytest.approx(10),
    }


def test_one_camera_that_breaks_its_judge_harms_no_other() -> None:
    """An error in one camera's judging is counted, and the other cameras have all their turns."""
    clockwork, good = Clockwork(10.2), ScriptedJudge()
    posts = [Post("camera/bad", 1.0, ScriptedFeed(), ScriptedJudge(breaks=True)), Post("camera/good", 1.0, ScriptedFeed(), good)]
    rounds, _, registry = make_rounds(posts, clockwork)
    rounds.run()
    assert good.looks == 10
    assert frames(registry, "camera/bad") == {"failed": 11, "replaced": 11}


def test_cameras_that_are_due_soon_share_the_model() -> None:
    """With packing, six cameras at 1 Hz need two inputs a second, not six, and each keeps its rate."""
    packer, judges = PackedDetector(PaintedDetector()), [ScriptedJudge() for _ in range(6)]
    posts = [Post(f"camera/{number}", 1.0, ScriptedFeed(), judge) for number, judge in enumerate(judges)]
    rounds, told, registry = make_rounds(posts, Clockwork(10.1), packer)
    rounds.run()
    assert all(10 <= judge.looks <= 12 for judge in judges)
    assert all(judge.seen == [()] * judge.looks for judge in judges)
    assert len(told) == sum(judge.looks for judge in judges)
    assert packer.inputs <= 35
    assert registry.get_sample_value("cityloop_camera_inferences_total") == packer.inputs
    assert registry.get_sample_value("cityloop_camera_stretch_ratio") == 1


class BrokenDetector(PaintedDetector):
    """A model that fails."""

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """Fail."""
        msg = f"cannot look at {len(pictures)}"
        raise RuntimeError(msg)


def test_a_model_that_fails_is_counted_for_each_who_asked() -> None:
    """Packed or not, an error is counted by camera and the rounds go on; a judge that breaks takes nobody along."""
    posts = [Post("camera/a", 1.0, ScriptedFeed(), ScriptedJudge()), Post("camera/b", 1.0, ScriptedFeed(), ScriptedJudge(breaks=True))]
    rounds, told, registry = make_rounds(posts, Clockwork(3.2), PackedDetector(BrokenDetector()))
    rounds.run()
    assert told == []
    assert min(frames(registry, name)["failed"] for name in ("camera/a", "camera/b")) >= 3
    good = ScriptedJudge()
    posts = [Post("camera/a", 1.0, ScriptedFeed(), good), Post("camera/b", 1.0, ScriptedFeed(), ScriptedJudge(breaks=True))]
    rounds, told, registry = make_rounds(posts, Clockwork(3.2), PackedDetector(PaintedDetector()))
    rounds.run()
    assert len(told) == good.looks >= 4
    assert frames(registry, "camera/b")["failed"] >= 3


class SlowJudge(ScriptedJudge):
    """A judge that takes a second for a look."""

    def __init__(self, clockwork: Clockwork, cost: float) -> None:
        super().__init__()
        self._clockwork = clockwork
        self.cost = cost

    def look(self, frame: Frame) -> tuple[Observation, ...]:
        """Take time."""
        self._clockwork.now += self.cost
        return super().look(frame)


def test_an_overload_is_said_and_its_end_too() -> None:
    """Twice as much to do as time: the ratio is published, the log says it once, and says when it is over."""
    clockwork = Clockwork(300.0)
    judges = [SlowJudge(clockwork, 0.5) for _ in range(4)]
    posts = [Post(f"camera/{number}", 1.0, ScriptedFeed(), judge) for number, judge in enumerate(judges)]
    rounds, _, registry = make_rounds(posts, clockwork)
    ratios: list[float | None] = []

    def relieve(observation: Observation) -> None:
        if clockwork.now > 100 and len(ratios) == 0:
            ratios.append(registry.get_sample_value("cityloop_camera_stretch_ratio"))
            for judge in judges:
                judge.cost = 0.01
        assert observation.source == "camera/a"

    rounds._tell = relieve  # The test relieves the load from where observations arrive.
    with structlog.testing.capture_logs() as lines:
        rounds.run()
    assert ratios == [pytest.approx(2.0, abs=0.2)]
    assert registry.get_sample_value("cityloop_camera_stretch_ratio") == 1
    assert [line["event"] for line in lines] == ["cameras.overloaded", "cameras.keep_up"]
    assert frames(registry, "camera/0")["skipped"] > 40


def test_a_camera_without_frames_is_late_and_then_blind() -> None:
    """No new frame at a turn is late; a silent source makes its camera blind."""
    late, silent = ScriptedJudge(), ScriptedJudge()
    posts = [
        Post("camera/late", 1.0, ScriptedFeed(frames=False), late),
        Post("camera/silent", 1.0, ScriptedFeed(frames=False, fault="no connection"), silent),
    ]
    rounds, _, registry = make_rounds(posts, Clockwork(3.2))
    rounds.run()
    assert (late.silences, silent.silences) == (0, 3)
    assert frames(registry, "camera/late") == {"late": 4, "replaced": 4}
    assert registry.get_sample_value("cityloop_camera_blind", {"camera": "camera/silent"}) == 1
    assert registry.get_sample_value("cityloop_camera_blind", {"camera": "camera/late"}) == 0


def test_rounds_without_cameras_end() -> None:
    """A process without cameras has nothing to do and does it."""
    rounds, _, _ = make_rounds([], Clockwork(5.0))
    thread = start_rounds(rounds)
    thread.join(timeout=2)
    assert not thread.is_alive()
