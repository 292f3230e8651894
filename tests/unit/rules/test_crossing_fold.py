"""The downstream fold: whose clocks it waits for, what it refuses, what it keeps, and what is told about it."""

from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from config.moment import SECOND
from rules.fold import RULESET, HeldMatches, RuleFold
from rules.metrics import RuleMetrics
from streams.alert import AlertEvent, Change
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, Origin
from streams.fold import Output, Record
from streams.observation import Observation, Position
from streams.rejected import Reason, Rejected, decode_rejected
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, REJECTED, URGENT
from tests.fakes.rulekit import EPOCH, rules_of, seen

ALL: dict[str, Any] = {"rule": "all", "where": "value > 5", "by": []}
FIRE: dict[str, Any] = {
    "rule": "fire",
    "kind": "smoke",
    "where": "value == true",
    "by": [],
    "count": 2,
    "distinct": "source",
    "within": "9s",
}
CLUSTER: dict[str, Any] = {"rule": "nearby", "where": "value > 5", "cluster": {"sources": 3, "radius": 50}, "within": "60s"}
HERE = Position(121.0, 31.0)


class Below:
    """A downstream fold of the partition of two in which all groups of these tests live, with its upstream partitions' numbers kept."""

    def __init__(self, *rules: dict[str, Any]) -> None:
        self.fold = RuleFold(rules_of(*rules), partitions=2)
        self.held = self.fold.restore(MATCHES, 0, {})
        self._numbers: dict[tuple[str, int], int] = {}

    def hears(
        self, partition: int, clock: float | None, *observations: Observation, rule: str = "all", topic: str = OBSERVATIONS
    ) -> list[Output]:
        """A record of an upstream partition: its clock in seconds, and observations for a rule."""
        number = self._numbers[topic, partition] = self._numbers.get((topic, partition), 0) + 1
        tick = None if clock is None else EPOCH + round(clock * SECOND)
        return self.takes(Origin(topic, partition, number), rule if observations else None, tick=tick, observations=observations)

    def takes(self, origin: Origin | None, rule: str | None, *, at: int = EPOCH, **fields: Any) -> list[Output]:
        """Any record."""
        value = encode_envelope(Envelope(**{"sent_at": EPOCH + 7 * SECOND, "writer": "engine", "origin": origin, **fields}))
        return list(self.held.step(Record(MATCHES, 0, 0, at, None if rule is None else rule.encode(), value, ENVELOPE_HEADERS)))


def events(outputs: list[Output]) -> list[AlertEvent]:
    """Alerts among outputs."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def letters(outputs: list[Output]) -> list[Rejected]:
    """Dead letters among outputs."""
    return [decode_rejected(output.value) for output in outputs if output.topic == REJECTED]


def test_an_observation_waits_until_every_clock_has_passed_it() -> None:
    """One partition's clock is not enough, nor is one that shows the very instant; a partition never heard of holds everything."""
    below = Below(ALL)
    assert below.hears(0, 5, seen(3, 9)) == []
    assert below.hears(0, 100) == []
    assert below.hears(1, 3) == []
    (output,) = below.hears(1, 3.000001)
    (event,) = events([output])
    assert (event.event, event.at, event.detected_at) == (Change.FIRING, EPOCH + 3 * SECOND, EPOCH + 7 * SECOND)
    assert (output.topic, output.partition) == (ALERTS, 0)


def test_the_order_of_time_counts_and_not_that_of_coming() -> None:
    """A sample of a slow partition comes before a later one of a fast partition, which came first."""
    below = Below(ALL)
    below.hears(0, 9, seen(5, 1, source="sensor/2"))
    (fired, resolved) = events(below.hears(1, 9, seen(4, 9)))
    assert (fired.at, resolved.at) == (EPOCH + 4 * SECOND, EPOCH + 5 * SECOND)


def test_timers_run_between_observations() -> None:
    """What ripens at an instant between two samples ripens between them, though all came at once."""
    below = Below(ALL | {"for": "3s"})
    below.hears(0, 20, seen(1, 9), seen(10, 1, source="sensor/2"))
    assert [(event.event.value, event.at - EPOCH) for event in events(below.hears(1, 20))] == [
        ("firing", 4 * SECOND),
        ("resolved", 10 * SECOND),
    ]


def test_life_safety_waits_for_nobody_elses_traffic() -> None:
    """A fire in two places fires by the clocks of the urgent topic, though the other topic was never heard of; and the other way round."""
    below = Below(ALL, FIRE)
    below.hears(0, 4, seen(1, True, kind="smoke", source="sensor/1"), rule="fire", topic=URGENT)
    below.hears(0, 50, seen(1, 9))
    (event,) = events(below.hears(1, 4, seen(2, True, kind="smoke", source="sensor/2", id="b"), rule="fire", topic=URGENT))
    assert (event.rule, event.life_safety, event.distinct_sources) == ("fire", True, 2)
    assert [event.rule for event in events(below.hears(1, 50))] == ["all"]


def test_a_rule_hears_what_came_over_the_wrong_topic() -> None:
    """Smoke that was written among everything else counts for its rule, by the clocks that the rule waits for."""
    below = Below(FIRE)
    below.hears(0, 4, seen(1, True, kind="smoke"), rule="fire", topic=URGENT)
    assert below.hears(0, 4, seen(2, True, kind="smoke", source="sensor/2", id="b"), rule="fire") == []
    assert [event.rule for event in events(below.hears(1, 4, topic=URGENT))] == ["fire"]


def test_the_same_source_many_times_is_one_source() -> None:
    """A cluster counts different sources: one that matches again and again, and over two partitions' records, is one."""
    below = Below(CLUSTER)
    for second in range(1, 20):
        below.hears(second % 2, second, seen(second, 9, position=HERE, source="sensor/1"), rule="nearby")
    below.hears(0, 21, seen(20, 9, position=HERE, source="sensor/2"), rule="nearby")
    assert below.hears(1, 21) == []
    assert below.fold.tally.rules["nearby"].evaluated == 20
    below.hears(0, 23, seen(22, 9, position=HERE, source="sensor/3"), rule="nearby")
    (event, over) = events(below.hears(1, 23))
    assert (event.distinct_sources, event.count, over.event) == (3, 21, Change.RESOLVED)


def test_an_observation_for_one_rule_is_not_seen_by_another() -> None:
    """Rules of one kind that meet in one partition get their own observations only: another group's may live elsewhere."""
    below = Below(ALL, ALL | {"rule": "other"})
    below.hears(0, 5, seen(3, 9), rule="other")
    assert [event.rule for event in events(below.hears(1, 5))] == ["other"]


def test_what_is_for_a_rule_that_is_gone_is_counted() -> None:
    """A record under a name that nobody has is passed over, and its clock is believed."""
    below = Below(ALL)
    below.hears(0, 5, seen(3, 9), seen(4, 9), rule="gone")
    assert [event.rule for event in events(below.hears(1, 5, seen(3, 9)))] == ["all"]
    assert below.fold.traffic.unknown == 2


def test_late_is_what_its_group_has_gone_beyond() -> None:
    """Behind its own partition's clock, an observation is applied when it comes; it is late when its group has applied a later one."""
    below = Below(ALL)
    below.hears(0, 9, seen(5, 9))
    below.hears(1, 9)
    assert below.hears(1, 9, seen(4, 1, source="sensor/2")) == []
    assert below.fold.tally.rules["all"].late == 1
    assert [event.event for event in events(below.hears(1, 9, seen(6, 1, source="sensor/2")))] == [Change.RESOLVED]


def test_a_lateness_is_waited_for() -> None:
    """Within the lateness of the rule nothing is late, however far the clocks are."""
    below = Below(ALL | {"lateness": "10s"})
    below.hears(0, 9, seen(5, 9))
    below.hears(1, 9)
    assert below.hears(1, 9, seen(4, 1, source="sensor/2")) == []
    assert below.hears(0, 15.5) == below.hears(1, 15) == []
    (event,) = events(below.hears(1, 15.5))
    assert (event.event, event.starts_at) == (Change.FIRING, EPOCH + 5 * SECOND)
    assert below.fold.tally.rules["all"].late == 0


def test_undecided_is_counted_once_and_where_it_is_judged() -> None:
    """What the upstream fold could not decide travels, and the rule's counters know it from one place only."""
    fold = RuleFold(rules_of(ALL | {"count": 2, "within": "9s"}))
    above, below = fold.restore(OBSERVATIONS, 0, {}), fold.restore(MATCHES, 0, {})
    odd = Envelope(sent_at=EPOCH, writer="g", observations=(seen(0, "x"), seen(0, 1), seen(0, 9)), tick=EPOCH + SECOND)
    (sent,) = above.step(Record(OBSERVATIONS, 0, 0, EPOCH, None, encode_envelope(odd), ENVELOPE_HEADERS))
    assert (fold.tally.rules["all"].undecided, fold.tally.rules["all"].evaluated) == (0, 1)
    below.step(Record(MATCHES, 0, 0, EPOCH, sent.key, sent.value, sent.headers))
    assert (fold.tally.rules["all"].undecided, fold.tally.rules["all"].evaluated) == (1, 3)
    assert fold.tally.observations == 3


@pytest.mark.parametrize(
    ("origin", "rule", "observations", "what"),
    [
        (None, "all", (seen(0, 9),), "the record does not say which partition it was sent on from."),
        (Origin(ALERTS, 0, 1), "all", (), "number 1 of cityloop.alerts/0, which nothing is sent on from"),
        (Origin(OBSERVATIONS, 2, 1), "all", (), "number 1 of cityloop.observations/2, which nothing is sent on from"),
        (Origin(OBSERVATIONS, -1, 1), "all", (), "number 1 of cityloop.observations/-1, which nothing is sent on from"),
        (Origin(OBSERVATIONS, 0, 0), "all", (), "number 0 of cityloop.observations/0, which nothing is sent on from"),
        (Origin(OBSERVATIONS, 0, 1), None, (seen(0, 9),), "the record does not say which rule its observations are for."),
    ],
)
def test_what_no_engine_sent_is_a_dead_letter(
    origin: Origin | None, rule: str | None, observations: tuple[Observation, ...], what: str
) -> None:
    """A record that somebody else wrote is kept with the reason, and nothing of it is believed."""
    below = Below(ALL)
    before = below.held.full()
    (letter,) = letters(below.takes(origin, rule, tick=EPOCH + 99 * SECOND, observations=observations))
    assert what in letter.problems[0].what
    assert letter.problems[0].fix.startswith("Only engines write to cityloop.matches")
    assert below.held.full() == before


def test_bytes_that_are_no_envelope_are_a_dead_letter() -> None:
    """As on every topic."""
    held = Below(ALL).held
    (letter,) = letters(list(held.step(Record(MATCHES, 0, 5, EPOCH, b"all", b"\xc1", ENVELOPE_HEADERS))))
    assert (letter.reason, letter.origin) == (Reason.UNDECODABLE, "kafka:cityloop.matches/0/5")


def test_records_that_never_come_are_told() -> None:
    """After ten minutes the rules go on without them, and a dead letter says which they were."""
    below = Below(ALL)
    below.takes(Origin(OBSERVATIONS, 0, 3), None, tick=EPOCH + SECOND)
    outputs = below.takes(Origin(OBSERVATIONS, 0, 4), None, tick=EPOCH + 2 * SECOND, at=EPOCH + 601 * SECOND)
    (letter,) = letters(outputs)
    assert letter.problems[0].what == (
        "records 1 to 2 of cityloop.observations/0 never came; rules over several sources went on without them."
    )
    assert below.fold.traffic.lost == 2


def test_a_checkpoint_holds_what_waits_and_who_was_heard() -> None:
    """Restored from a full checkpoint with a delta laid over it, the fold says what it would have said."""
    below = Below(ALL | {"for": "2s"}, FIRE)
    below.hears(0, 8, seen(3, 9))
    kept: dict[str, bytes | None] = dict(below.held.full())
    below.hears(1, 4, seen(2, True, kind="smoke"), rule="fire", topic=URGENT)
    below.takes(Origin(URGENT, 0, 2), None, tick=EPOCH + 30 * SECOND)
    kept |= below.held.delta()
    again = Below(ALL | {"for": "2s"}, FIRE)
    again.held = again.fold.restore(MATCHES, 0, {name: raw for name, raw in kept.items() if raw is not None})
    assert dict(again.held.full()) == dict(below.held.full())
    later = seen(4, True, kind="smoke", source="sensor/2")
    for one in (below, again):
        assert [event.at - EPOCH for event in events(one.takes(Origin(OBSERVATIONS, 1, 1), None, tick=EPOCH + 9 * SECOND))] == [5 * SECOND]
        one.takes(Origin(URGENT, 1, 2), "fire", tick=EPOCH + 9 * SECOND, observations=(later,))
        assert [event.rule for event in events(one.takes(Origin(URGENT, 0, 1), None, tick=EPOCH + SECOND))] == ["fire"]


def test_what_waited_for_a_rule_that_is_gone_is_left_behind() -> None:
    """A checkpoint that names no rules goes on under those of the process: what waits is for those that are there."""
    below = Below(ALL, ALL | {"rule": "other"})
    below.hears(0, 5, seen(3, 9), rule="other")
    below.hears(0, 5, seen(3, 9))
    fold = RuleFold(rules_of(ALL), partitions=2)
    held = fold.restore(MATCHES, 0, {name: raw for name, raw in below.held.full().items() if name != RULESET})
    assert fold.traffic.unknown == 1
    assert isinstance(held, HeldMatches)
    below.held = held
    assert [event.rule for event in events(below.hears(1, 6) + below.hears(0, 6))] == ["all"]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ([2, {}], "checkpoint of cityloop.matches has schema 2, and this version of cityloop reads 1"),
        ([1, {OBSERVATIONS: [[]] * 3}], "is of 3 partitions where there are 2: sources cannot change partition"),
    ],
)
def test_a_foreign_checkpoint_is_refused(section: list[Any], message: str) -> None:
    """State of another version, or of other partitions, is not guessed at."""
    with pytest.raises(ValueError, match=message):
        RuleFold(rules_of(ALL), partitions=2).restore(MATCHES, 0, {"arrivals": msgspec.msgpack.encode(section)})


def test_metrics_tell_what_travels_and_who_is_behind() -> None:
    """Records by what became of them, what waits, the clock that rules go by and how far its slowest partition is behind."""
    below = Below(ALL)
    below.hears(0, 30, seen(9, 9), seen(10, 9))
    below.hears(1, 5)
    below.takes(Origin(OBSERVATIONS, 1, 1), None, tick=EPOCH + 5 * SECOND)
    registry = CollectorRegistry()
    registry.register(RuleMetrics(below.fold))
    told = generate_latest(registry).decode()
    for line in (
        'cityloop_crossing_records_total{outcome="taken"} 2.0',
        'cityloop_crossing_records_total{outcome="repeated"} 1.0',
        'cityloop_crossing_records_total{outcome="lost"} 0.0',
        "cityloop_crossing_unknown_total 0.0",
        'cityloop_crossing_held{partition="0",topic="cityloop.observations"} 2.0',
        'cityloop_crossing_clock_spread_seconds{partition="0",topic="cityloop.observations"} 25.0',
        'cityloop_crossing_clock_seconds{partition="0",topic="cityloop.observations"} 1.772424005e+09',
    ):
        assert line in told
    assert 'cityloop_crossing_clock_seconds{partition="0",topic="cityloop.urgent"}' not in told
    below.hears(1, 31)
    assert 'cityloop_rule_groups{rule="all"} 1.0' in generate_latest(registry).decode()
