"""One recording through the fold: cut into partitions, shuffled, and restarted anywhere, it says the same alerts."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND
from rules.engine import Partition, snapshot
from rules.fold import RuleFold
from rules.replay import Line, Summary, replay
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Output, Record
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import ALERTS, OBSERVATIONS
from tests.fakes.rulekit import EPOCH, alerts, laid, notes, rules_of, run, seen
from tests.fakes.ruletraffic import delayed, dice, observation_of, traffic

LATENESS = 6
SAMPLE = {"kind": "level", "where": "value > 5"}
DOOR = {"kind": "door", "where": "value == true"}
MOVE = {"kind": "motion", "where": "value == true"}
FORMS: dict[str, dict[str, Any]] = {
    "level": SAMPLE | {"for": "3s", "keep_firing_for": "4s"},
    "hysteresis": SAMPLE | {"clear": "value < 3", "keep_firing_for": "2s"},
    "stale": SAMPLE | {"stale_after": "5s", "for": "2s"},
    "pulse": MOVE | {"keep_firing_for": "3s"},
    "count": DOOR | {"count": 2, "within": "9s", "keep_firing_for": "2s"},
    "distinct": DOOR | {"count": 2, "distinct": "attributes.plate", "within": "15s"},
    "absent": DOOR | {"absent": "8s", "for": "1s"},
    "sequence": {"sequence": [DOOR, MOVE], "within": "7s", "keep_firing_for": "3s"},
    "unanswered": {"sequence": [DOOR, {"not": MOVE}], "within": "5s", "keep_firing_for": "2s"},
    "rate": {"kind": "level", "rate": {"above": 1, "per": "1s"}, "within": "9s"},
    "repeat": SAMPLE | {"repeat": "4s", "keep_firing_for": "6s"},
}
"""A rule of each form whose groups have one source each."""


def rule_set(*, lateness: int = 0) -> Any:
    """All of them."""
    return rules_of(*[rule | {"rule": name, "lateness": f"{lateness}s"} for name, rule in FORMS.items()])


def history_by(seed: object, length: int = 90) -> list[Observation]:
    """Traffic of three sources with many ties, in order; doors have plates."""
    chance = dice(seed)
    found = [observation_of(one) for one in traffic(chance, length, 100)]
    return [msgspec.structs.replace(one, attributes={"plate": chance.randint(0, 2)}) for one in found]


def records(history: Sequence[Observation], partition: int, *, ticks: bool) -> list[Record]:
    """The log of one partition: an envelope each few observations, and a tick each few seconds."""
    found: list[Record] = []

    def write(**fields: Any) -> None:
        value = encode_envelope(Envelope(writer="gateway-1", **fields))
        found.append(Record(OBSERVATIONS, partition, len(found), fields["sent_at"], None, value, ENVELOPE_HEADERS))

    for number in range(0, len(history), 3):
        batch = tuple(history[number : number + 3])
        write(sent_at=batch[-1].at, observations=batch)
        if ticks:
            write(sent_at=batch[-1].at, tick=min(one.at for one in batch))
    write(sent_at=EPOCH + 500 * SECOND, tick=EPOCH + 500 * SECOND)
    return found


def events_of(outputs: Iterable[Output]) -> list[AlertEvent]:
    """Alerts among outputs, in the order of writing."""
    return [msgspec.json.decode(output.value, type=AlertEvent) for output in outputs if output.topic == ALERTS]


def said(events: Iterable[AlertEvent]) -> list[tuple[Any, ...]]:
    """All that an event says beside when it was noticed, in an order that does not depend on the noticing."""
    plain = [msgspec.to_builtins(msgspec.structs.replace(event, detected_at=0)) for event in events]
    return sorted((row["event_id"], msgspec.json.encode(row, order="sorted")) for row in plain)


@pytest.mark.parametrize("partitions", [1, 4, 12])
@pytest.mark.parametrize("ticks", [True, False], ids=["ticks", "no ticks"])
@pytest.mark.parametrize("seed", range(4))
def test_any_number_of_partitions_says_the_same(partitions: int, ticks: bool, seed: int) -> None:
    """Cut by source into one, four or twelve logs, every alert has the same events to the last field."""
    ruleset, history = rule_set(), history_by(f"split {seed}")
    outputs: list[Output] = []
    for number in range(partitions):
        own = [one for one in history if partition_of(one.source, partitions) == number]
        state = RuleFold(ruleset).restore(OBSERVATIONS, number, {})
        for record in records(own, number, ticks=ticks):
            outputs += state.step(record)
    whole = alerts(run(ruleset, history, until=499))
    assert said(events_of(outputs)) == said(whole)
    assert {event.rule for event in whole} == set(FORMS)


def test_a_replay_of_the_parts_is_the_replay_of_the_whole() -> None:
    """The rows of ``cityloop replay`` over each source's own recording are together those over the one recording."""
    ruleset, history = rule_set(), history_by("replay")
    until = EPOCH + 300 * SECOND

    def rows(own: Sequence[Observation]) -> list[bytes]:
        lines = [Line(number, one) for number, one in enumerate(own, start=1)]
        return [msgspec.json.encode(row) for row in replay(ruleset, lines, until, Summary())]

    parts = [rows([one for one in history if one.source == source]) for source in sorted({one.source for one in history})]
    assert sorted(row for part in parts for row in part) == sorted(rows(history)) != []


@pytest.mark.parametrize("form", FORMS)
def test_a_restart_at_every_record_says_the_same(form: str) -> None:
    """Stopped behind each record in turn and restored from its full checkpoint, the fold writes the very same outputs."""
    ruleset = rules_of(FORMS[form] | {"rule": form}, FORMS[form] | {"rule": f"{form}-late", "lateness": f"{LATENESS}s"})
    log = records(history_by(f"restart {form}", 120), 0, ticks=True)
    straight = RuleFold(ruleset).restore(OBSERVATIONS, 0, {})
    checkpoints, outputs = [straight.full()], []
    for record in log:
        outputs.append(list(straight.step(record)))
        checkpoints.append(straight.full())
    assert any(outputs)
    for behind in range(len(log) + 1):
        again = RuleFold(ruleset).restore(OBSERVATIONS, 0, checkpoints[behind])
        assert [list(again.step(record)) for record in log[behind : behind + 4]] == outputs[behind : behind + 4]


@pytest.mark.parametrize("form", FORMS)
def test_deltas_in_a_row_are_a_checkpoint(form: str) -> None:
    """A first checkpoint with the delta of each record laid over it restores to the state itself, at every record."""
    ruleset = rules_of(FORMS[form] | {"rule": form, "lateness": f"{LATENESS}s"})
    engine = Partition(ruleset)
    kept = snapshot.full(engine)
    for one in history_by(f"delta {form}", 50):
        engine.observe(one, one.at)
        kept = laid(kept, snapshot.delta(engine))
        again = Partition(ruleset)
        snapshot.restore(again, kept)
        assert snapshot.full(again) == kept
        assert again.now == engine.now


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_order_within_the_lateness_says_the_same(seed: int) -> None:
    """Shuffled so that nothing is overtaken by more than the lateness, nothing is late and every alert is the same to the last field."""
    ruleset = rule_set(lateness=LATENESS)
    chance = dice(seed)
    plain = traffic(chance, 60, 80)
    history, shuffled = ([observation_of(one) for one in order] for order in (plain, delayed(chance, plain, LATENESS)))
    one, other = run(ruleset, history, 300), run(ruleset, shuffled, 300)
    assert notes(one) == notes(other)
    assert said(alerts(one)) == said(alerts(other))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 60))
def test_what_was_said_is_never_taken_back(seed: int, cut: int) -> None:
    """The outcomes over the beginning of a history are the beginning of the outcomes over all of it: the future changes no past."""
    ruleset, history = rule_set(), history_by(seed, 60)
    engine, begun = Partition(ruleset), Partition(ruleset)
    whole = [list(engine.observe(one, 0)) for one in history]
    assert [list(begun.observe(one, 0)) for one in history[:cut]] == whole[:cut]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_alert_is_told_in_its_order(seed: int) -> None:
    """Of each alert there is one firing first, updates while it lasts, and at most one resolution last; instants never go back."""
    found: dict[str, list[AlertEvent]] = {}
    for event in alerts(run(rule_set(), history_by(seed), 300)):
        found.setdefault(event.id, []).append(event)
    for told in found.values():
        names = [event.event.value for event in told]
        assert names[0] == "firing"
        assert set(names[1:-1]) <= {"updated"}
        assert names.count("resolved") <= 1
        assert [event.at for event in told] == sorted(event.at for event in told)
        assert [event.count for event in told] == sorted(event.count for event in told)
        for event in told:
            assert event.starts_at <= event.fired_at <= event.at
            assert (event.ends_at is not None) == (event.event.value == "resolved")
            assert event.ends_at is None or event.fired_at <= event.ends_at <= event.at


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_episodes_of_one_group_do_not_overlap(seed: int) -> None:
    """A group's next episode begins after the one before it has resolved."""
    last: dict[tuple[str, str], AlertEvent] = {}
    for event in alerts(run(rule_set(), history_by(f"overlap {seed}"), 300)):
        key = (event.rule, event.group["source"])
        before = last.get(key)
        if event.event.value == "firing" and before is not None:
            assert before.event.value == "resolved"
            assert before.at <= event.starts_at
        last[key] = event


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_other_sources_change_nothing(seed: int) -> None:
    """What one source's alerts say does not depend on whether the others are there."""
    ruleset, history = rule_set(), history_by(f"alone {seed}")
    whole = alerts(run(ruleset, history, 300))
    for source in {one.source for one in history}:
        alone = alerts(run(ruleset, [one for one in history if one.source == source], 300))
        assert said(alone) == said(event for event in whole if event.group["source"] == source)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), by=st.integers(-(10**9), 10**9))
def test_time_has_no_special_instants(seed: int, by: int) -> None:
    """Moved by any number of microseconds, a history says the same, moved."""
    ruleset, history = rule_set(), history_by(f"moved {seed}", 50)
    moved = [msgspec.structs.replace(one, at=one.at + by) for one in history]
    one, other = Partition(ruleset), Partition(ruleset)
    told = [
        [(event.event, event.rule, event.at - shift, event.starts_at - shift, event.count) for event in alerts(outcomes)]
        for shift, outcomes in (
            (0, [*(outcome for item in history for outcome in one.observe(item, 0)), *one.finish(one.now, 0)]),
            (by, [*(outcome for item in moved for outcome in other.observe(item, 0)), *other.finish(other.now, 0)]),
        )
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("form", FORMS)
def test_undecided_late_and_double_observations_change_no_alert(form: str) -> None:
    """Strewn with repetitions, with what is too late and with what cannot be judged, a history says the same alerts."""
    ruleset = rules_of(FORMS[form] | {"rule": form})
    history = history_by(f"strewn {form}", 60)
    strewn: list[Observation] = []
    for number, one in enumerate(history):
        odd = seen(0, "odd", kind=one.kind, source=one.source, id=f"odd{number}")
        past = seen(-50, 9.0 if one.kind == "level" else True, kind=one.kind, source=one.source, id=f"past{number}")
        strewn += [one, one, msgspec.structs.replace(past, attributes=one.attributes), msgspec.structs.replace(odd, at=one.at)]
    found = run(ruleset, strewn, 300)
    assert said(alerts(found)) == said(alerts(run(ruleset, history, 300)))
    assert {note.value for note, _ in notes(found)} >= {"late", "duplicate"}
