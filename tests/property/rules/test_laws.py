"""Laws of the engine: a restart, a repetition, another split of the traffic change nothing."""

from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Note, Outcome, Partition, snapshot
from rules.model import RuleSet
from streams.alert import AlertEvent
from streams.observation import Observation
from streams.partition import partition_of
from tests.fakes.rulekit import alerts, laid, notes, rules_of, run
from tests.fakes.ruletraffic import FORMS, Case, delayed, dice, observation_of, traffic

LATENESS = 5


def rules_by(seed: int, *, live: bool = False) -> RuleSet:
    """One random rule of each form, with and without lateness; live ones group by source."""
    chance = dice(seed)
    written = []
    for form in FORMS:
        for lateness in (0, LATENESS):
            rule = dict(Case(chance, form, lateness).written)
            if live:
                if form == "cluster" or "distinct" in rule:
                    continue
                rule["by"] = ["source"]
            written.append(rule | {"rule": f"{form}-{lateness}"})
    return rules_of(*written)


def history_by(seed: int, length: int = 80) -> list[Observation]:
    """Random traffic, somewhat out of order, with some repetitions."""
    chance = dice(seed)
    found = [observation_of(seen) for seen in delayed(chance, traffic(chance, length, 90), LATENESS + 3)]
    return [observation for observation in found for _ in range(2 if chance.random() < 0.1 else 1)]


def fresh(observation: Observation) -> Observation:
    """An equal observation that shares nothing with the given one, as after decoding a record."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(observation), type=Observation)


def rows(outcomes: Sequence[Outcome]) -> list[bytes]:
    """Outcomes to the last bit."""
    return [msgspec.json.encode(outcome) for outcome in outcomes]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), every=st.integers(1, 20), deltas=st.integers(0, 3))
def test_a_restart_anywhere_changes_nothing(seed: int, every: int, deltas: int) -> None:
    """Written and read back at every k-th observation, from a full checkpoint and deltas, the engine says the same."""
    ruleset, history = rules_by(seed), history_by(seed)
    straight = Partition(ruleset)
    expected = [rows(straight.observe(observation, observation.at)) for observation in history]
    engine = Partition(ruleset)
    sections = snapshot.full(engine)
    restarts = 0
    for number, observation in enumerate(history, start=1):
        assert rows(engine.observe(fresh(observation), observation.at)) == expected[number - 1]
        if number % every == 0:
            sections = laid(sections, snapshot.delta(engine))
            restarts += 1
            if restarts % (deltas + 1) == 0:
                engine = Partition(ruleset)
                snapshot.restore(engine, sections)
                sections = snapshot.full(engine)
    end = engine.now + 100_000_000
    assert rows(engine.finish(end, end)) == rows(straight.finish(end, end))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_checkpoint_reads_back_to_the_bit(seed: int) -> None:
    """What was read back is written exactly as it was; a delta after a full checkpoint has nothing to add."""
    ruleset = rules_by(seed)
    engine = Partition(ruleset)
    for observation in history_by(seed):
        engine.observe(observation, observation.at)
    sections = snapshot.full(engine)
    restored = Partition(ruleset)
    snapshot.restore(restored, sections)
    assert snapshot.full(restored) == sections
    assert {name for name in snapshot.delta(engine) if name.startswith("group/")} == set()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_second_run_is_the_first(seed: int) -> None:
    """The same history gives the same outcomes to the last bit, ids included."""
    ruleset, history = rules_by(seed), history_by(seed)
    assert rows(run(ruleset, history)) == rows(run(ruleset, map(fresh, history)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), partitions=st.integers(2, 12))
def test_another_number_of_partitions_gives_the_same_alerts(seed: int, partitions: int) -> None:
    """Traffic in order, split by source over several engines, gives the alerts of one engine."""
    ruleset = rules_by(seed, live=True)
    history = [observation_of(seen) for seen in traffic(dice(seed), 80, 90)]
    end = history[-1].at
    together = Partition(ruleset)
    whole = [outcome for observation in history for outcome in together.observe(observation, 0)]
    whole += together.finish(end, 0)
    parts: list[Outcome] = []
    for number in range(partitions):
        engine = Partition(ruleset)
        for observation in history:
            if partition_of(observation.source, partitions) == number:
                parts += engine.observe(observation, 0)
        parts += engine.tick(end, 0)
        parts += engine.finish(end, 0)
    said = [{row.event_id: row for row in alerts(outcomes)} for outcomes in (whole, parts)]
    assert said[0] == said[1]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_repetition_counts_and_does_nothing_else(seed: int) -> None:
    """Each observation sent twice in a row is told as a duplicate by every rule that looks at it, and no alert differs."""
    ruleset = rules_by(seed)
    history = [observation_of(seen) for seen in traffic(dice(seed), 60, 90)]
    once = run(ruleset, history)
    twice = run(ruleset, [observation for observation in history for _ in range(2)])
    assert [row.event_id for row in alerts(once)] == [row.event_id for row in alerts(twice)]
    looked_at = sum(observation.kind in rule.kinds for observation in history for rule in ruleset.rules)
    assert [note for note, _ in notes(twice)] == [Note.DUPLICATE] * looked_at


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_ticks_change_when_it_is_noticed_and_nothing_else(seed: int) -> None:
    """With a tick after every observation, alerts say the same instants, since time that has passed has passed."""
    ruleset = rules_by(seed)
    history = [observation_of(seen) for seen in traffic(dice(seed), 60, 90)]
    engine = Partition(ruleset)
    ticked: list[Outcome] = []
    for observation in history:
        ticked += engine.observe(observation, 0)
        ticked += engine.tick(observation.at, 0)
    ticked += engine.finish(engine.now, 0)
    plain = Partition(ruleset)
    untouched = [outcome for observation in history for outcome in plain.observe(observation, 0)]
    untouched += plain.finish(plain.now, 0)
    assert sorted(map(_said, alerts(ticked))) == sorted(map(_said, alerts(untouched)))


def _said(event: AlertEvent) -> tuple[str, int, int]:
    return event.event_id, event.at, event.count
