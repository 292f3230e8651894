"""A recorded topic through a replay: what it says is what the engine said live."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from config.moment import SECOND, render
from rules.life import pack
from rules.replay import Line, Summary, compare_rule_sets, lines_of, replay
from rules.replay.ensemble import Ensemble, in_force
from streams.alert import AlertEvent, Change
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.partition import partition_of
from streams.topics import OBSERVATIONS
from tests.fakes.rulekit import EPOCH, KINDS, rules_of, seen
from tests.fakes.ruletraffic import Case, dice, observation_of, traffic
from tests.fakes.twofolds import TwoFolds

PARTITIONS = 3
STREAMS = {(OBSERVATIONS, number): number for number in range(PARTITIONS)}
Said = set[tuple[Any, ...]]


def told(rows: Iterable[dict[str, Any]]) -> Said:
    """Firings and resolutions of a replay."""
    return {(row["event"], row["id"], row["at"], row["count"]) for row in rows if row["event"] in ("firing", "resolved")}


def from_log(log: Iterable[Record], rules: Any, until: int | None = None) -> Said:
    records = sorted(log, key=lambda record: (record.timestamp, record.partition, record.offset))
    return told(replay(rules, lines_of(records, KINDS, STREAMS), until, Summary(), PARTITIONS))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("wide", [False, True], ids=["by source", "over sources"])
def test_a_replay_of_the_topic_says_what_the_engine_said(seed: int, *, wide: bool) -> None:
    """Rules by source and rules over several sources, over three partitions with ticks: the same alerts, instants and counts."""
    chance = dice(f"ensemble {seed}")
    forms = ("level", "count", "absent", "sequence", "unanswered", "rate")
    written = [{**Case(chance, form).written, "by": ["zone"] if wide else ["source"]} for form in forms]
    rules = rules_of(*({name: value for name, value in rule.items() if name != "distinct"} for rule in written))
    folds = TwoFolds(rules, PARTITIONS, chance)
    folds.feed([observation_of(one) for one in traffic(chance, 80, 60) if one.kind != "smoke"])
    folds.run()
    live = {(event.event.value, event.id, render(event.at), event.count) for event in folds.events() if event.event is not Change.UPDATED}
    log = [
        msgspec.structs.replace(record, timestamp=msgspec.msgpack.decode(record.value)[0])
        for (topic, _), records in folds.log.items()
        for record in records
        if topic == OBSERVATIONS
    ]
    assert from_log(log, rules) == live
    assert live or seed


def record(offset: int, source: str, **fields: Any) -> Record:
    envelope = Envelope(**{"sent_at": EPOCH + offset * SECOND, "writer": "g", **fields})
    partition = partition_of(source, PARTITIONS)
    return Record(OBSERVATIONS, partition, offset, envelope.sent_at, None, encode_envelope(envelope), ENVELOPE_HEADERS)


OVER = {"rule": "r", "where": "value > 5"}


def test_each_partition_has_a_clock_of_its_own() -> None:
    """A partition whose records are late makes nothing late in another, as it is live."""
    other = next(
        f"sensor/{number}"
        for number in range(2, 99)
        if partition_of(f"sensor/{number}", PARTITIONS) != partition_of("sensor/1", PARTITIONS)
    )
    log = [
        record(0, "sensor/1", observations=(seen(100, 9, source="sensor/1"),)),
        record(1, other, observations=(seen(0, 9, source=other), seen(5, 9, source=other))),
    ]
    rows = list(replay(rules_of(OVER | {"for": "5s"}), lines_of(log, KINDS, STREAMS), None, Summary(), PARTITIONS))
    assert [(row["event"], row["group"]) for row in rows] == [("firing", {"source": other})]


def test_ticks_of_the_log_drive_timers() -> None:
    """An absence fires by the gateway's clock, without any later observation."""
    log = [record(0, "sensor/1", observations=(seen(0, 9),)), record(70, "sensor/1", tick=EPOCH + 70 * SECOND)]
    assert len(from_log(log, rules_of({"rule": "r", "absent": "60s"}))) == 1


def test_switch_records_are_passed_over_and_unreadable_ones_told() -> None:
    """A replay goes by the rules that it was given; what cannot be read is a rejected line with its place on the broker."""
    rules = rules_of(OVER)
    other = rules_of({"rule": "other"})
    log = [
        record(0, "sensor/1", ruleset=other.version, rules=pack(other)),
        msgspec.structs.replace(record(1, "sensor/1"), value=b"\xc1"),
        record(2, "sensor/1", observations=(seen(2, 9),)),
    ]
    summary = Summary()
    rejected, firing = replay(rules, lines_of(log, KINDS, STREAMS), None, summary, PARTITIONS)
    assert rejected["reason"].startswith(f"cityloop.observations/{partition_of('sensor/1', PARTITIONS)}/1: The envelope cannot be decoded")
    assert (rejected["line"], firing["rule"], summary.lines) == (1, "r", 2)


def test_drills_and_the_future_are_left_out_of_rules_over_several_sources() -> None:
    """As in the engine: nobody sees a drill, and what comes from the future moves no clock."""
    engines = Ensemble(rules_of(OVER | {"by": []}), PARTITIONS)
    drill = seen(0, 9, attributes={"test": True})
    future = seen(1000, 9, received_at=EPOCH)
    found = [outcome for one in (drill, future) for outcome in engines.take(Line(1, one))]
    found += list(engines.finish(None))
    assert [outcome for outcome in found if isinstance(outcome, AlertEvent)] == []
    assert engines.ahead == 1


def test_a_schedule_fires_once_however_many_partitions() -> None:
    """Rules that know their groups beforehand are judged in one place."""
    from rules.model import Given  # noqa: PLC0415  # Used here only.
    from rules.parser import parse_rules  # noqa: PLC0415

    text = "groups: [{name: g, rules: [{rule: due, schedule: {table: dates.csv, at: day, key: [name], zone: UTC, catch_up: 30d}}]}]"
    rules = parse_rules(text, KINDS, "r.yaml", given=Given(tables={"dates.csv": "name,day\na,2026-03-02\n"}))
    log = [record(offset, f"sensor/{offset}", tick=EPOCH + offset * SECOND) for offset in range(1, 9)]
    assert len([one for one in from_log(log, rules) if one[0] == "firing"]) == 1


def test_two_rule_sets_over_a_topic() -> None:
    """The difference of two sets is that of their alerts, partition by partition."""
    log = [record(0, "sensor/1", observations=(seen(0, 9),)), record(9, "sensor/1", tick=EPOCH + 9 * SECOND)]
    diff = compare_rule_sets(rules_of(OVER), rules_of(OVER | {"for": "20s"}), lines_of(log, KINDS, STREAMS), None, PARTITIONS)
    assert (diff.lines, diff.old, diff.new, len(diff.gone)) == (1, 1, 0, 1)


def test_rules_in_shadow_bring_their_registers_to_a_replay() -> None:
    """A candidate that expects sources, or a live rule beside it that does, is replayed with its own."""
    gone = {"rule": "gone", "kind": "door", "absent": "60s"}
    rules = rules_of(gone | {"expected": ["sensor/1"], "shadow": True}, gone | {"rule": "live", "expected": ["sensor/2"]})
    assert {name: [one.key for one in members] for name, members in in_force(rules).registers.items()} == {
        "gone": ["sensor/1"],
        "live": ["sensor/2"],
    }
    both = rules_of(gone | {"expected": ["sensor/1"], "shadow": True}, gone | {"expected": ["sensor/2"]})
    assert [one.key for one in in_force(both).registers["gone"]] == ["sensor/2"]


def test_rules_in_shadow_are_replayed_unless_a_live_one_has_their_name() -> None:
    """Nothing is published here, so that a candidate may be tried; where both are there, the live one is meant."""
    lines = [Line(1, seen(0, 9))]
    for rules, wanted in (
        (rules_of(OVER | {"shadow": True}), 1),
        (rules_of(OVER | {"for": "9s"}, OVER | {"shadow": True}), 0),
    ):
        assert len(told(replay(rules, lines, None, Summary()))) == wanted
