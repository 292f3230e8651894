"""The engine as a fold of the log: records in, alerts and dead letters out, state in sections."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from config.moment import SECOND
from rules.engine import Failed, Note, Noted, Outcome, Partition
from rules.engine.migration import SCHEMA
from rules.engine.shelves import SHELF
from rules.fold import HeldRules, RuleFold
from rules.metrics import RuleMetrics
from streams.alert import AlertEvent, Change
from streams.codec import ENVELOPE_HEADERS, encode_envelope, encode_json
from streams.envelope import Envelope, FeedState
from streams.fold import Fold, Held, Output, Record
from streams.observation import Observation
from streams.rejected import Reason, decode_rejected
from streams.topics import ALERTS, OBSERVATIONS, REJECTED
from tests.fakes.rulekit import EPOCH, rules_of, seen

RULE: dict[str, Any] = {"rule": "over", "where": "value > 5", "for": "10s"}


def record(*observations: Observation, offset: int = 0, **fields: Any) -> Record:
    """A record of an envelope that was sent a second after the epoch of the tests."""
    envelope = Envelope(**{"sent_at": EPOCH + SECOND, "writer": "gateway-1", "observations": observations, **fields})
    return Record(OBSERVATIONS, 3, offset, EPOCH, b"key", encode_envelope(envelope), ENVELOPE_HEADERS)


def tick(at: float) -> Record:
    """A tick of the gateway."""
    return record(tick=EPOCH + round(at * SECOND), sent_at=EPOCH + round(at * SECOND))


def held(*rules: dict[str, Any]) -> Held:
    """An empty state for some rules."""
    fold: Fold = RuleFold(rules_of(*rules or (RULE,)))
    return fold.restore(OBSERVATIONS, 3, {})


def events(outputs: Any) -> list[AlertEvent]:
    """The alerts among outputs."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def test_records_become_alerts() -> None:
    """Observations and ticks of the log give alert records keyed by alert, noticed at the clock of the log."""
    state = held()
    assert state.step(record(seen(0, 9), seen(4, 9))) == []
    (output,) = state.step(tick(11))
    (event,) = events([output])
    assert (event.event, event.at, event.count) == (Change.FIRING, EPOCH + 10 * SECOND, 2)
    assert event.detected_at == EPOCH + 11 * SECOND
    assert (output.key, output.headers) == (event.id.encode(), {"content-type": b"application/json"})


def test_a_single_observation_is_a_record_too() -> None:
    """What a third party writes as JSON counts as an envelope of one."""
    encoded = encode_json(seen(0, 9, received_at=EPOCH))
    state = held(RULE | {"for": "0s"})
    assert len(events(state.step(Record(OBSERVATIONS, 3, 0, EPOCH, None, encoded.value, encoded.headers)))) == 1


def test_what_cannot_be_read_is_a_dead_letter() -> None:
    """Bytes that are no envelope, and kinds that no table has, go out with the reason and their origin."""
    state = held()
    letters = [
        decode_rejected(output.value)
        for raw, headers in ((b"\xff", ENVELOPE_HEADERS), (b'{"kind": "levle"}', {"content-type": b"application/json"}))
        for output in state.step(Record(OBSERVATIONS, 3, 41, EPOCH, b"k", raw, headers))
        if output.topic == REJECTED
    ]
    assert [(letter.raw, letter.reason, letter.origin) for letter in letters] == [
        (b"\xff", Reason.UNDECODABLE, "kafka:cityloop.observations/3/41"),
        (b'{"kind": "levle"}', Reason.UNDECODABLE, "kafka:cityloop.observations/3/41"),
    ]
    assert any("Did you mean 'level'?" in problem.fix for problem in letters[1].problems)


def test_the_future_is_a_dead_letter_and_the_rest_counts() -> None:
    """Of an envelope only the observation from the future is set aside; the envelope's clock stands in where it has no receipt."""
    state = held(RULE | {"for": "0s"})
    outputs = state.step(record(seen(0, 9), seen(302, 9, source="sensor/2"), seen(301, 9, source="sensor/3")))
    assert [event.source for event in events(outputs)] == ["sensor/1", "sensor/3"]
    (letter,) = [decode_rejected(output.value) for output in outputs if output.topic == REJECTED]
    assert (letter.reason, letter.observation) == (Reason.AHEAD, "302-9")
    assert "5m1s after it was received" in letter.problems[0].what


def driven_by(engine: Partition) -> HeldRules:
    """A partition's state around another engine than the fold would make."""
    ruleset = rules_of(RULE)
    fold = RuleFold(ruleset)
    held = fold.restore(OBSERVATIONS, 3, {})
    assert isinstance(held, HeldRules)
    held.live.engine = engine
    return held


class Crashing(Partition):
    """An engine in which a rule cannot stand the observation."""

    def observe_many(self, observations: Sequence[Observation], noticed: int, received: int | None) -> list[Outcome]:
        """Say so of each."""
        del noticed, received
        error = "ZeroDivisionError: float division by zero"
        return [Noted(Note.CRASHED, observation, error, "over", {"source": "sensor/1"}) for observation in observations]


def test_what_crashes_a_rule_is_a_dead_letter() -> None:
    """The observation is parked with the rule and the error; the stream goes on."""
    ruleset = rules_of(RULE)
    outputs = list(driven_by(Crashing(ruleset)).step(record(seen(0, 9), seen(1, 9))))
    letters = [decode_rejected(output.value) for output in outputs]
    assert [(letter.reason, letter.observation) for letter in letters] == [(Reason.CRASHED, "0-9"), (Reason.CRASHED, "1-9")]
    assert letters[0].problems[0].file == "rule over"


class Failing(Partition):
    """An engine in which a rule cannot stand a timer."""

    def tick(self, at: int, noticed: int, feeds: Sequence[FeedState] = ()) -> list[Outcome]:
        """Say so."""
        del noticed, feeds
        return [Failed(at, "RuntimeError: no", "over", {"source": "sensor/1"})]


def test_a_timer_that_fails_is_a_dead_letter() -> None:
    """The record whose time made the timer due is kept with rule, group, instant and error; the stream goes on."""
    ruleset = rules_of(RULE)
    (output,) = driven_by(Failing(ruleset)).step(tick(60))
    letter = decode_rejected(output.value)
    assert (letter.reason, letter.observation, letter.problems[0].file) == (Reason.CRASHED, None, "rule over")
    assert letter.problems[0].what == 'the timer of group {"source":"sensor/1"} at 2026-03-02T04:01:00Z failed: RuntimeError: no.'


def test_truth_values_and_numbers_are_groups_of_their_own() -> None:
    """True and 1 are two groups and 1 and 1.0 are one, before a checkpoint and after it; alerts show them as they are."""
    rule = RULE | {"by": ["source", "attributes.n"], "for": "0s"}
    first = held(rule)
    values = (True, 1, 1.0, False, 0)
    told = events(first.step(record(*[seen(number, 9, attributes={"n": value}) for number, value in enumerate(values)])))
    assert [repr(event.group["attributes.n"]) for event in told if event.event is Change.FIRING] == ["True", "1", "False", "0"]
    again = RuleFold(rules_of(rule)).restore(OBSERVATIONS, 3, first.full())
    assert again.step(record(*[seen(10 + number, 9, attributes={"n": value}) for number, value in enumerate((True, False, 0.0))])) != []
    again.step(record(*[seen(20, 1, attributes={"n": value}, id=repr(value)) for value in values]))
    ended = events(again.step(tick(60)))
    assert [repr(event.group["attributes.n"]) for event in ended] == ["0", "1", "False", "True"]


def test_late_and_double_observations_are_counted_and_nothing_else() -> None:
    """They stay in the log, so no record is written for them."""
    fold = RuleFold(rules_of(RULE))
    state = fold.restore(OBSERVATIONS, 0, {})
    assert state.step(record(seen(5, 1), seen(5, 1), seen(0, 9))) == []
    counts = fold.tally.rules["over"]
    assert (counts.evaluated, counts.duplicate, counts.late) == (3, 1, 1)


def test_equal_records_give_equal_outputs() -> None:
    """A replay of the log repeats every output to the byte."""

    def outputs() -> list[Output]:
        state = held()
        return [output for made in (record(seen(0, 9)), tick(11), record(seen(12, 1)), tick(13)) for output in state.step(made)]

    assert outputs() == outputs()
    assert len(outputs()) == 2


def test_state_is_restored_from_a_full_checkpoint_and_deltas() -> None:
    """A pending alert survives a restart between its match and its firing; the delta holds its bucket only."""
    fold = RuleFold(rules_of(RULE))
    first = fold.restore(OBSERVATIONS, 3, {})
    first.step(record(*[seen(0, 1, source=f"sensor/{number}") for number in range(40)]))
    sections: dict[str, bytes | None] = dict(first.full())
    assert {name for name in sections if name.startswith("group/")} == {f"group/over/{number}" for number in range(40 // SHELF)}
    first.step(record(seen(1, 9, source="sensor/20")))
    delta = first.delta()
    assert {name for name in delta if name.startswith("group/")} == {f"group/over/{20 // SHELF}"}
    whole = {name: raw for name, raw in {**sections, **delta}.items() if raw is not None}
    (event,) = events(fold.restore(OBSERVATIONS, 3, whole).step(tick(12)))
    assert (event.event, event.source) == (Change.FIRING, "sensor/20")


def test_groups_of_several_fields_and_waiting_observations_are_restored() -> None:
    """Tuple keys, form memories and observations that wait for their lateness come back as they were."""
    rules = ({"rule": "c", "by": ["source", "zone"], "count": 2, "within": "60s", "lateness": "5s"}, RULE)
    first = held(*rules)
    first.step(record(seen(0, 9, zone="z1"), seen(9, 9, zone="z1")))
    again = RuleFold(rules_of(*rules)).restore(OBSERVATIONS, 3, first.full())
    for state in (first, again):
        (event,) = [event for event in events(state.step(tick(14))) if event.rule == "c"]
        assert (event.group, event.count) == ({"source": "sensor/1", "zone": "z1"}, 2)


def test_a_checkpoint_brings_its_own_rules() -> None:
    """Whatever rules a process began with, those of the checkpoint hold, since only a switch in the log changes them."""
    first = held(RULE)
    first.step(record(seen(0, 9)))
    other = RuleFold(rules_of(RULE | {"rule": "new"})).restore(OBSERVATIONS, 3, first.full())
    assert [event.rule for event in events(other.step(tick(60)))] == ["over"]


def test_a_checkpoint_without_rules_goes_on_under_those_of_the_process() -> None:
    """State of an earlier version of the product names no rules: a rule that is gone is left behind, a new one begins with nothing."""
    first = held(RULE)
    first.step(record(seen(0, 9)))
    earlier = {name: raw for name, raw in first.full().items() if name != "ruleset"}
    assert RuleFold(rules_of(RULE | {"rule": "new"})).restore(OBSERVATIONS, 3, earlier).step(tick(60)) == []
    assert [event.rule for event in events(RuleFold(rules_of(RULE)).restore(OBSERVATIONS, 3, earlier).step(tick(60)))] == ["over"]


def test_an_unknown_schema_is_refused() -> None:
    """State of another version of the product is not guessed at."""
    foreign = {"clock": msgspec.msgpack.encode((SCHEMA + 1, 0))}
    with pytest.raises(ValueError, match=f"has schema {SCHEMA + 1}, of a newer version of cityloop; this one reads schema {SCHEMA}"):
        RuleFold(rules_of(RULE)).restore(OBSERVATIONS, 0, foreign)


def test_metrics_are_the_numbers_of_the_engine() -> None:
    """Counters by rule, groups and the clock of the stream are there for Prometheus."""
    fold = RuleFold(rules_of(RULE | {"for": "0s"}))
    fold.restore(OBSERVATIONS, 7, {})
    state = fold.restore(OBSERVATIONS, 3, {})
    state.step(record(seen(0, 9), seen(1, 1), seen(1, "x"), seen(1, 9, attributes={"test": True})))
    registry = CollectorRegistry()
    registry.register(RuleMetrics(fold))
    told = generate_latest(registry).decode()
    for line in (
        "cityloop_engine_observations_total 4.0",
        "cityloop_engine_tests_total 1.0",
        'cityloop_rule_evaluated_total{rule="over"} 3.0',
        'cityloop_rule_fired_total{rule="over"} 1.0',
        'cityloop_rule_undecided_total{rule="over"} 1.0',
        'cityloop_rule_groups{rule="over"} 1.0',
        'cityloop_stream_clock_seconds{partition="3",topic="cityloop.observations"} 1.772424001e+09',
    ):
        assert line in told
    assert 'cityloop_stream_clock_seconds{partition="7"' not in told
