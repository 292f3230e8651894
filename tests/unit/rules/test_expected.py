"""Expected sources: absence of what was never seen, from the moment at which the rules begin to hold."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from config.moment import SECOND, render
from config.problem import ProblemsError
from config.sources import Reporter
from rules.engine import Outcome, Partition, snapshot
from rules.model import Given, RuleSet
from rules.parser import parse_rules
from tests.fakes.rulekit import EPOCH, KINDS, alerts, rules_of, seen, told

ABSENT: dict[str, Any] = {"rule": "gone", "kind": "door", "absent": "60s"}
NAMED = ABSENT | {"expected": ["sensor/1", "sensor/2"]}
CITY = {
    "sensor/a": Reporter(fleet="devices", kinds=("door", "motion")),
    "sensor/b": Reporter(fleet="devices", kinds=("motion",), tags=("alone",)),
    "camera/c": Reporter(fleet="cameras", kinds=("camera_health", "door")),
}


def of_the_city(expected: Any, reporters: Mapping[str, Reporter] | None = CITY, **fields: Any) -> RuleSet:
    """A rule whose expected sources are those of a catalogue."""
    rule = ABSENT | {"expected": expected} | fields
    return parse_rules(json.dumps({"groups": [{"name": "test", "rules": [rule]}]}), KINDS, given=Given(reporters=reporters))


def tick(engine: Partition, second: float) -> list[Outcome]:
    """The clock of the stream shows a second."""
    at = EPOCH + round(second * SECOND)
    return [*engine.tick(at, at)]


def fired(outcomes: Iterable[Outcome]) -> list[tuple[str, float]]:
    """Source and second of what fired."""
    return [(event.group["source"], (event.at - EPOCH) / SECOND) for event in alerts(outcomes) if event.event.value == "firing"]


def going_on(engine: Partition, rules: RuleSet) -> Partition:
    """Another engine, perhaps of other rules, restored from a checkpoint."""
    again = Partition(rules)
    snapshot.restore(again, snapshot.full(engine))
    return again


def test_a_source_that_was_never_seen_is_absent_from_the_first_instant_of_the_stream_on() -> None:
    """The absence counts from the first clock that the stream shows; a match resolves it, as ever."""
    engine = Partition(rules_of(NAMED))
    found = [*tick(engine, 10), *engine.observe(seen(30, True, kind="door"), 0), *tick(engine, 200)]
    found += [*engine.observe(seen(300, True, kind="door", source="sensor/2"), 0), *tick(engine, 301)]
    assert told(found) == [
        ("firing", 70, 70, None, 0),
        ("firing", 90, 90, None, 0),
        ("resolved", 300, 70, 300, 1),
    ]
    assert fired(found) == [("sensor/2", 70), ("sensor/1", 90)]


def test_what_an_alert_says_of_a_source_that_was_never_seen() -> None:
    """There is no last match: last_seen is the registration, the source is that of the group, and why says that it was expected."""
    engine = Partition(rules_of(NAMED | {"summary": "{source} says nothing"}))
    tick(engine, 10)
    (first, _) = alerts(tick(engine, 100))
    assert (first.source, first.last_seen, first.count, first.position) == ("sensor/1", EPOCH + 10 * SECOND, 0, None)
    assert first.why == {"form": "absent", "after": "1m", "last": None, "expected": True}
    assert first.summary.en == "sensor/1 says nothing"


def test_a_match_from_before_the_registration_does_not_make_it_absent_sooner() -> None:
    """What a device kept and sends on later is applied, and the absence still counts from the registration."""
    engine = Partition(rules_of(NAMED))
    found = [*tick(engine, 50), *engine.observe(seen(20, True, kind="door"), 0), *tick(engine, 109), *tick(engine, 111)]
    assert fired(found) == [("sensor/1", 110), ("sensor/2", 110)]
    last = alerts(found)[0]
    assert last.last_seen == EPOCH + 20 * SECOND


def test_active_hours_count_for_expected_sources_too() -> None:
    """From the registration on only active time counts; the tests' second 0 is noon in Shanghai."""
    engine = Partition(rules_of(NAMED | {"active": {"zone": "Asia/Shanghai", "hours": [["13:00", "14:00"]]}}))
    assert fired(tick(engine, 0) + tick(engine, 3660) + tick(engine, 3661)) == [("sensor/1", 3660), ("sensor/2", 3660)]


def test_a_restart_registers_nobody_anew() -> None:
    """The registration is part of the state: the absence goes on counting from where it began."""
    engine = Partition(rules_of(NAMED))
    tick(engine, 10)
    tick(engine, 40)
    assert fired(tick(going_on(engine, rules_of(NAMED)), 75)) == [("sensor/1", 70), ("sensor/2", 70)]


def test_a_source_that_joins_counts_from_when_the_rules_hold() -> None:
    """A new rule set registers at the clock that the stream showed when it took over; who was there goes on as before."""
    engine = Partition(rules_of(NAMED))
    tick(engine, 0)
    tick(engine, 50)
    again = going_on(engine, rules_of(ABSENT | {"expected": ["sensor/1", "sensor/2", "sensor/3"]}))
    assert fired(tick(again, 200)) == [("sensor/1", 60), ("sensor/2", 60), ("sensor/3", 110)]


def test_a_source_that_was_seen_already_goes_on_counting_from_there() -> None:
    """When a source that reports is put on the register, its absence counts from its last match."""
    engine = Partition(rules_of(ABSENT))
    engine.observe(seen(0, True, kind="door"), 0)
    tick(engine, 50)
    again = going_on(engine, rules_of(NAMED))
    found = [*tick(again, 55), *again.observe(seen(52, True, kind="door"), 0), *tick(again, 200)]
    assert fired(found) == [("sensor/2", 110), ("sensor/1", 112)]


@pytest.mark.parametrize("keep", [None, "1h"], ids=["firing", "quiet"])
def test_a_source_that_left_the_catalogue_resolves_by_deregistration(keep: str | None) -> None:
    """Its alert resolves at the clock that the stream showed when the new rule set took over, and ``why`` says so."""
    fields = {} if keep is None else {"keep_firing_for": keep}
    engine = Partition(rules_of(NAMED | fields))
    tick(engine, 0)
    tick(engine, 70)
    if keep is not None:
        engine.observe(seen(80, True, kind="door", source="sensor/2"), 0)
    clock = engine.now
    again = going_on(engine, rules_of(ABSENT | {"expected": ["sensor/1"]} | fields))
    (resolved,) = [event for event in alerts(tick(again, 90)) if event.event.value != "firing"]
    assert (resolved.group, resolved.at) == ({"source": "sensor/2"}, clock)
    assert resolved.ends_at == (clock if keep is None else EPOCH + 80 * SECOND)
    assert resolved.why["deregistered"] == render(clock)
    assert fired(tick(again, 5000)) == []


def test_a_source_that_left_before_it_was_absent_says_nothing() -> None:
    """What was pending or counting is dropped without a word; a source that reports all the same counts from its match."""
    engine = Partition(rules_of(NAMED | {"for": "30s"}))
    tick(engine, 0)
    tick(engine, 70)
    again = going_on(engine, rules_of(ABSENT | {"for": "30s"}))
    found = tick(again, 71) + tick(again, 1000) + [*again.observe(seen(1001, True, kind="door"), 0)] + tick(again, 2000)
    assert fired(found) == [("sensor/1", 1091)]


def test_a_source_that_returns_to_the_catalogue_counts_anew() -> None:
    """From its new registration on."""
    engine = Partition(rules_of(NAMED))
    tick(engine, 0)
    engine = going_on(engine, rules_of(ABSENT))
    tick(engine, 30)
    engine = going_on(engine, rules_of(NAMED))
    assert fired(tick(engine, 300)) == [("sensor/1", 90), ("sensor/2", 90)]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("devices", ["sensor/a"]),
        ("cameras", ["camera/c"]),
        ("sources", ["camera/c", "sensor/a"]),
        ({"kind": "motion"}, ["sensor/a", "sensor/b"]),
        ({"kind": "motion", "tag": "alone"}, ["sensor/b"]),
        ({"kind": ["motion", "camera_health"], "of": "cameras"}, ["camera/c"]),
        ({"of": "devices"}, ["sensor/a"]),
        (["sensor/b", "sensor/a"], ["sensor/a", "sensor/b"]),
        ("sensor/b", ["sensor/b"]),
    ],
    ids=str,
)
def test_who_of_a_city_is_expected(expected: Any, found: list[str]) -> None:
    """Sources that report one of the rule's kinds, or of the kinds, tags and fleet that the rule names."""
    kinds = {**KINDS, "camera_health": KINDS["note"]}
    rule = ABSENT | {"expected": expected}
    rules = parse_rules(json.dumps({"groups": [{"name": "test", "rules": [rule]}]}), kinds, given=Given(reporters=CITY))
    assert [member.key for member in rules.registers["gone"]] == found


def test_without_a_city_nobody_of_it_is_expected() -> None:
    """A replay without a catalogue knows none of its sources: the rule counts from first matches, as without the field."""
    rules = of_the_city("devices", None)
    assert rules.registers == {"gone": ()}
    engine = Partition(rules)
    assert fired([*tick(engine, 0), *engine.observe(seen(1, True, kind="door"), 0), *tick(engine, 99)]) == [("sensor/1", 61)]


def test_the_version_of_a_set_covers_who_is_expected() -> None:
    """Another device in the catalogue is another version of the set, and the same version of the rule."""
    more = {**CITY, "sensor/d": CITY["sensor/a"]}
    one, other = of_the_city("devices"), of_the_city("devices", more)
    assert one.version != other.version
    assert one.rules[0].version == other.rules[0].version
    assert (one.given.reporters, of_the_city(["sensor/a"]).given.reporters) == (CITY, CITY)
    assert rules_of(ABSENT).given.reporters is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expected": ["sensor/x"]}, "expected: the city has no 'sensor/x'. Did you mean 'sensor/b'?"),
        ({"expected": "everything"}, "expected: 'everything' is no source, and no word for the city's sources. Write devices, cameras or"),
        ({"expected": "devices", "by": ["zone"]}, "of an expected source nothing but its name is known. Leave 'by' out, or leave 'expec"),
        ({"expected": {"kind": "dor"}}, "expected: 'dor' is not in the kinds table. Did you mean 'door'?"),
        ({"expected": {"of": "bins"}}, "of: 'bins' is not one of its values. Known: cameras, devices."),
        ({"expected": []}, "expected: the list is empty. Name at least one."),
    ],
    ids=str,
)
def test_what_cannot_be_expected_is_refused(fields: dict[str, Any], said: str) -> None:
    """The message says what is wrong and what to write."""
    with pytest.raises(ProblemsError) as caught:
        of_the_city(**fields)
    assert said in str(caught.value)


def test_only_absence_expects() -> None:
    """With any other form the field is refused with the reason."""
    with pytest.raises(ProblemsError, match="'expected' makes no sense here: 'expected' names sources whose absence counts from the begin"):
        rules_of({"where": "value > 5", "expected": ["sensor/1"]})
