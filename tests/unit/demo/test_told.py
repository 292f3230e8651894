"""The report for people."""

from cityloop.commands.demo import _told
from cityloop.demo.tally.compare import Comparison
from cityloop.demo.tally.judge import Latencies
from cityloop.demo.tally.latency import Quantiles
from cityloop.demo.tally.report import DemoReport, Notifications, Observations


def report(*steps: Comparison, lost: int = 0) -> DemoReport:
    """A report with given steps."""
    none = Quantiles(None, None)
    return DemoReport(
        url="http://127.0.0.1:8080", seconds=60.4, ready_seconds=5.0, observations=Observations(sent=10, received=10), envelopes=4, frames=9,
        alerts={"smoke-alarm": 2}, tickets={}, notifications=Notifications(sent=2, failed=0), rejected=0, lost=lost, doubled=0,
        latency_ms=Latencies(observation_to_alert=Quantiles(12.0, 30.5), alert_to_ticket=none, ticket_to_notification=none),
        steps=steps, broker="embedded", restarts=0,
    )  # fmt: skip


def test_the_figures_are_told_in_lines() -> None:
    """What happened, how fast, and that nothing was lost."""
    told = _told(report()).splitlines()
    assert told[0] == "60 s on the embedded broker"
    assert "alerts: 2 smoke-alarm" in told
    assert "tickets: none" in told
    assert "observation to alert: p50 12.0 ms, p99 30.5 ms" in told
    assert told[-1] == "lost 0, doubled 0"


def test_a_step_at_fault_is_told_with_its_ids() -> None:
    """Whoever has to find out why begins with the ids."""
    told = _told(report(Comparison(what="a: b"), Comparison(what="alerts: tickets", lost=("x", "y")), lost=2)).splitlines()
    assert told[-2:] == ["lost 2, doubled 0", "  alerts: tickets: lost x, y; doubled -"]
