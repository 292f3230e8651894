"""The engine's numbers as Prometheus metrics, read when somebody asks, so that counting costs the engine nothing."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.moment import SECOND
from rules.crossingmetrics import crossing_metrics
from rules.fold import RuleFold
from rules.lifemetrics import life_metrics
from rules.sight import FeedSight
from streams.clock import Clock, system_clock

_RULE_COUNTERS = {
    "evaluated": "Observations that the rule looked at.",
    "matched": "Matches among them.",
    "fired": "Alerts that fired.",
    "resolved": "Alerts that resolved.",
    "undecided": "Observations that the rule could not judge.",
    "late": "Observations that came too late for the rule.",
    "duplicate": "Observations that came to the rule again.",
    "crashed": "Observations and timers that the rule could not stand.",
    "missed": "Dates that were noticed too late to fire.",
    "unrepeated": "Times that repetitions of an alert were left out, since a gap in the log made too many due at once.",
    "forgotten": "Groups that were forgotten, since nothing of them was heard for long.",
}
_TOTALS = {
    "observations": "Observations that came to the engine.",
    "tests": "Drills among them, which no rule saw.",
    "ahead": "Observations from the future, which were quarantined.",
}


class RuleMetrics(Collector):
    """Register it with a registry: ``REGISTRY.register(RuleMetrics(fold))``. Rule names are a closed set of labels."""

    def __init__(self, fold: RuleFold, clock: Clock = system_clock) -> None:
        self._fold = fold
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The present numbers."""
        tally = self._fold.tally
        for field, text in _TOTALS.items():
            yield CounterMetricFamily(f"cityloop_engine_{field}", text, value=getattr(tally, field))
        for field, text in _RULE_COUNTERS.items():
            counter = CounterMetricFamily(f"cityloop_rule_{field}", text, labels=["rule"])
            for rule, counts in sorted(tally.rules.items()):
                counter.add_metric([rule], getattr(counts, field))
            yield counter
        yield from self._moments()
        yield self._groups()
        yield self._held()
        yield from self._clocks()
        yield from self._feeds()
        yield from crossing_metrics(self._fold.traffic, self._fold.crossings)
        yield from life_metrics(self._fold)

    def _moments(self) -> Iterator[Metric]:
        fired = GaugeMetricFamily(
            "cityloop_rule_fired_timestamp_seconds", "When an alert of the rule fired last, by event time.", labels=["rule"]
        )
        spent = CounterMetricFamily(
            "cityloop_rule_seconds",
            "Time that the rule took, from one envelope of 256; a rule with lateness is not timed.",
            labels=["rule"],
        )
        for rule, counts in sorted(self._fold.tally.rules.items()):
            if counts.fired_at > 0:
                fired.add_metric([rule], counts.fired_at / SECOND)
            spent.add_metric([rule], counts.seconds)
        yield fired
        yield spent

    def _groups(self) -> Metric:
        gauge = GaugeMetricFamily("cityloop_rule_groups", "Groups that the rule remembers.", labels=["rule"])
        sizes: dict[str, int] = {}
        for partition in self._fold.engines():
            for rule, bearer in partition.bearers.items():
                sizes[rule] = sizes.get(rule, 0) + len(bearer.groups)
        for rule, size in sorted(sizes.items()):
            gauge.add_metric([rule], size)
        return gauge

    def _held(self) -> Metric:
        gauge = GaugeMetricFamily("cityloop_rule_held", "Groups whose silence is not judged, since nobody could see.", labels=["rule"])
        held = dict.fromkeys(self._fold.tally.rules, 0)
        for partition in self._fold.engines():
            for rule, bearer in partition.bearers.items():
                held[rule] = held.get(rule, 0) + len(bearer.held)
        for rule, number in sorted(held.items()):
            gauge.add_metric([rule], number)
        return gauge

    def _feeds(self) -> Iterator[Metric]:
        blind = GaugeMetricFamily("cityloop_feed_blind", "1 while the feed was not heard for longer than its heartbeat.", labels=["feed"])
        heard = GaugeMetricFamily("cityloop_feed_heard_seconds", "Up to when the feed was heard, in seconds since 1970.", labels=["feed"])
        found: dict[str, list[FeedSight]] = {}
        for partition in tuple(self._fold.partitions.values()):
            if partition.eyes is not None:
                for name, known in tuple(partition.eyes.sight.feeds.items()):
                    found.setdefault(name, []).append(known)
        for name, everywhere in sorted(found.items()):
            blind.add_metric([name], any(known.blind for known in everywhere))
            heard.add_metric([name], min(known.heard for known in everywhere) / SECOND)
        yield blind
        yield heard

    def _clocks(self) -> Iterator[Metric]:
        text = "The clock of the stream, in seconds since 1970."
        labels = ["topic", "partition"]
        gauge = GaugeMetricFamily("cityloop_stream_clock_seconds", text, labels=labels)
        age = GaugeMetricFamily(
            "cityloop_stream_clock_age_seconds", "How far the clock of the stream is behind that of this process.", labels=labels
        )
        now = self._clock()
        for (topic, number), partition in sorted(self._fold.partitions.items()):
            if partition.now > 0:
                gauge.add_metric([topic, str(number)], partition.now / SECOND)
                age.add_metric([topic, str(number)], (now - partition.now) / SECOND)
        yield gauge
        yield age
