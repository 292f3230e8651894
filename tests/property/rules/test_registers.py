"""Laws of what a rule knows before anything is seen, and of what is forgotten: restarts, repetitions and partitions change nothing."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.moment import SECOND, Micros, parse
from rules.engine import Limits, Outcome, Partition, snapshot
from rules.fold import RuleFold
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from rules.reference import Shares
from rules.state import NEVER
from streams.alert import AlertEvent
from streams.codec import ENVELOPE_HEADERS, encode_envelope
from streams.envelope import Envelope
from streams.fold import Record
from streams.ids import canonical
from streams.observation import Observation
from streams.partition import partition_of
from streams.topics import ALERTS, OBSERVATIONS, URGENT
from tests.fakes.oracle.dates import announce
from tests.fakes.oracle.log import Entry, clock, hear, in_turn
from tests.fakes.oracle.rulebook import read_rules
from tests.fakes.oracle.seen import Seen
from tests.fakes.rulekit import EPOCH, KINDS, alerts, laid
from tests.fakes.ruletraffic import dice

DAY: Micros = 86_400 * SECOND
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC")
BUSY = ("2026-03-06", "2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01")
"""Days on which a clock of one of the zones is put forward or back, and others."""
SOURCES = [f"sensor/{number}" for number in range(6)]


def drawn(chance: random.Random) -> tuple[dict[str, Any], str]:
    """A schedule and its table."""
    schedule: dict[str, Any] = {"table": "t.csv", "at": "due", "key": ["id"], "zone": chance.choice(ZONES)}
    schedule |= {
        "time": f"{chance.randint(0, 5):02}:{chance.choice([0, 15, 30, 59]):02}",
        "catch_up": chance.choice(["1m", "3h", "2d", "60d"]),
    }
    if chance.random() < 0.5:
        schedule["before"] = chance.choice(["1h", "1d", "7d", "1m30s"])
    dates = [chance.choice([*BUSY, "", "2026-05-01"]) for _ in range(6)]
    return schedule, "id,due\n" + "".join(f"r{number},{date}\n" for number, date in enumerate(dates))


def clocks(chance: random.Random) -> list[Micros]:
    """Ticks over a year, with long holes."""
    at, found = parse("2026-02-20T00:00:00Z"), []
    while at < parse("2026-12-01T00:00:00Z"):
        found.append(at)
        at += chance.choice([6 * 3600 * SECOND, DAY, 20 * DAY, chance.randint(1, 30 * DAY)])
    return found


def parsed(rules: Sequence[dict[str, Any]], table: str = "id,due\n") -> RuleSet:
    """A rule set that may name the table ``t.csv``."""
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": list(rules)}]}), KINDS, given=Given(tables={"t.csv": table}))


def rows(outcomes: Iterable[Outcome]) -> list[bytes]:
    """Outcomes to the last bit."""
    return [msgspec.json.encode(outcome) for outcome in outcomes]


def said(events: Iterable[AlertEvent]) -> Counter[tuple[Any, ...]]:
    """What alerts said, whenever it was noticed."""
    return Counter((event.event_id, event.rule, event.at, event.starts_at, event.ends_at, event.count) for event in events)


@pytest.mark.parametrize("seed", range(40))
def test_a_schedule_says_what_the_oracle_says(seed: int) -> None:
    """Every row fires at the instant that a clock on the wall shows, or not at all where nobody noticed it in time."""
    chance = dice(f"schedule {seed}")
    schedule, table = drawn(chance)
    rule: dict[str, Any] = {"rule": "due", "schedule": schedule} | chance.choice(
        [{}, {"keep_firing_for": "2d"}, {"keep_firing_for": "5d", "repeat": "36h"}]
    )
    engine, instants = Partition(parsed([rule], table)), clocks(chance)
    outcomes = [outcome for at in instants for outcome in engine.tick(at, at)]
    end = instants[-1] + 30 * DAY if seed % 2 else None
    if end is not None:
        outcomes += engine.finish(end, end)
    (meant,) = read_rules(json.dumps({"groups": [{"rules": [rule | {"kind": "none"}]}]}))
    expected: Counter[tuple[Any, ...]] = Counter()
    for line in table.splitlines()[1:]:
        name, date = line.split(",")
        for one in announce(meant, schedule, date, instants, end):
            expected[one.identity("due", {"id": name}), "due", one.at, one.starts_at, one.ends_at, one.matches] += 1
    assert said(alerts(outcomes)) == expected


@pytest.mark.parametrize("seed", range(40))
def test_expected_sources_say_what_the_oracle_says(seed: int) -> None:
    """Over a log with late, double and silent sources, absence of those that are expected is the oracle's."""
    chance = dice(f"expected {seed}")
    rule: dict[str, Any] = {"rule": "gone", "kind": "door", "where": "value == true", "absent": f"{chance.randint(5, 40)}s"}
    rule |= {"expected": chance.sample(SOURCES, 4), "keep_firing_for": chance.choice(["0s", "7s"]), "for": chance.choice(["0s", "4s"])}
    rule["lateness"] = chance.choice(["0s", "9s"])
    log: list[Entry] = [EPOCH + 10 * SECOND]
    for number in range(chance.randint(1, 50)):
        at = EPOCH + chance.randint(0, 15) * SECOND + number * 3 * SECOND
        if chance.random() < 0.2:
            log.append(at)
        else:
            log.append(
                Seen(
                    at - chance.randint(0, 12) * SECOND,
                    f"{chance.randint(0, 60)}",
                    chance.choice(SOURCES[:5]),
                    "door",
                    chance.random() < 0.8,
                )
            )
    log.append(clock(log) + chance.randint(0, 60) * SECOND)
    engine = Partition(parsed([rule]), Limits(remembered=len(log)))
    found: list[Outcome] = []
    for entry in log:
        found += engine.tick(entry, entry) if isinstance(entry, int) else engine.observe(seen_by_engine(entry), entry.at)
    (meant,) = read_rules(json.dumps({"groups": [{"rules": [rule]}]}))
    heard = hear(meant, in_turn(log, meant.lateness), clock(log) - meant.lateness - 1, since=EPOCH + 10 * SECOND)
    expected = Counter((one.identity("gone", group), "gone", one.at, one.starts_at, one.ends_at, one.matches) for one, group in heard.said)
    assert said(alerts(found)) == expected
    assert sum(1 for outcome in found if not isinstance(outcome, AlertEvent)) == len(heard.noted)


def seen_by_engine(seen: Seen) -> Observation:
    """An observation of the oracle, as the engine sees it."""
    return Observation(id=seen.id, source=seen.source, kind=seen.kind, at=seen.at, value=seen.value)


FORMS: list[dict[str, Any]] = [
    {"rule": "level", "kind": "level", "where": "value > 5", "for": "3s", "keep_firing_for": "4s"},
    {"rule": "stale", "kind": "level", "where": "value > 5", "stale_after": "9s"},
    {"rule": "count", "kind": "door", "where": "value == true", "count": 2, "within": "15s", "lateness": "6s"},
    {"rule": "distinct", "kind": "door", "count": 2, "distinct": "value", "within": "20s"},
    {"rule": "absent", "kind": "door", "where": "value == true", "absent": "20s", "expected": SOURCES[:4]},
    {"rule": "then", "sequence": [{"kind": "door"}, {"kind": "motion"}], "within": "12s"},
    {"rule": "then-not", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}], "within": "12s", "lateness": "6s"},
    {"rule": "rate", "kind": "level", "rate": {"above": 1, "per": "1s"}, "within": "15s"},
    {"rule": "due", "schedule": {"table": "t.csv", "at": "due", "key": ["id"], "zone": "UTC", "catch_up": "1d"}, "keep_firing_for": "7s"},
]
"""A rule of each form, two of which know their groups beforehand."""


def table_by(chance: random.Random) -> str:
    """Dates within the minutes of the traffic."""
    instants = [EPOCH // SECOND + chance.randint(0, 150) for _ in range(5)]
    written = [f"2026-03-02T{instant % 86_400 // 3600:02}:{instant % 3600 // 60:02}:{instant % 60:02}Z" for instant in instants]
    return "id,due\n" + "".join(f"r{number},{at}\n" for number, at in enumerate(written))


def history_by(chance: random.Random, length: int = 90, span: int = 150) -> list[Observation]:
    """Traffic of few sources that come and go, a little out of order."""
    found = []
    for number in range(length):
        kind = chance.choice(["level", "door", "motion"])
        at = number * span // length
        value: Any = float(chance.randint(0, 9)) if kind == "level" else chance.random() < 0.7
        source = SOURCES[(at // 40 + chance.randint(0, 1)) % len(SOURCES)]
        instant = EPOCH + (at - chance.randint(0, 4)) * SECOND
        found.append(Observation(id=f"{number:03}", source=source, kind=kind, at=instant, value=value))
    return found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), every=st.integers(1, 15), deltas=st.integers(0, 3), forget=st.sampled_from([16, 40, 200]))
def test_a_restart_anywhere_changes_nothing(seed: int, every: int, deltas: int, forget: int) -> None:
    """With registers, dates and groups that are forgotten, an engine that is stopped at every k-th observation says the same."""
    chance = dice(seed)
    ruleset, limits = parsed(FORMS, table_by(chance)), Limits(forget_after=forget * SECOND)
    history = history_by(chance)
    straight, engine = Partition(ruleset, limits), Partition(ruleset, limits)
    sections = snapshot.full(engine)
    restarts = 0
    for number, observation in enumerate(history, start=1):
        assert rows(engine.observe(observation, observation.at)) == rows(straight.observe(observation, observation.at))
        if number % every == 0:
            sections = laid(sections, snapshot.delta(engine))
            assert sections == snapshot.full(straight)
            restarts += 1
            if restarts % (deltas + 1) == 0:
                engine = Partition(ruleset, limits)
                snapshot.restore(engine, sections)
                sections = snapshot.full(engine)
    end = engine.now + 100 * SECOND
    assert rows(engine.finish(end, end)) == rows(straight.finish(end, end))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), forget=st.integers(5, 60))
def test_forgetting_changes_no_alert(seed: int, forget: int) -> None:
    """While nothing comes more than ``forget_after`` behind the clock, an engine that forgets says what one says that never does."""
    chance = dice(f"forget {seed}")
    ruleset, history = parsed(FORMS, table_by(chance)), history_by(chance, span=600)
    keeps, forgets = Partition(ruleset, Limits(forget_after=NEVER)), Partition(ruleset, Limits(forget_after=forget * SECOND))
    for observation in history:
        assert rows(alerts(forgets.observe(observation, 0))) == rows(alerts(keeps.observe(observation, 0)))
    assert rows(alerts(forgets.tick(keeps.now + 999 * SECOND, 0))) == rows(alerts(keeps.tick(keeps.now + 999 * SECOND, 0)))
    assert sum(counts.forgotten for counts in forgets.tally.rules.values()) > 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), partitions=st.integers(2, 8))
def test_any_number_of_partitions_has_each_member_once(seed: int, partitions: int) -> None:
    """Shared out over partitions that begin with one tick, expected sources and dates say what they say in one stream."""
    chance = dice(f"split {seed}")
    ruleset, history = parsed(FORMS, table_by(chance)), sorted(history_by(chance), key=lambda one: (one.at, one.id))
    begin, end = history[0].at - SECOND, history[-1].at + 300 * SECOND
    whole = Partition(ruleset)
    together = [*whole.tick(begin, 0), *(outcome for one in history for outcome in whole.observe(one, 0)), *whole.tick(end, 0)]
    fold = RuleFold(ruleset, partitions=partitions)
    parts: list[AlertEvent] = []
    for topic in (OBSERVATIONS, URGENT):
        for number in range(partitions):
            held = fold.restore(topic, number, {})
            own = tuple(one for one in history if partition_of(one.source, partitions) == number and topic == OBSERVATIONS)
            envelopes = [Envelope(sent_at=begin, writer="g", tick=begin)]
            envelopes += [Envelope(sent_at=one.at, writer="g", observations=(one,)) for one in own]
            envelopes.append(Envelope(sent_at=end, writer="g", tick=end))
            for offset, envelope in enumerate(envelopes):
                record = Record(topic, number, offset, envelope.sent_at, None, encode_envelope(envelope), ENVELOPE_HEADERS)
                parts += [msgspec.json.decode(output.value, type=AlertEvent) for output in held.step(record) if output.topic == ALERTS]
    assert said(parts) == said(alerts(together))
    assert max(said(parts).values()) == 1


def test_a_member_belongs_to_one_partition_of_one_topic() -> None:
    """A source where its observations lie, a row where its rule and key hash to; life-safety rules on the urgent topic."""
    smoke = {"rule": "smoke-gone", "kind": "smoke", "absent": "1h", "expected": SOURCES}
    ruleset = parsed([*FORMS, smoke], "id,due\nr1,2026-03-02\nr2,\n")
    shares = Shares(ruleset, 4)
    found = [
        (topic, number, rule, member.key)
        for topic in (OBSERVATIONS, URGENT)
        for number in range(4)
        for rule, members in shares.of(topic, number).items()
        for member in members
    ]
    assert sorted(found, key=str) == sorted(
        [
            *((OBSERVATIONS, partition_of(source, 4), "absent", source) for source in SOURCES[:4]),
            *((URGENT, partition_of(source, 4), "smoke-gone", source) for source in SOURCES),
            *((OBSERVATIONS, partition_of(canonical(("due", {"id": key})), 4), "due", key) for key in ("r1", "r2")),
        ],
        key=str,
    )
    with pytest.raises(ValueError, match="has a partition 4, and the settings name 4 partitions"):
        shares.of(OBSERVATIONS, 4)


def test_a_set_without_registers_asks_no_number_of_partitions() -> None:
    """Any partition may be restored."""
    assert Shares(parsed(FORMS[:1]), 1).of(OBSERVATIONS, 7) == {}
