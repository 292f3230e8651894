"""The thread that judges: takes turns, one frame each, and lets no camera harm another."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from config.moment import Micros
from detectors.fleet.feed import Feed, Seconds
from detectors.fleet.metrics import OUTCOMES, Metrics
from detectors.fleet.schedule import Agenda
from detectors.health import Condition
from detectors.sources.frame import Frame
from streams.clock import Clock
from streams.observation import Observation

_log = structlog.get_logger(__name__)
SMOOTHING = 0.2
"""Weight of the newest interval in the effective rate."""


class Judging(Protocol):
    """What judges one camera; :class:`detectors.judge.Judge` does."""

    inferences: int

    @property
    def condition(self) -> Condition:
        """What is believed of the camera."""

    def look(self, frame: Frame) -> tuple[Observation, ...]:
        """Judge one frame."""

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


class Rounds:
    """Judges all cameras of a process in turn.

    Args:
        posts: the cameras.
        tell: takes each observation.
        metrics: counts.
        clock: wall clock.
        seconds: monotonic clock.
        wait: waits for so many seconds and says whether to stop.
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
    ) -> None:
        self._posts = posts
        self._tell = tell
        self._metrics = metrics
        self._clock = clock
        self._seconds = seconds
        self._wait = wait
        for post in posts:
            for outcome in OUTCOMES:
                metrics.frames.labels(post.name, outcome)

    def run(self) -> None:
        """Take turns until told to stop."""
        agenda = Agenda(tuple(1 / post.rate for post in self._posts), self._seconds())
        while self._posts:
            turn = agenda.next()
            if self._wait(max(0.0, turn.due - self._seconds())):
                return
            skipped = agenda.taken(self._seconds())
            post = self._posts[turn.camera]
            self._count(post, "skipped", skipped)
            try:
                self._take(post)
            except Exception as error:  # noqa: BLE001  # Whatever one camera's picture does to the judge, the others are judged on.
                self._count(post, "failed")
                _log.exception("camera.failed", camera=post.name, error=type(error).__name__)

    def _take(self, post: Post) -> None:
        frame = post.feed.newest()
        self._count(post, "replaced", post.feed.replaced())
        fault = post.feed.fault()
        if fault != post.told_fault:
            _log.warning("camera.fault", camera=post.name, reason=fault) if fault else _log.info("camera.frames", camera=post.name)
            post.told_fault = fault
        asked = post.judge.inferences
        if frame is not None:
            begun = self._seconds()
            told = post.judge.look(frame)
            self._metrics.judging.observe(self._seconds() - begun)
            self._judged(post)
        else:
            told = post.judge.silence(self._clock()) if post.feed.silent() else ()
            self._count(post, "late")
        self._metrics.inferences.inc(post.judge.inferences - asked)
        self._metrics.blind.labels(post.name).set(post.judge.condition is not Condition.OK)
        for observation in told:
            self._metrics.observations.inc()
            self._tell(observation)

    def _judged(self, post: Post) -> None:
        """Count a judged frame and follow the effective rate."""
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
