"""Metrics of a process that judges cameras. The label ``camera`` takes the catalogue's ids and no others."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

OUTCOMES = ("judged", "skipped", "replaced", "late", "failed")
"""Judged; a turn that an overload has cost; replaced by a newer frame before its turn; no new frame at the turn; the judge failed."""

LINES = ("connected", "lost")
"""The share of connected seconds is the quality of a camera's line."""


class Metrics:
    """The metrics of one process.

    Args:
        registry: where they are registered; tests give their own.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.frames = Counter(
            "cityloop_camera_frames", "Frames and turns of each camera by what became of them.", ("camera", "outcome"), registry=registry
        )
        self.rate = Gauge("cityloop_camera_effective_rate_hertz", "Frames judged per second, lately.", ("camera",), registry=registry)
        self.stretch = Gauge(
            "cityloop_camera_stretch_ratio",
            "How many times as long as wanted the intervals of all cameras are; above 1.1 the process is overloaded.",
            registry=registry,
        )
        self.watched = Counter(
            "cityloop_camera_watched_seconds",
            "Seconds of watching by whether frames came (connected) or the source had a fault or was silent (lost).",
            ("camera", "line"),
            registry=registry,
        )
        self.connections = Counter(
            "cityloop_camera_connections",
            "Connections made to a live source; all but the first are reconnections.",
            ("camera",),
            registry=registry,
        )
        self.blind = Gauge("cityloop_camera_blind", "1 while the camera sees nothing.", ("camera",), registry=registry)
        self.judging = Histogram(
            "cityloop_camera_judging_seconds",
            "Time to judge one frame, model included where it was asked.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
            registry=registry,
        )
        self.inferences = Counter("cityloop_camera_inferences", "Frames that the model was asked about.", registry=registry)
        self.observations = Counter("cityloop_camera_observations", "Observations told.", registry=registry)
        self.unsent = Gauge("cityloop_camera_unsent_observations", "Observations that the broker has not acknowledged.", registry=registry)
        self.retries = Counter("cityloop_camera_send_retries", "Observations sent again after a failure.", registry=registry)
