"""The gateway's metrics. Labels are closed sets: no source, key or topic ever becomes one."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """Every metric of the gateway, registered once per process.

    Args:
        registry: where they are registered; tests give their own.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.observations = Counter(
            "cityloop_gateway_observations",
            "Observations by door (http, mqtt) and result (accepted: acknowledged by the log; rejected: kept aside; failed: neither, and not acknowledged).",
            ["door", "result"],
            registry=registry,
        )
        self.ignored = Counter(
            "cityloop_gateway_ignored",
            "MQTT messages that are no reports, by adapter and reason.",
            ["adapter", "reason"],
            registry=registry,
        )
        self.requests = Counter(
            "cityloop_gateway_requests",
            "Requests to the ingest API by status and kind of problem.",
            ["status", "problem"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "cityloop_gateway_request_seconds", "Time from a request's arrival to its answer.", buckets=_SECONDS, registry=registry
        )
        self.acknowledge_seconds = Histogram(
            "cityloop_gateway_acknowledge_seconds",
            "Time from taking observations in to the log's acknowledgement, by door.",
            ["door"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.pending = Gauge("cityloop_gateway_pending_observations", "Taken in and not yet acknowledged by the log.", registry=registry)
        self.mqtt_in_flight = Gauge(
            "cityloop_gateway_mqtt_in_flight", "MQTT messages received and not yet acknowledged.", registry=registry
        )
        self.mqtt_connected = Gauge(
            "cityloop_gateway_mqtt_connected", "1 while the MQTT door has a session with its broker.", registry=registry
        )
        self.city_reads = Counter(
            "cityloop_gateway_city_reads",
            "Readings of the city's folder while the gateway works, by result (renewed; unchanged; refused: it has problems, and the old holds on).",
            ["result"],
            registry=registry,
        )
        self.mqtt_connections = Counter(
            "cityloop_gateway_mqtt_connections", "Connections to the MQTT broker that were made.", registry=registry
        )
