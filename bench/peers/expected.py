"""What the engine says of the same observations, in the words in which peers are compared with it."""

from collections.abc import Iterable, Iterator

from bench.peers.pack import Alert
from rules.engine import Limits, Partition
from rules.model import Rule, RuleSet
from streams.alert import AlertEvent, Change
from streams.observation import Observation

_REMEMBERED = 64


def expected_alerts(ruleset: RuleSet, observations: Iterable[Observation]) -> Iterator[Alert]:
    """The alerts of the pure engine over one stream: that a live engine says the same on any partitioning is tested elsewhere."""
    rules = {rule.name: rule for rule in ruleset.rules}
    engine = Partition(ruleset, Limits(remembered=_REMEMBERED))
    for one in observations:
        for outcome in engine.observe(one, one.at):
            if isinstance(outcome, AlertEvent) and _compared(outcome, rules[outcome.rule]):
                yield Alert(outcome.rule, tuple(map(str, outcome.group.values())), str(outcome.event), outcome.at, outcome.starts_at)


def _compared(event: AlertEvent, rule: Rule) -> bool:
    """Updates are compared where the rule repeats; the engine's others (count, evidence) are no part of the rule."""
    if event.event is not Change.UPDATED:
        return True
    return rule.repeat is not None and event.at > event.fired_at and (event.at - event.fired_at) % rule.repeat == 0
