"""Very many cameras that give snapshots, in real time, on as many processes as there are cores."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

import cv2
import msgspec
import psutil
from prometheus_client import CollectorRegistry

from bench.cameras.clip import SURVEILLANCE, pictures_of
from bench.cameras.endurance import EnduranceReport, Part, summed
from bench.cameras.policy import BAY
from config.sources import Camera, Zone
from detectors.fleet.metrics import Metrics
from detectors.fleet.rounds import Post, Rounds
from detectors.fleet.schedule import EARLY
from detectors.health import Limits
from detectors.inference.detector import NanoDet
from detectors.inference.packed import PackedDetector
from detectors.inference.port import SquareDetector
from detectors.judge import Judge
from detectors.sources.frame import Frame
from detectors.sources.still import decode_still
from streams.clock import system_clock


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One process's share: cameras, seconds between two looks at each, seconds in all, the model's file."""

    feeds: int
    every: float
    seconds: float
    model: str


class SnapshotFeed:
    """A :class:`detectors.fleet.feed.Feed` that decodes another snapshot at each turn."""

    def __init__(self, snapshots: list[bytes], first: int) -> None:
        self._snapshots = snapshots
        self._next = first

    def newest(self) -> Frame | None:
        """Decode the next one."""
        self._next += 1
        return Frame(decode_still(self._snapshots[self._next % len(self._snapshots)], "snapshot"), system_clock())

    def replaced(self) -> int:
        """None is: a snapshot comes when it is asked for."""
        return 0

    def fault(self) -> str | None:
        """It has none."""

    def silent(self) -> bool:
        """It never is."""
        return False

    def stop(self) -> None:
        """Nothing to stop."""


def snapshots_of(source: Path = SURVEILLANCE, count: int = 30) -> list[bytes]:
    """JPEGs of 640 x 360, two seconds apart."""
    pictures = islice(pictures_of(source, 2.0 * count), 0, None, 20)
    return [bytes(cv2.imencode(".jpg", picture)[1]) for picture in pictures]


def watch(task: Task, detector: SquareDetector, snapshots: list[bytes]) -> Part:
    """Judge the cameras of one process until its time is over."""
    registry, process = CollectorRegistry(), psutil.Process()
    metrics, rss = Metrics(registry), list[float]()
    names = [f"camera/{number}" for number in range(task.feeds)]
    posts = [
        Post(name, 1 / task.every, SnapshotFeed(snapshots, 7 * number), Judge(_camera(name), detector, None, Limits(), early=EARLY))
        for number, name in enumerate(names)
    ]
    begun, stretch = time.monotonic(), [1.0]
    step = max(0.2, task.seconds / 60)
    sampled = [begun + task.every]

    def wait(seconds: float) -> bool:
        now = time.monotonic()
        if now >= sampled[-1]:
            rss.append(process.memory_info().rss / 1e6)
            stretch.append(registry.get_sample_value("cityloop_camera_stretch_ratio") or 1.0)
            sampled.append(now + step)
        time.sleep(seconds)
        return time.monotonic() - begun >= task.seconds

    Rounds(posts, _nobody, metrics, clock=system_clock, seconds=time.monotonic, wait=wait, packer=PackedDetector(detector)).run()
    used = process.cpu_times()
    read = _reader(registry)
    return Part(
        rates=tuple(read("cityloop_camera_effective_rate_hertz", camera=name) for name in names),
        looks=round(sum(read("cityloop_camera_frames_total", camera=name, outcome="judged") for name in names)),
        failed=round(sum(read("cityloop_camera_frames_total", camera=name, outcome="failed") for name in names)),
        stretch=max(stretch),
        cpu_seconds=used.user + used.system,
        seconds=time.monotonic() - begun,
        rss_mb=tuple(rss),
    )


def _reader(registry: CollectorRegistry) -> Callable[..., float]:
    """Reads metrics, all collected once."""
    values = {(sample.name, *sorted(sample.labels.values())): sample.value for metric in registry.collect() for sample in metric.samples}
    return lambda name, **labels: values.get((name, *sorted(labels.values())), 0.0)


def _camera(name: str) -> Camera:
    return Camera(id=name, zones=(Zone(id="bay", scene="illegal_parking", polygon=BAY),))


def _nobody(_: object) -> None:
    """Observations are made and not sent."""


def run_part(task: Task) -> Part:
    """One process: its own model, its own cameras."""
    cv2.setNumThreads(1)
    return watch(task, NanoDet(Path(task.model)), snapshots_of())


def soak(feeds: int, every: float, seconds: float, processes: int, model: Path) -> EnduranceReport:
    """Spread cameras over processes and judge them.

    Args:
        feeds: cameras in all.
        every: seconds between two looks at each.
        seconds: how long.
        processes: how many.
        model: the default model.
    """
    shares = [len(range(number, feeds, processes)) for number in range(processes)]
    tasks = [Task(feeds=share, every=every, seconds=seconds, model=str(model)) for share in shares if share]
    with ProcessPoolExecutor(len(tasks), mp_context=multiprocessing.get_context("spawn")) as pool:
        return summed(list(pool.map(run_part, tasks)), 1 / every)
