"""Switch records in the folds: refused ones, those that say nothing, rules over several sources, and what is measured."""

from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from config.moment import SECOND
from rules.fold import RULESET, RuleFold
from rules.life import pack
from rules.life.ledger import Entry
from rules.metrics import RuleMetrics
from rules.model import RuleSet, Source
from streams.alert import AlertEvent, Cause
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope, Origin
from streams.fold import Output, Record
from streams.rejected import Reason, decode_rejected
from streams.topics import ALERTS, MATCHES, OBSERVATIONS, REJECTED, SHADOW
from tests.fakes.rulekit import EPOCH, rules_of, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import TwoFolds

RULE: dict[str, Any] = {"rule": "over", "where": "value > 5"}


def record(topic: str = OBSERVATIONS, **fields: Any) -> Record:
    envelope = Envelope(**{"sent_at": EPOCH + SECOND, "writer": "w", **fields})
    return Record(topic, 0, 7, EPOCH, None, encode_envelope(envelope), ENVELOPE_HEADERS)


def switch_to(rules: RuleSet, topic: str = OBSERVATIONS) -> Record:
    return record(topic, ruleset=rules.version, rules=pack(rules))


def events(outputs: Any, topic: str = ALERTS) -> list[AlertEvent]:
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == topic]


@pytest.mark.parametrize("topic", [OBSERVATIONS, MATCHES])
@pytest.mark.parametrize(
    ("packed", "what"),
    [
        (b"", "the rule set is damaged: "),
        (b"text", "the rule set is damaged: "),
        (
            pack(msgspec.structs.replace(rules_of(RULE), sources=(Source("a.yaml", "groups: []\nrules: []"),))),
            "a rule file has no field 'rules'.",
        ),
    ],
    ids=["nothing", "text", "refused"],
)
def test_a_switch_that_cannot_be_made_is_a_dead_letter(topic: str, packed: bytes, what: str) -> None:
    """Kept with its reason, counted, and the old rules go on, on either side."""
    fold = RuleFold(rules_of(RULE))
    state = fold.restore(topic, 0, {})
    before = dict(state.full())
    (output,) = state.step(record(topic, ruleset="other", rules=packed))
    letter = decode_rejected(output.value)
    assert (output.topic, letter.reason, letter.origin) == (REJECTED, Reason.INVALID, f"kafka:{topic}/0/7")
    assert letter.problems[0].what.startswith(what)
    assert (fold.tally.refused, fold.tally.switches, dict(state.full())) == (1, 0, before)


def test_a_checkpoint_whose_rules_cannot_be_read_goes_on_under_those_of_the_process() -> None:
    """After a change of the product's version; it is counted, and what means the same is kept."""
    fold = RuleFold(rules_of(RULE))
    first = fold.restore(OBSERVATIONS, 0, {})
    first.step(record(observations=(seen(0, 9),)))
    sections = {**first.full(), RULESET: b"\xff"}
    again = RuleFold(rules_of(RULE | {"severity": "critical"}))
    state = again.restore(OBSERVATIONS, 0, sections)
    (event,) = events([*state.step(record(observations=(seen(5, 1),))), *state.step(record(tick=EPOCH + 9 * SECOND))])
    assert (event.event.value, event.severity.value, again.tally.refused) == ("resolved", "critical", 1)


@pytest.mark.parametrize(("since", "severity"), [(0, "critical"), (EPOCH + 4, "critical"), (EPOCH + 5, "major"), (EPOCH + 99, "warning")])
@pytest.mark.parametrize("topic", [OBSERVATIONS, MATCHES])
def test_a_partition_without_a_checkpoint_begins_with_the_rules_of_that_time(topic: str, since: int, severity: str) -> None:
    """A worker that died before its first checkpoint leaves records from before a switch: they are judged by the rules before it."""
    sets = {name: rules_of(RULE | {"severity": name}) for name in ("critical", "major", "warning")}
    ledger = [Entry(version=one.version, at=EPOCH + 5 * number, writer="w", rules=pack(one)) for number, one in enumerate(sets.values())]
    fold = RuleFold(rules_of({"rule": "of-the-folder"}), ledger=ledger)
    state = fold.restore(topic, 0, {}, since)
    assert state.full()[RULESET] == pack(sets[severity])
    assert fold.versions() == {(topic, 0): sets[severity].version}


def test_a_ledger_that_cannot_be_read_gives_way_to_the_rules_of_the_process() -> None:
    """It is counted; a state with sections has its own rules, whatever the ledger says."""
    mine = rules_of(RULE)
    fold = RuleFold(mine, ledger=[Entry(version="v", at=EPOCH, writer="w", rules=b"text")])
    state = fold.restore(OBSERVATIONS, 0, {}, EPOCH)
    assert (fold.versions(), fold.tally.refused) == ({(OBSERVATIONS, 0): mine.version}, 1)
    again = RuleFold(rules_of(RULE | {"severity": "critical"}), ledger=[Entry(version="v", at=EPOCH, writer="w", rules=pack(rules_of()))])
    state = again.restore(OBSERVATIONS, 0, state.full(), EPOCH)
    assert again.versions() == {(OBSERVATIONS, 0): mine.version}


def test_a_switch_is_written_with_the_next_delta_and_only_once() -> None:
    """The section of the rules changes with the switch; sections of rules that are gone are deleted."""
    fold = RuleFold(rules_of(RULE))
    state = fold.restore(OBSERVATIONS, 0, {})
    state.step(record(observations=(seen(0, 9),)))
    state.full()
    assert RULESET not in state.delta()
    (event,) = events(state.step(switch_to(rules_of({"rule": "new"}))))
    assert (event.cause, event.rule, fold.tally.switches) == (Cause.RULE_REMOVED, "over", 1)
    delta = state.delta()
    assert delta[RULESET] == pack(rules_of({"rule": "new"}))
    assert delta["group/over/0"] is None
    assert RULESET not in state.delta()
    assert state.step(switch_to(rules_of({"rule": "new"}))) == []


def test_shadow_begins_and_ends_with_a_switch() -> None:
    """A rule in shadow begins with nothing at the switch, speaks on its own topic, and leaves no section behind when it ends."""
    fold = RuleFold(rules_of(RULE))
    state = fold.restore(OBSERVATIONS, 0, {})
    state.step(record(observations=(seen(0, 9),)))
    both = rules_of(RULE, RULE | {"shadow": True, "for": "5s"})
    assert state.step(switch_to(both)) == []
    state.full()
    assert events(state.step(record(observations=(seen(2, 9),))), SHADOW) == []
    (event,) = events(state.step(record(tick=EPOCH + 9 * SECOND)), SHADOW)
    assert (event.rule, event.starts_at, event.fired_at) == ("over", EPOCH + 2 * SECOND, EPOCH + 7 * SECOND)
    kept = state.full()
    assert "shadow:group/over/0" in kept
    again = RuleFold(rules_of(RULE)).restore(OBSERVATIONS, 0, kept)
    for one in (state, again):
        (gone,) = events(one.step(switch_to(rules_of(RULE))), SHADOW)
        assert (gone.event.value, gone.cause) == ("resolved", Cause.RULE_REMOVED)
    assert {name for name, raw in state.delta().items() if raw is None} >= {"shadow:group/over/0", "shadow:clock", "shadow:rules"}
    assert not [name for name in state.full() if name.startswith("shadow:")]
    assert {name for name, raw in again.delta().items() if name.startswith("shadow:")} == {
        name for name in kept if name.startswith("shadow:")
    }


def test_shadow_over_several_sources_begins_and_ends_with_a_switch() -> None:
    """Where sources meet, too: it begins with nothing where the clock stands, and leaves no section behind when it ends."""
    both, live = rules_of(RULE, WIDE, WIDE | {"shadow": True}), rules_of(RULE, WIDE)
    state = RuleFold(live).restore(MATCHES, 0, {})
    assert not [name for name in state.full() if name.startswith("shadow:")]
    assert state.step(record(MATCHES, ruleset=both.version, rules=pack(both))) == []
    for number, rule in enumerate(("wide", "shadow:wide", "shadow:gone"), start=1):
        sent = record(MATCHES, observations=(seen(number, 9),), tick=EPOCH + (number + 1) * SECOND, origin=Origin(OBSERVATIONS, 0, number))
        outputs = state.step(msgspec.structs.replace(sent, key=rule.encode()))
        assert [(output.topic, event.starts_at) for output in outputs for event in events([output], output.topic)] == [
            *([(ALERTS, EPOCH + SECOND)] if rule == "wide" else []),
            *([(SHADOW, EPOCH + 2 * SECOND)] if rule == "shadow:wide" else []),
        ]
    kept = dict(state.full())
    assert f"shadow:{OBSERVATIONS}/group/wide/0" in kept
    fold = RuleFold(live)
    again = fold.restore(MATCHES, 0, kept)
    for one in (state, again):
        (gone,) = events(one.step(record(MATCHES, ruleset=live.version, rules=pack(live))), SHADOW)
        assert (gone.event.value, gone.cause) == ("resolved", Cause.RULE_REMOVED)
        own = {name for name in kept if name.startswith("shadow:")}
        assert {name for name, raw in one.delta().items() if raw is None} >= own
        assert not [name for name in one.full() if name.startswith("shadow:")]


WIDE = {"rule": "wide", "where": "value > 5", "by": [], "keep_firing_for": "20s"}


def run(folds: TwoFolds) -> list[AlertEvent]:
    folds.run()
    return folds.events()


def folds_with(*rules: dict[str, Any]) -> TwoFolds:
    return TwoFolds(rules_of(*rules), 2, dice("switch"))


def switch_all(folds: TwoFolds, rules: RuleSet) -> None:
    for topic in (MATCHES, OBSERVATIONS):
        for number in range(2):
            folds.write((topic, number), encode_envelope(Envelope(sent_at=EPOCH, writer="w", ruleset=rules.version, rules=pack(rules))))


def test_a_rule_over_several_sources_comes_and_goes() -> None:
    """A new one hears of everything that is written behind its switch; one that is gone resolves where its groups live."""
    folds = folds_with(RULE)
    switch_all(folds, rules_of(RULE, WIDE))
    folds.feed([seen(0, 9), seen(1, 9, source="sensor/2")], batch=1)
    folds.run()
    switch_all(folds, rules_of(RULE))
    told = [(event.event.value, event.cause) for event in run(folds) if event.rule == "wide"]
    assert told == [("firing", None), ("updated", None), ("resolved", Cause.RULE_REMOVED)]
    assert set(folds.fold.versions().values()) >= {rules_of(RULE).version}


def test_what_waits_for_a_rule_over_several_sources_waits_on_under_its_new_lateness() -> None:
    """Observations that are held for the clocks are judged by the rule as it is then; what is for a rule that is gone is left."""
    slow = WIDE | {"lateness": "60s"}
    folds = folds_with(slow, {"rule": "other", "by": []})
    for source in ("sensor/1", "sensor/2"):
        folds.feed([seen(3, 9, source=source)], ticks=False)
    for records in folds.log.values():
        records[:] = [one for one in records if msgspec.msgpack.decode(one.value)[3] is None]
    for number in range(2):
        value = encode_envelope(Envelope(sent_at=EPOCH + 10 * SECOND, writer="g", tick=EPOCH + 10 * SECOND))
        folds.write((OBSERVATIONS, number), value)
    assert [event for event in run(folds) if event.rule == "wide"] == []
    switch_all(folds, rules_of(WIDE))
    for number in range(2):
        value = encode_envelope(Envelope(sent_at=EPOCH + 11 * SECOND, writer="g", tick=EPOCH + 11 * SECOND))
        folds.write((OBSERVATIONS, number), value)
    (event, *_) = [event for event in run(folds) if event.rule == "wide"]
    assert (event.event.value, event.at) == ("firing", EPOCH + 3 * SECOND)


def test_which_rules_hold_is_measured() -> None:
    """Version by partition, switches, refusals, and what rules in shadow did, in families of their own."""
    fold = RuleFold(rules_of(RULE, RULE | {"shadow": True}))
    state = fold.restore(OBSERVATIONS, 0, {})
    crossing = fold.restore(MATCHES, 1, {})
    assert crossing.full()
    state.step(record(observations=(seen(0, 9),)))
    state.step(record(ruleset="bad", rules=b""))
    other = rules_of(RULE | {"for": "1s"}, RULE | {"shadow": True})
    state.step(switch_to(other))
    registry = CollectorRegistry()
    registry.register(RuleMetrics(fold))
    told = generate_latest(registry).decode()
    for line in (
        "cityloop_rules_switches_total 1.0",
        "cityloop_rules_refused_total 1.0",
        f'cityloop_rules_in_force{{partition="0",topic="cityloop.observations",version="{other.version}"}} 1.0',
        f'cityloop_rules_in_force{{partition="1",topic="cityloop.matches",version="{fold.ruleset.version}"}} 1.0',
        'cityloop_shadow_rule_fired_total{rule="over"} 1.0',
        'cityloop_rule_fired_total{rule="over"} 1.0',
    ):
        assert line in told


def test_outputs_of_a_switch_lie_in_its_partition() -> None:
    """As all alerts of a partition do."""
    fold = RuleFold(rules_of(RULE))
    state = fold.restore(OBSERVATIONS, 3, {})
    state.step(record(observations=(seen(0, 9),)))
    found: list[Output] = list(state.step(msgspec.structs.replace(switch_to(rules_of({"rule": "new"})), partition=3)))
    assert [output.partition for output in found] == [3]
