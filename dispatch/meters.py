"""What the dispatch process measures."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

from dispatch.verdict import SuppressionKind

_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class Meters:
    """The metrics, registered once.

    Args:
        registry: where to; a test gives its own.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.alerts = Counter("cityloop_dispatch_alerts", "Changes of alerts read, by what became of them.", ["result"], registry=registry)
        self.take_seconds = Histogram(
            "cityloop_dispatch_take_seconds",
            "Taking one change of an alert in, transaction included.",
            registry=registry,
            buckets=_LATENCIES,
        )
        self.alert_seconds = Histogram(
            "cityloop_dispatch_alert_age_seconds",
            "From an alert's record in Kafka to the commit of its ticket.",
            registry=registry,
            buckets=_LATENCIES,
        )
        self.relayed = Counter("cityloop_dispatch_relayed", "Ticket events that Kafka has acknowledged.", registry=registry)
        self.deliveries = Counter("cityloop_dispatch_deliveries", "Tries to deliver a notice, by outcome.", ["outcome"], registry=registry)
        self.delivery_seconds = Histogram(
            "cityloop_dispatch_delivery_seconds", "From a ticket's event to its notice's arrival.", registry=registry, buckets=_LATENCIES
        )
        self.suppressed = Gauge(
            "cityloop_dispatch_suppressed_alerts", "Firing alerts that are kept quiet, by what does so.", ["reason"], registry=registry
        )
        self.flapping = Gauge("cityloop_dispatch_flapping_alerts", "Firing alerts that flap.", registry=registry)
        self.groups = Gauge("cityloop_dispatch_notice_groups", "Groups of notices that wait for their timer.", registry=registry)
        self.group_notices = Counter("cityloop_dispatch_group_notices", "Notices that groups gave rise to.", registry=registry)
        self.judged = Counter("cityloop_dispatch_judged_again", "Alerts that were judged again without a change.", registry=registry)
        self.timer_lag = Gauge(
            "cityloop_dispatch_noise_timer_lag_seconds", "How overdue the oldest timer of noise control is.", registry=registry
        )
        for kind in SuppressionKind:
            self.suppressed.labels(reason=kind.value)
        for result in ("taken", "undecodable", "crashed"):
            self.alerts.labels(result=result)
        for outcome in ("sent", "retried", "dead"):
            self.deliveries.labels(outcome=outcome)
