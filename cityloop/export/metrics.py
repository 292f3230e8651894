"""Every metric that a process of the installation shows, with its kind, labels and meaning."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
from prometheus_client import CollectorRegistry


class MetricRow(msgspec.Struct, frozen=True, kw_only=True):
    """One metric.

    Attributes:
        name: as Prometheus sees it, without the endings that a counter or histogram adds.
        kind: ``counter``, ``gauge`` or ``histogram``.
        help: what it means.
        labels: names of its labels; each has a closed set of values.
        role: the process that shows it.
    """

    name: str
    kind: str
    help: str
    labels: tuple[str, ...]
    role: str


Fill = Callable[[CollectorRegistry], object]


def metrics() -> tuple[MetricRow, ...]:
    """Every metric, by role and name."""
    return tuple(row for role, fills in _fills().items() for row in sorted(rows(role, fills), key=lambda row: row.name))


def rows(role: str, fills: Sequence[Fill]) -> Iterator[MetricRow]:
    """What a role's metrics are, read from a registry that they were put into."""
    registry = CollectorRegistry()
    for fill in fills:
        fill(registry)
    for collector in list(registry._collector_to_names):  # noqa: SLF001  # The registry has no other way to tell its collectors, and a metric without samples has no labels.
        for family in collector.collect():
            # A metric family that is made while it is read knows its labels itself; the others' are the collector's.
            labels = tuple(getattr(family, "_labelnames", ()) or getattr(collector, "_labelnames", ()))
            yield MetricRow(name=family.name, kind=family.type, help=family.documentation, labels=labels, role=role)


def _fills() -> dict[str, Sequence[Fill]]:
    from console.metrics import ConsoleMetrics  # noqa: PLC0415  # Heavy imports, and only this function wants them.
    from detectors.fleet.metrics import Metrics as CameraMetrics  # noqa: PLC0415  # As above.
    from dispatch.meters import Meters as DispatchMeters  # noqa: PLC0415  # As above.
    from rules.fold import RuleFold  # noqa: PLC0415  # As above.
    from rules.metrics import RuleMetrics  # noqa: PLC0415  # As above.
    from rules.model import RuleSet  # noqa: PLC0415  # As above.
    from streams.checkpoint.meters import Meters  # noqa: PLC0415  # As above.
    from streams.gateway.metrics import Metrics as GatewayMetrics  # noqa: PLC0415  # As above.

    def engine(registry: CollectorRegistry) -> None:
        registry.register(RuleMetrics(RuleFold(RuleSet(rules=(), kinds={}, version=""))))

    return {
        "gateway": [GatewayMetrics],
        "cameras": [CameraMetrics],
        "engine": [Meters, engine],
        "dispatch": [DispatchMeters],
        "console": [ConsoleMetrics],
    }
