"""The report of a run from its proof."""

from collections.abc import Sequence

import msgspec

from cityloop.demo.tally.compare import Comparison, doubled, lost
from cityloop.demo.tally.judge import Proof, alerts_by_rule, latencies, logged_sources, tickets_by_state
from cityloop.demo.tally.refold import observations_in
from cityloop.demo.tally.report import DemoReport, Notifications, Observations

SHOWN = 20
"""Ids of a step that are listed; all of them are counted."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known beside the proof.

    Attributes:
        url: of the console.
        ready_seconds: from the start until the console answered.
        broker: which kind.
        frames: pictures that were judged.
        dead: notices that were given up.
        rejected: records on ``cityloop.rejected``.
        restarts: of roles.
        seconds: from the start to the report.
    """

    url: str
    ready_seconds: float
    broker: str
    frames: int
    dead: int
    rejected: int
    restarts: int
    seconds: float = 0.0


def compose(proof: Proof, steps: Sequence[Comparison], seen: Seen) -> DemoReport:
    """Put the report together."""
    return DemoReport(
        url=seen.url,
        seconds=round(seen.seconds, 1),
        ready_seconds=round(seen.ready_seconds, 1),
        observations=Observations(sent=len(proof.sent | set(proof.noted.ids)), received=len(logged_sources(proof))),
        envelopes=sum(bool(observations_in(record)) for record in proof.log),
        frames=seen.frames,
        alerts=alerts_by_rule(proof),
        tickets=tickets_by_state(proof),
        notifications=Notifications(sent=len({call.id for call in proof.calls}), failed=seen.dead),
        rejected=seen.rejected,
        lost=lost(steps),
        doubled=doubled(steps),
        latency_ms=latencies(proof),
        steps=tuple(shortened(step) for step in steps),
        broker=seen.broker,
        restarts=seen.restarts,
    )


def shortened(step: Comparison) -> Comparison:
    """A step with the first of its ids only."""
    return msgspec.structs.replace(step, lost=step.lost[:SHOWN], doubled=step.doubled[:SHOWN])
