"""Whoever misses the ticks: when, what it says, how often, and what readiness and metrics tell of it."""

import weakref

from prometheus_client import CollectorRegistry, generate_latest

from config.moment import SECOND
from rules.fold import RuleFold
from rules.metrics import RuleMetrics
from rules.sight import FeedSight
from rules.watch import AGAIN_SECONDS, TickWatch, blindness
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, FeedState
from streams.fold import Held, Record
from streams.observation import Observation
from streams.topics import OBSERVATIONS
from tests.fakes.rulekit import EPOCH, rules_of, seen
from tests.fakes.sightkit import CAMERA, ELDER, instant, table

PATIENCE = 15 * SECOND
ABSENT = {"rule": "inactive", "kind": "motion", "where": "value == true", "absent": "20s"}


def test_ticks_that_come_are_not_missed() -> None:
    """Whatever the wall clock says, and however late the engine is: what counts is that new ticks come."""
    watch = TickWatch()
    for second in range(100):
        assert watch.look(FeedSight(EPOCH + second * SECOND), PATIENCE, 1000.0 + second * 10) is None
    assert TickWatch().look(None, PATIENCE, 5.0) is None


def test_missing_ticks_are_told_with_the_time_that_was_waited() -> None:
    """The present is the last tick and the wait, so that no two clocks need agree."""
    watch = TickWatch()
    assert watch.look(FeedSight(EPOCH), PATIENCE, 100.0) is None
    assert watch.look(FeedSight(EPOCH), PATIENCE, 115.0) is None
    assert watch.look(FeedSight(EPOCH), PATIENCE, 115.5) == EPOCH + 15_500_000


def test_it_is_told_until_it_is_known() -> None:
    """A record takes its time to come back; when the log has it, nothing more is said. A new tick begins anew."""
    watch = TickWatch()
    watch.look(FeedSight(EPOCH), PATIENCE, 100.0)
    assert watch.look(FeedSight(EPOCH), PATIENCE, 116.0) is not None
    assert watch.look(FeedSight(EPOCH), PATIENCE, 116.0 + AGAIN_SECONDS / 2) is None
    assert watch.look(FeedSight(EPOCH), PATIENCE, 116.0 + AGAIN_SECONDS) == EPOCH + 21 * SECOND
    assert watch.look(FeedSight(EPOCH, blind_at=EPOCH + PATIENCE), PATIENCE, 200.0) is None
    assert watch.look(FeedSight(EPOCH + SECOND), PATIENCE, 201.0) is None
    assert watch.look(FeedSight(EPOCH + SECOND), PATIENCE, 217.0) == EPOCH + 17 * SECOND


def test_an_engine_that_starts_in_an_outage_waits_first() -> None:
    """What it remembers of ticks is old, and ticks may come at any moment: it waits like anybody else."""
    watch = TickWatch()
    assert watch.look(FeedSight(EPOCH - 3600 * SECOND), PATIENCE, 0.0) is None
    assert watch.look(FeedSight(EPOCH - 3600 * SECOND), PATIENCE, 16.0) == EPOCH - 3584 * SECOND


def blind_fold() -> tuple[RuleFold, Held]:
    """Nothing came from the gateway since second 12, a camera showed that it is 70 now, and the absence of one elder is held."""
    fold = RuleFold(rules_of(ABSENT), feeds=table())
    held = fold.restore(OBSERVATIONS, 0, {})
    write(held, Envelope(sent_at=instant(0), writer="g", tick=instant(0)))
    write(held, of(seen(10, True, kind="motion", source=ELDER)))
    write(held, Envelope(sent_at=instant(12), writer="g", tick=instant(12), feeds=(FeedState("mqtt", instant(11)),)))
    write(held, of(seen(70, True, kind="motion", source=CAMERA)))
    write(held, Envelope(sent_at=instant(70), writer="watch", feeds=(FeedState("gateway", instant(12)),)))
    return fold, held


def of(one: Observation) -> Envelope:
    return Envelope(sent_at=one.at, writer="g", observations=(one,))


def write(held: Held, envelope: Envelope) -> None:
    held.step(Record(OBSERVATIONS, 0, 0, envelope.sent_at, None, encode_envelope(envelope), ENVELOPE_HEADERS))


def test_readiness_says_that_nobody_sees() -> None:
    """An engine without ticks is not ready, and says since when and how much is held for it."""
    assert blindness(RuleFold(rules_of(ABSENT), feeds=table())) is None
    assert blindness(RuleFold(rules_of(ABSENT))) is None
    fold, _state = blind_fold()
    assert blindness(fold) == "No tick has come since 2026-03-02T04:00:12Z: is the gateway up? Absence alerts are held, 1 so far."


def test_metrics_tell_what_is_held_and_who_is_blind() -> None:
    """By rule and by feed; and how far the clock of each partition is behind."""
    registry, (fold, _state) = CollectorRegistry(), blind_fold()
    registry.register(RuleMetrics(fold, clock=lambda: instant(75)))
    told = generate_latest(registry).decode()
    assert 'cityloop_rule_held{rule="inactive"} 1.0' in told
    assert 'cityloop_feed_blind{feed="gateway"} 1.0' in told
    assert 'cityloop_feed_blind{feed="mqtt"} 0.0' in told
    assert f'cityloop_feed_heard_seconds{{feed="gateway"}} {instant(12) / SECOND}' in told.replace(
        "1.772424012e+09", str(instant(12) / SECOND)
    )
    assert f'cityloop_stream_clock_age_seconds{{partition="0",topic="{OBSERVATIONS}"}} 5.0' in told


def test_metrics_forget_what_moved_to_another_process() -> None:
    """Once its state was dropped, or the group has given it to another, a partition is told there, and must not be told here too."""
    registry, (fold, state) = CollectorRegistry(), blind_fold()
    registry.register(RuleMetrics(fold, clock=lambda: instant(75)))
    families = ("cityloop_rule_groups{", "cityloop_stream_clock_age_seconds{", "cityloop_feed_blind{", "cityloop_rules_in_force{")

    def told() -> list[str]:
        text = generate_latest(registry).decode()
        return [family for family in families if family in text]

    assert told() == list(families)
    fold.holds = lambda address: address != (OBSERVATIONS, 0)
    assert told() == []
    assert blindness(fold) is None
    fold.holds = lambda _: True
    assert told() == list(families)
    reference = weakref.ref(state)
    del state
    assert reference() is None
    assert told() == []
    assert 'cityloop_rule_evaluated_total{rule="inactive"} 2.0' in generate_latest(registry).decode()
