"""The thread that judges: takes turns, one frame each, and lets no camera harm another."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from config.moment import Micros
from detectors.boxes import Detection
from detectors.fleet.feed import Feed, Seconds
from detectors.fleet.metrics import LINES, OUTCOMES, Metrics
from detectors.fleet.schedule import EARLY, Agenda, Load, load_of
from detectors.health import Condition
from detectors.inference.packed import PackedDetector, Question
from detectors.judge import Begun
from detectors.sources.frame import Frame
from streams.clock import Clock
from streams.observation import Observation

_log = structlog.get_logger(__name__)
SMOOTHING = 0.2
"""Weight of the newest interval in the effective rate."""
MOST_TOGETHER = 32
"""Cameras whose zones are looked at together, at the most."""


class Judging(Protocol):
    """What judges one camera; :class:`detectors.judge.Judge` does."""

    @property
    def inferences(self) -> int:
        """Inputs that it has given to the model itself."""

    @property
    def condition(self) -> Condition:
        """What is believed of the camera."""

    def look(self, frame: Frame) -> tuple[Observation, ...]:
        """Judge one frame."""

    def begin(self, frame: Frame) -> Begun:
        """Judge what needs no model."""

    def finish(self, begun: Begun, seen: tuple[Detection, ...] | None, *, whole: bool = True) -> tuple[Observation, ...]:
        """Judge the rest."""

    def silence(self, at: Micros) -> tuple[Observation, ...]:
        """No frame came."""


class Post:
    """One camera at its post.

    Args:
        name: the camera's id.
        rate: frames judged per second.
        feed: where its frames come from.
        judge: what judges them.
    """

    def __init__(self, name: str, rate: float, feed: Feed, judge: Judging) -> None:
        self.name = name
        self.rate = rate
        self.feed = feed
        self.judge = judge
        self.interval: float | None = None
        self.judged_at: float | None = None
        self.told_fault: str | None = None
        self.asked_at: float | None = None


class Rounds:
    """Judges all cameras of a process in turn.

    Args:
        posts: the cameras.
        tell: takes each observation.
        metrics: counts.
        clock: wall clock.
        seconds: monotonic clock.
        wait: waits for so many seconds and says whether to stop.
        packer: looks at the zones of several cameras at once; ``None`` looks at each whole picture alone.
    """

    def __init__(
        self,
        posts: Sequence[Post],
        tell: Callable[[Observation], None],
        metrics: Metrics,
        *,
        clock: Clock,
        seconds: Seconds,
        wait: Callable[[float], bool],
        packer: PackedDetector | None = None,
    ) -> None:
        self._posts = posts
        self._tell = tell
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds
        self._wait = wait
        self._packer = packer
        self._load = Load.KEEPS_UP
        for post in posts:
            for outcome in OUTCOMES:
                metrics.frames.labels(post.name, outcome)
            for line in LINES:
                metrics.watched.labels(post.name, line)

    def run(self) -> None:
        """Take turns until told to stop."""
        agenda = Agenda(tuple(1 / post.rate for post in self._posts), self._seconds())
        while self._posts:
            turn = agenda.next()
            if self._wait(max(0.0, turn.due - self._seconds())):
                return
            if self._packer is None:
                self._alone(self._turn(agenda))
            else:
                self._together(self._packer, self._turns(agenda))
            self._tell_load(agenda.stretch(self._seconds()))

    def _turn(self, agenda: Agenda) -> Post:
        post = self._posts[agenda.next().camera]
        self._count(post, "skipped", agenda.taken(self._seconds()))
        return post

    def _turns(self, agenda: Agenda) -> list[Post]:
        """The turn that is due, and those that soon will be."""
        now, posts = self._seconds(), [self._turn(agenda)]
        while len(posts) < MOST_TOGETHER:
            turn = agenda.next()
            if turn.due > now + EARLY * agenda.period(turn.camera) or self._posts[turn.camera] in posts:
                break
            posts.append(self._turn(agenda))
        return posts

    def _tell_load(self, stretch: float) -> None:
        """Publish how far the intervals are stretched, and log when that begins and ends."""
        self._metrics.stretch.set(stretch)
        before, self._load = self._load, load_of(self._load, stretch)
        if self._load is before:
            return
        if self._load is Load.OVERLOADED:
            _log.warning("cameras.overloaded", intervals_stretched_by=round(stretch, 2), cameras=len(self._posts))
        else:
            _log.info("cameras.keep_up", cameras=len(self._posts))

    def _alone(self, post: Post) -> None:
        asked = post.judge.inferences
        try:
            frame = self._frame(post)
            if frame is not None:
                begun = self._seconds()
                told = post.judge.look(frame)
                self._metrics.judging.observe(self._seconds() - begun)
                self._judged(post, told)
        except Exception as error:  # noqa: BLE001  # Whatever one camera's picture does to the judge, the others are judged on.
            self._failed(post, error)
        self._metrics.inferences.inc(post.judge.inferences - asked)

    def _together(self, packer: PackedDetector, posts: Sequence[Post]) -> None:
        """One turn of each camera: what they ask of the model is asked at once."""
        started, inputs = self._seconds(), packer.inputs
        asked = sum(post.judge.inferences for post in posts)
        begun: list[tuple[Post, Begun]] = []
        for post in posts:
            try:
                frame = self._frame(post)
                if frame is not None:
                    begun.append((post, post.judge.begin(frame)))
            except Exception as error:  # noqa: BLE001  # As in _alone.
                self._failed(post, error)
        try:
            asking = [(post, one) for post, one in begun if one.regions]
            found = packer.answer([Question(one.frame.picture, one.regions) for _, one in asking])
        except Exception as error:  # noqa: BLE001  # As in _alone; pictures have been looked at by now, so that this is the model's fault.
            for post, _ in asking:
                self._failed(post, error)
            begun, found = [(post, one) for post, one in begun if not one.regions], []
        answers = iter(found)
        for post, one in begun:
            try:
                self._judged(post, post.judge.finish(one, next(answers) if one.regions else None, whole=False))
            except Exception as error:  # noqa: BLE001  # As in _alone.
                self._failed(post, error)
        self._metrics.inferences.inc(packer.inputs - inputs + sum(post.judge.inferences for post in posts) - asked)
        for _ in begun:
            self._metrics.judging.observe((self._seconds() - started) / len(begun))

    def _frame(self, post: Post) -> Frame | None:
        """The camera's newest frame; where there is none, what that means is told."""
        frame = post.feed.newest()
        self._count(post, "replaced", post.feed.replaced())
        fault = post.feed.fault()
        self._watched(post, "lost" if fault or post.feed.silent() else "connected")
        if fault != post.told_fault:
            _log.warning("camera.fault", camera=post.name, reason=fault) if fault else _log.info("camera.frames", camera=post.name)
            post.told_fault = fault
        if frame is None:
            self._count(post, "late")
            self._publish(post, post.judge.silence(self._clock()) if post.feed.silent() else ())
        return frame

    def _watched(self, post: Post, line: str) -> None:
        """Count the time since the camera's last turn as what its line was found to be."""
        now = self._seconds()
        if post.asked_at is not None:
            self._metrics.watched.labels(post.name, line).inc(max(0.0, now - post.asked_at))
        post.asked_at = now

    def _failed(self, post: Post, error: Exception) -> None:
        self._count(post, "failed")
        _log.error("camera.failed", camera=post.name, error=type(error).__name__, exc_info=error)

    def _publish(self, post: Post, told: Sequence[Observation]) -> None:
        self._metrics.blind.labels(post.name).set(post.judge.condition is not Condition.OK)
        for observation in told:
            self._metrics.observations.inc()
            self._tell(observation)

    def _judged(self, post: Post, told: Sequence[Observation]) -> None:
        """Tell what was judged, count the frame and follow the effective rate."""
        self._publish(post, told)
        now = self._seconds()
        self._count(post, "judged")
        if post.judged_at is not None:
            newest = now - post.judged_at
            post.interval = newest if post.interval is None else post.interval + SMOOTHING * (newest - post.interval)
            self._metrics.rate.labels(post.name).set(1 / post.interval if post.interval else 0.0)
        post.judged_at = now

    def _count(self, post: Post, outcome: str, count: int = 1) -> None:
        if count:
            self._metrics.frames.labels(post.name, outcome).inc(count)


def start_rounds(rounds: Rounds) -> threading.Thread:
    """Run them in a thread of their own."""
    thread = threading.Thread(target=rounds.run, name="judge", daemon=True)
    thread.start()
    return thread
