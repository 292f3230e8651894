"""The report of a run from its proof."""

from collections.abc import Sequence

import msgspec

from cityloop.demo.tally.compare import Comparison, doubled, lost
from cityloop.demo.tally.judge import Proof, alerts_by_rule, latencies, tickets_by_state
from cityloop.demo.tally.refold import observations_in
from cityloop.demo.tally.report import DemoReport, Notifications, Observations

SHOWN = 20
"""Ids of a step that are listed; all of them are counted."""
CAMERA = "camera/"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the proof.

    Attributes:
        url: of the console.
        ready_seconds: from the start until the console answered.
        broker: which kind.
        frames: pictures that were judged.
        told_by_cameras: observations that the cameras' process counted.
        dead: notices that were given up.
        rejected: records on ``cityloop.rejected``.
        restarts: of roles.
        seconds: from the start to the report.
    """

    url: str
    ready_seconds: float
    broker: str
    frames: int
    told_by_cameras: int
    dead: int
    rejected: int
    restarts: int
    seconds: float = 0.0


def compose(proof: Proof, steps: Sequence[Comparison], seen: Seen) -> DemoReport:
    """Put the report together."""
    per_record = [observations_in(record) for record in proof.log]
    logged = {found.id: found.source for observations in per_record for found in observations}
    by_cameras = sum(source.startswith(CAMERA) for source in logged.values())
    compared = (*steps, camera_step(seen.told_by_cameras, by_cameras))
    return DemoReport(
        url=seen.url,
        seconds=round(seen.seconds, 1),
        ready_seconds=round(seen.ready_seconds, 1),
        # The cameras' count was read a moment before they stopped: what they told in that moment lies in the log.
        observations=Observations(sent=len(proof.sent) + max(seen.told_by_cameras, by_cameras), received=len(logged)),
        envelopes=sum(bool(observations) for observations in per_record),
        frames=seen.frames,
        alerts=alerts_by_rule(proof),
        tickets=tickets_by_state(proof),
        notifications=Notifications(sent=len({call.id for call in proof.calls}), failed=seen.dead),
        rejected=seen.rejected,
        lost=lost(compared),
        doubled=doubled(compared),
        latency_ms=latencies(proof),
        steps=tuple(shortened(step) for step in compared),
        broker=seen.broker,
        restarts=seen.restarts,
    )


def camera_step(told: int, logged: int) -> Comparison:
    """Cameras against the log: their process counts what it tells, the log has the ids."""
    return Comparison(
        what="observations: told by cameras, in the log", lost=tuple(f"camera observation {number}" for number in range(logged, told))
    )


def shortened(step: Comparison) -> Comparison:
    """A step with the first of its ids only."""
    return msgspec.structs.replace(step, lost=step.lost[:SHOWN], doubled=step.doubled[:SHOWN])
