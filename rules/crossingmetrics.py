"""What goes over ``cityloop.matches`` as Prometheus metrics, read when somebody asks."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from config.moment import SECOND
from rules.crossing import Downstream, Traffic

_OUTCOMES = ("sent", "taken", "repeated", "aside", "lost", "anew")
_ADDRESS = ["topic", "partition"]


def crossing_metrics(traffic: Traffic, crossings: Mapping[int, Downstream]) -> Iterator[Metric]:
    """The present numbers; ``topic`` is the upstream topic whose clocks are waited for.

    Args:
        traffic: of the process.
        crossings: the states at work on ``cityloop.matches``, by partition.
    """
    records = CounterMetricFamily(
        "cityloop_crossing_records", "Records for rules over several sources, by what became of them.", labels=["outcome"]
    )
    for outcome in _OUTCOMES:
        records.add_metric([outcome], getattr(traffic, outcome))
    yield records
    text = "Observations for a rule over several sources that is not there any more."
    yield CounterMetricFamily("cityloop_crossing_unknown", text, value=traffic.unknown)
    held = GaugeMetricFamily("cityloop_crossing_held", "Observations that wait for the clock of every partition.", labels=_ADDRESS)
    clock = GaugeMetricFamily(
        "cityloop_crossing_clock_seconds", "The smallest clock of all partitions, in seconds since 1970.", labels=_ADDRESS
    )
    spread = GaugeMetricFamily(
        "cityloop_crossing_clock_spread_seconds", "How far the slowest partition is behind the fastest.", labels=_ADDRESS
    )
    for number, downstream in sorted(crossings.items()):
        for topic, side in downstream.sides.items():
            if not side.engine.bearers:
                continue
            clocks = [heard.clock for heard in downstream.heard[topic]]
            address = [topic, str(number)]
            held.add_metric(address, len(side.merge))
            if min(clocks) > 0:
                clock.add_metric(address, min(clocks) / SECOND)
                spread.add_metric(address, (max(clocks) - min(clocks)) / SECOND)
    yield from (held, clock, spread)
