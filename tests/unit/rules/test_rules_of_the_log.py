"""Rules that the log has from before a bound: they hold on within it, and nothing of their state or their alerts is lost."""

import json
from typing import Any

import msgspec
import pytest
import zstandard
from prometheus_client import CollectorRegistry, generate_latest

from config.moment import SECOND
from config.problem import ProblemsError
from rules.fold import RULESET, RuleFold
from rules.life import changes, pack, unpack
from rules.life.fate import Fate
from rules.life.ledger import Entry
from rules.metrics import RuleMetrics
from rules.model import Given, RuleSet, Schedule, Source
from rules.parser import parse_rules, parse_sources
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Held, Output, Record
from streams.topics import ALERTS, MATCHES, OBSERVATIONS
from tests.fakes.rulekit import EPOCH, KINDS, rules_of, seconds, seen

OVER: dict[str, Any] = {"rule": "over", "kind": "level", "where": "value > 5"}
RULE_VERSION, SET_VERSION = "e8c8c29fb702", "3881a2521563"
"""Of :data:`OVER` with ``repeat: 250ms``, as the last version of the product that took it computed them."""
TOLD = (
    "street.yaml:1:40: the rule 'over' of the log repeats its alerts more often than once a second, and is run with repeat: 1s. "
    "Write repeat: 1s or longer in its file, and switch to it: cityloop rules apply."
)

CAUGHT_UP_WITH = (
    "catches up with dates of less than a minute ago only, and is run with catch_up: 1m. "
    "Write catch_up: 1m or longer in its file, and switch to it: cityloop rules apply."
)


def old(**fields: Any) -> RuleSet:
    """The rule as the log has it from before the bound."""
    return parse_sources([Source("street.yaml", written(**fields))], KINDS, Given())


def written(**fields: Any) -> str:
    return json.dumps({"groups": [{"name": "test", "rules": [OVER | {"repeat": "250ms"} | fields]}]})


def record(topic: str = OBSERVATIONS, **fields: Any) -> Record:
    envelope = Envelope(**{"sent_at": EPOCH + SECOND, "writer": "w", **fields})
    return Record(topic, 0, 7, EPOCH, None, encode_envelope(envelope), ENVELOPE_HEADERS)


def step(state: Held, **fields: Any) -> list[AlertEvent]:
    """What a record of observations makes a state say."""
    outputs: list[Output] = list(state.step(record(**fields)))
    assert {output.topic for output in outputs} <= {ALERTS}
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs]


def test_a_rule_of_the_log_is_run_within_the_bound() -> None:
    """It repeats once a second, what is done otherwise is told with its place, and a rule within the bound stays as it is."""
    ruleset = old()
    assert ruleset.rules[0].repeat == SECOND
    assert [str(problem) for problem in ruleset.bounded] == [TOLD]
    for length in ("1s", "5m"):
        kept = old(repeat=length)
        assert (kept.rules, kept.bounded) == (parse_rules(written(repeat=length), KINDS, "street.yaml").rules, ())


def test_versions_are_those_of_the_text() -> None:
    """Of the rule and of the set: what the log calls them is what a checkpoint, an alert and the ledger call them."""
    ruleset = old()
    assert (ruleset.rules[0].version, ruleset.version) == (RULE_VERSION, SET_VERSION)
    again, _ = unpack(pack(ruleset))
    assert (again, pack(again)) == (ruleset, pack(ruleset))
    assert pack(ruleset) == pack(again, {})
    assert b"250ms" in zstandard.decompress(pack(again), max_output_size=1_000_000)


def test_in_shadow_too() -> None:
    """A candidate that the log carries holds on in the same way."""
    ruleset = old(shadow=True)
    assert (ruleset.rules, ruleset.shadow[0].repeat, len(ruleset.bounded)) == ((), SECOND, 1)


@pytest.mark.parametrize("length", ["250ms", "999ms"])
def test_a_rule_file_is_refused_as_ever(length: str) -> None:
    """Who writes a rule anew is told to mend it."""
    with pytest.raises(ProblemsError, match="repeat: it is shorter than 1s"):
        parse_rules(written(repeat=length), KINDS)


def test_what_never_was_taken_is_refused_in_the_log_as_well() -> None:
    """A repetition after nothing was no rule in any version, and neither is a word."""
    for length in ("0s", "soon"):
        with pytest.raises(ProblemsError, match="repeat: "):
            old(repeat=length)


@pytest.mark.parametrize("topic", [OBSERVATIONS, MATCHES])
def test_a_switch_record_from_before_is_taken(topic: str) -> None:
    """It is no dead letter: its rules hold under the version that the record names, on either side."""
    fold = RuleFold(rules_of({"rule": "first"}))
    state = fold.restore(topic, 0, {})
    assert state.step(record(topic, ruleset=SET_VERSION, rules=pack(old()))) == []
    assert (fold.versions(), fold.tally.switches, fold.tally.refused) == ({(topic, 0): SET_VERSION}, 1, 0)
    assert dict(state.full())[RULESET] == pack(old())


def test_a_checkpoint_from_before_goes_on() -> None:
    """An alert that fires when the new version takes over goes on with its id, says so once a second, and resolves."""
    begun = RuleFold(old()).restore(OBSERVATIONS, 0, {})
    (firing,) = step(begun, observations=(seen(0, 9),))
    fold = RuleFold(rules_of({"rule": "of-the-folder"}))
    state = fold.restore(OBSERVATIONS, 0, begun.full())
    assert (fold.versions(), fold.tally.refused) == ({(OBSERVATIONS, 0): SET_VERSION}, 0)
    said = [*step(state, tick=EPOCH + 3 * SECOND), *step(state, observations=(seen(3, 1),)), *step(state, tick=EPOCH + 9 * SECOND)]
    assert [(event.event.value, seconds(event.at), event.id) for event in said] == [
        ("updated", 1, firing.id),
        ("updated", 2, firing.id),
        ("resolved", 3, firing.id),
    ]
    assert {event.rule_version for event in said} == {RULE_VERSION}


def test_the_beat_of_an_alert_that_fires_goes_on_from_where_it_was() -> None:
    """A repetition that was due at a quarter of a second comes then, and the next ones a second apart."""
    early = msgspec.structs.replace(old(), rules=tuple(msgspec.structs.replace(rule, repeat=SECOND // 4) for rule in old().rules))
    begun = RuleFold(early).restore(OBSERVATIONS, 0, {})
    step(begun, observations=(seen(0, 9),))
    state = RuleFold(rules_of()).restore(OBSERVATIONS, 0, begun.full())
    assert [seconds(event.at) for event in step(state, tick=EPOCH + 3 * SECOND)] == [0.25, 1.25, 2.25]


def test_a_partition_that_was_never_checkpointed_begins_with_them() -> None:
    """The ledger's entry from before the bound holds where the records of its time are."""
    first, then = old(), rules_of(OVER)
    ledger = [Entry(version=one.version, at=EPOCH + at, writer="w", rules=pack(one)) for at, one in ((0, first), (60, then))]
    fold = RuleFold(then, ledger=ledger)
    state = fold.restore(OBSERVATIONS, 0, {}, EPOCH + 30)
    assert state.full()[RULESET] == pack(first)
    assert (fold.versions(), fold.tally.refused) == ({(OBSERVATIONS, 0): SET_VERSION}, 0)


def test_what_is_bounded_is_measured_once() -> None:
    """However many partitions have the rule; a switch to a mended file ends it, and is no change to the rule's state."""
    fold = RuleFold(old())
    states = [fold.restore(OBSERVATIONS, 0, {}), fold.restore(MATCHES, 0, {})]
    registry = CollectorRegistry()
    registry.register(RuleMetrics(fold))
    assert "cityloop_rules_bounded 1.0" in generate_latest(registry).decode()
    mended = parse_rules(written(repeat="1s"), KINDS, "street.yaml")
    for topic, state in zip((OBSERVATIONS, MATCHES), states, strict=True):
        state.step(record(topic, ruleset=mended.version, rules=pack(mended)))
    assert "cityloop_rules_bounded 0.0" in generate_latest(registry).decode()
    (change,) = changes(old().rules, mended.rules, KINDS, KINDS)
    assert change.fate is Fate.UNCHANGED


@pytest.mark.parametrize(("catch_up", "run_with"), [("0s", 60), ("59s", 60), ("1m", 60), ("2m", 120)])
def test_a_schedule_of_the_log_catches_up_with_a_minute(catch_up: str, run_with: int) -> None:
    """One that could tell no date is run with the shortest ``catch_up`` that a file may have, and told; its version is that of its text."""
    schedule = {"table": "t.csv", "at": "due", "key": "id", "catch_up": catch_up}
    rule = {"rule": "due", "schedule": schedule, "repeat": "500ms", "keep_firing_for": "9s"}
    text = json.dumps({"groups": [{"name": "test", "rules": [rule]}]})
    ruleset = parse_sources([Source("street.yaml", text)], KINDS, Given(tables={"t.csv": "id,due\na,2026-03-10\n"}))
    condition = ruleset.rules[0].condition
    assert isinstance(condition, Schedule)
    assert (condition.catch_up, ruleset.rules[0].repeat) == (run_with * SECOND, SECOND)
    told = [str(problem).removeprefix("street.yaml:1:40: the rule 'due' of the log ") for problem in ruleset.bounded]
    assert told[0].startswith("repeats its alerts")
    assert told[1:] == ([CAUGHT_UP_WITH] if catch_up in {"0s", "59s"} else [])
