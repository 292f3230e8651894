"""Which rules hold where, and what those in shadow do, as Prometheus metrics, read when somebody asks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from rules.fold import RuleFold

_SHADOW = {
    "evaluated": "Observations that the rule in shadow looked at.",
    "fired": "Alerts that the rule in shadow would have raised.",
    "resolved": "Alerts of the rule in shadow that would have resolved.",
    "undecided": "Observations that the rule in shadow could not judge.",
    "crashed": "Observations and timers that the rule in shadow could not stand.",
}


def life_metrics(fold: RuleFold) -> Iterator[Metric]:
    """The present numbers. Rules in shadow have families of their own: a sum over rules counts no alert that nobody raised."""
    yield CounterMetricFamily("cityloop_rules_switches", "Switches to other rules, one a partition.", value=fold.tally.switches)
    text = "Rule sets of the log or of a checkpoint that could not be read, so that others held."
    yield CounterMetricFamily("cityloop_rules_refused", text, value=fold.tally.refused)
    text = "Rules in force that the log has from before a bound, and that are run within it."
    yield GaugeMetricFamily("cityloop_rules_bounded", text, value=len(fold.bounded()))
    gauge = GaugeMetricFamily("cityloop_rules_in_force", "The version of the rules that hold.", labels=["topic", "partition", "version"])
    for (topic, partition), version in sorted(fold.versions().items()):
        gauge.add_metric([topic, str(partition), version], 1)
    yield gauge
    for field, told in _SHADOW.items():
        counter = CounterMetricFamily(f"cityloop_shadow_rule_{field}", told, labels=["rule"])
        for rule, counts in sorted(fold.shadow_tally.rules.items()):
            counter.add_metric([rule], getattr(counts, field))
        yield counter
