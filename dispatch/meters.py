"""What the dispatch process measures."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

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
        for result in ("taken", "undecodable", "crashed"):
            self.alerts.labels(result=result)
        for outcome in ("sent", "retried", "dead"):
            self.deliveries.labels(outcome=outcome)
