"""What rules take, measured on one envelope of many with a stopwatch that the shell puts in."""

from itertools import count

from prometheus_client import CollectorRegistry

from config.moment import SECOND
from rules.engine import Partition, Tally
from rules.engine.sampling import EVERY
from rules.fold import RuleFold
from rules.metrics import RuleMetrics
from tests.fakes.rulekit import EPOCH, rules_of, seen

OVER = {"rule": "over", "where": "value > 5"}


def test_without_a_stopwatch_nothing_is_timed() -> None:
    """The counters stay at nothing."""
    tally = Tally()
    engine = Partition(rules_of(OVER), tally=tally)
    for second in range(EVERY + 1):
        engine.observe(seen(second, 1), 0)
    assert tally.rules["over"].seconds == 0


def test_one_envelope_of_many_is_timed_and_counts_for_all() -> None:
    """Each observation of the timed envelope takes a second by this stopwatch; it stands for those of the others."""
    ticks = count()
    tally = Tally(stopwatch=lambda: float(next(ticks)))
    engine = Partition(rules_of(OVER, OVER | {"rule": "other", "kind": "other"}), tally=tally)
    for second in range(EVERY - 1):
        engine.observe(seen(second, 1), 0)
    assert next(ticks) == 0
    engine.observe_many([seen(1_000, 1), seen(1_001, 9)], 0, None)
    assert tally.rules["over"].seconds == 2 * EVERY
    assert tally.rules["other"].seconds == 0


def test_a_stopwatch_changes_nothing_that_is_said() -> None:
    """Alerts are the same with it and without."""
    plain, timed = Partition(rules_of(OVER)), Partition(rules_of(OVER), tally=Tally(stopwatch=lambda: 0.0))
    history = [seen(second, second % 7) for second in range(3 * EVERY)]
    assert [plain.observe(one, 0) for one in history] == [timed.observe(one, 0) for one in history]


def test_metrics_tell_matches_and_the_last_alert() -> None:
    """Matches are counted, and the last firing is told by event time."""
    fold = RuleFold(rules_of(OVER))
    registry = CollectorRegistry()
    registry.register(RuleMetrics(fold))
    assert registry.get_sample_value("cityloop_rule_fired_timestamp_seconds", {"rule": "over"}) is None
    engine = Partition(rules_of(OVER), tally=fold.tally)
    for one in (seen(0, 1), seen(5, 9), seen(6, 9)):
        engine.observe(one, 0)
    assert registry.get_sample_value("cityloop_rule_matched_total", {"rule": "over"}) == 2
    assert registry.get_sample_value("cityloop_rule_fired_timestamp_seconds", {"rule": "over"}) == EPOCH / SECOND + 5
    assert registry.get_sample_value("cityloop_rule_seconds_total", {"rule": "over"}) == 0
