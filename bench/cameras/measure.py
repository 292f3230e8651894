"""Runs the fleet's own rounds on simulated cameras, in time of its own, and takes the processor time."""

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from prometheus_client import CollectorRegistry

from bench.cameras.clip import ClipFeed, write_clip
from bench.cameras.policy import LOAD, POLICIES, CamerasReport, Policy, Used, report_of
from config.moment import SECOND
from config.sources import Camera, Zone
from detectors.boxes import Detection
from detectors.fleet.metrics import Metrics
from detectors.fleet.rounds import Post, Rounds
from detectors.fleet.schedule import EARLY
from detectors.health import Limits
from detectors.inference.detector import NanoDet
from detectors.inference.onnx import open_session
from detectors.inference.packed import PackedDetector, Question
from detectors.inference.port import Picture, SquareDetector
from detectors.judge import Judge

Tell = Callable[[str], None]
APART = 7.0
"""Seconds of the clip between one camera's beginning and the next one's, so that no two show the same."""


class Timed:
    """A detector that says how much processor time it took."""

    def __init__(self, detector: SquareDetector) -> None:
        self._detector = detector
        self.seconds = 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """The detector's."""
        return self._detector.labels

    @property
    def side(self) -> int:
        """The detector's."""
        return self._detector.side

    def detect(self, pictures: Sequence[Picture]) -> list[tuple[Detection, ...]]:
        """Ask the detector."""
        begun = time.process_time()
        found = self._detector.detect(pictures)
        self.seconds += time.process_time() - begun
        return found


class Counted(PackedDetector):
    """A packer that counts its questions."""

    asked = 0

    def answer(self, questions: Sequence[Question]) -> list[tuple[Detection, ...]]:
        """Count, then ask."""
        self.asked += len(questions)
        return super().answer(questions)


class Course:
    """The run's own time: it passes only while the rounds wait. At one instant what was used so far is forgotten.

    Args:
        warm: seconds after which counting begins: by then every camera was looked at once.
        end: seconds after which the run is over.
        begin: called when counting begins.
    """

    def __init__(self, warm: float, end: float, begin: Callable[[], None]) -> None:
        self.now = 0.0
        self._warm = warm
        self._end = end
        self._begin: Callable[[], None] | None = begin

    def seconds(self) -> float:
        """The present."""
        return self.now

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether the run is over."""
        self.now += seconds
        if self._begin is not None and self.now >= self._warm:
            self._begin()
            self._begin = None
        return self.now >= self._end


def run_policy(policy: Policy, clip: Path, length: float, detector: SquareDetector, seconds: float) -> Used:
    """Judge a policy's cameras for some seconds of their streams.

    Args:
        policy: which.
        clip: what the cameras show.
        length: of the clip, seconds.
        detector: the model.
        seconds: to be counted.
    """
    registry = CollectorRegistry()
    metrics, timed = Metrics(registry), Timed(detector)
    packer = Counted(timed)
    begun: list[tuple[int, int, int, float, float]] = []

    def standing() -> tuple[int, int, int]:
        judged = sum(
            registry.get_sample_value("cityloop_camera_frames_total", {"camera": post.name, "outcome": "judged"}) or 0 for post in posts
        )
        alone = sum(post.judge.inferences for post in posts)
        return round(judged), packer.asked + alone, packer.inputs + alone

    warm = 1 / policy.rate + 0.1
    course = Course(warm, warm + seconds, lambda: begun.append((*standing(), timed.seconds, time.process_time())))
    posts = [
        Post(
            f"camera/{number}",
            policy.rate,
            ClipFeed(clip, number * APART % max(1.0, length - 5), course.seconds, keyframes=policy.keyframes),
            Judge(_camera(number, policy), timed, None, Limits(), early=EARLY),
        )
        for number in range(policy.cameras)
    ]
    rounds = Rounds(
        posts,
        _nobody,
        metrics,
        clock=lambda: round(course.now * SECOND),
        seconds=course.seconds,
        wait=course.wait,
        packer=packer if policy.mosaic else None,
    )
    rounds.run()
    used = time.process_time()  # First, and at the beginning last: counting costs something too.
    ended = (*standing(), timed.seconds, used)
    for post in posts:
        post.feed.stop()
    looks, asked, inputs, model, cpu = (after - before for after, before in zip(ended, begun[0], strict=True))
    return Used(
        camera_seconds=policy.cameras * seconds,
        cpu_seconds=cpu,
        model_seconds=model,
        looks=int(looks),
        asked=int(asked),
        inputs=int(inputs),
    )


def _camera(number: int, policy: Policy) -> Camera:
    return Camera(id=f"camera/{number}", rate=policy.rate, zones=(Zone(id="bay", scene="illegal_parking", polygon=policy.zone),))


def _nobody(_: object) -> None:
    """Observations are made and not sent."""


def raw_inference(model: Path, times: int) -> float:
    """Processor seconds of the model alone on one input, the median of some."""
    session = open_session(model)
    given = session.get_inputs()[0]
    blob = np.random.default_rng(1).normal(size=[side if isinstance(side, int) else 1 for side in given.shape]).astype(np.float32)
    taken = []
    for _ in range(times + 2):
        begun = time.process_time()
        session.run(None, {given.name: blob})
        taken.append(time.process_time() - begun)
    return float(np.median(taken[2:]))


def measure(model: Path, tell: Tell, *, seconds: float = 30.0, policies: Iterable[Policy] = POLICIES) -> CamerasReport:
    """Measure every policy, and the model alone before and after them.

    Raises:
        ProblemsError: the model cannot be used.
    """
    detector = NanoDet(model)
    with tempfile.TemporaryDirectory(prefix="cityloop-bench-") as folder:
        clip, length = Path(folder) / "clip.mp4", min(75.0, max(10.0, 2 * seconds))
        tell("encoding the cameras' stream")
        shown = write_clip(clip, seconds=length)
        raws = [raw_inference(model, 10)]
        used = []
        for policy in policies:
            tell(f"{policy.name}: {policy.cameras} cameras for {seconds:g} s")
            used.append((policy, run_policy(policy, clip, length, detector, seconds)))
            raws.append(raw_inference(model, 10))
    raw = float(np.median(raws))
    return CamerasReport(
        policies=tuple(report_of(policy, one, raw) for policy, one in used),
        clip=shown,
        load=LOAD,
        raw_inference_ms=round(raw * 1000, 2),
        seconds=seconds,
    )
