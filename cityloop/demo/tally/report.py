"""The object that ``cityloop demo`` prints at its end."""

import msgspec

from cityloop.demo.tally.compare import Comparison
from cityloop.demo.tally.judge import Latencies


class Observations(msgspec.Struct, frozen=True, kw_only=True):
    """How many observations devices and cameras sent, and how many of them lie in the log, by distinct ids."""

    sent: int
    received: int


class Notifications(msgspec.Struct, frozen=True, kw_only=True):
    """Notices that a receiver acknowledged, and those that were given up."""

    sent: int
    failed: int


class DemoReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did.

    Attributes:
        url: of the console.
        seconds: from the start of the command until the report.
        ready_seconds: from the start of the command until the console answered.
        observations: sent and received.
        envelopes: records of observations in the log.
        frames: pictures that the cameras judged.
        alerts: fired, by rule.
        tickets: by state.
        notifications: sent and failed.
        rejected: records on ``cityloop.rejected``.
        lost: ids that should have come somewhere and did not; the sum over ``steps``.
        doubled: ids that came twice or without a cause.
        latency_ms: p50 and p99 of each step.
        steps: each comparison with the ids that it found at fault.
        broker: which kind of broker carried it.
        restarts: how often a role had to be started again.
    """

    url: str
    seconds: float
    ready_seconds: float
    observations: Observations
    envelopes: int
    frames: int
    alerts: dict[str, int]
    tickets: dict[str, int]
    notifications: Notifications
    rejected: int
    lost: int
    doubled: int
    latency_ms: Latencies
    steps: tuple[Comparison, ...]
    broker: str
    restarts: int
