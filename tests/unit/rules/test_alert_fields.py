"""What each field of an alert's event says, one by one, and when an update is worth saying."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.engine import Partition
from rules.grouping import field_fault
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.ids import alert_id, event_id
from streams.observation import Observation, Position
from tests.fakes.rulekit import EPOCH, alerts, rules_of, run, samples, seconds, seen

OVER: dict[str, Any] = {"where": "value > 5"}


def events(rule: dict[str, Any], history: list[Observation], until: float | None = None) -> list[AlertEvent]:
    """Every event of one rule."""
    return alerts(run(rules_of(rule), history, until))


def ups(number: int, **fields: Any) -> list[Observation]:
    """So many matches, one a second."""
    return [seen(at, 9, **fields) for at in range(number)]


@pytest.mark.parametrize("matches", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 64, 100])
def test_updates_come_at_powers_of_two(matches: int) -> None:
    """Of n matches those whose number is a power of two, from the second on, are updates."""
    found = [event.count for event in events(OVER, ups(matches)) if event.event is Change.UPDATED]
    assert found == [power for power in (2, 4, 8, 16, 32, 64) if power <= matches]


def test_an_update_that_falls_into_pending_time_is_not_made_up_for() -> None:
    """Powers of two that were reached before the firing are not said; the next one is."""
    found = events(OVER | {"for": "5s"}, ups(10))
    assert [(event.event.value, event.count) for event in found] == [("firing", 6), ("updated", 8)]


def test_matches_in_quiet_time_are_worth_an_update_too() -> None:
    """A match that brings the condition back and the count to two says so while it is kept."""
    found = events(OVER | {"keep_firing_for": "10s"}, samples("0: 9, 1: 1, 2: 9"))
    assert [(event.event.value, seconds(event.at), event.count) for event in found] == [("firing", 0, 1), ("updated", 2, 2)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [(1, range(1)), (7, range(7)), (8, range(8)), (9, range(1, 9)), (20, range(12, 20))],
    ids=["one", "seven", "eight", "nine", "twenty"],
)
def test_the_newest_eight_references_are_kept(given: int, kept: range) -> None:
    """Evidence is in the order of coming, the newest last, at most eight."""
    history = [seen(at, 9, evidence=(f"e{at}",)) for at in range(given)]
    assert events(OVER, history)[-1].evidence == tuple(f"e{number}" for number in kept)


def test_one_observation_may_bring_more_than_eight() -> None:
    """Of ten references of one match the last eight are kept, at the beginning and later."""
    ten = tuple(f"e{number}" for number in range(10))
    assert events(OVER, [seen(0, 9, evidence=ten)])[0].evidence == ten[2:]
    assert events(OVER, [seen(0, 9, evidence=("old",)), seen(1, 9, evidence=ten)])[-1].evidence == ten[2:]


def test_a_reference_that_is_known_is_no_news() -> None:
    """The same picture again is neither an update nor a second entry; one known and one new are an update with one entry more."""
    history = [seen(0, 9, evidence=("a", "b")), seen(1, 9), seen(2, 9, evidence=("a",)), seen(4, 9, evidence=("b", "c"))]
    found = events(OVER, history)
    assert [(seconds(event.at), event.evidence) for event in found] == [(0, ("a", "b")), (1, ("a", "b")), (4, ("a", "b", "c"))]


def test_evidence_of_pending_time_is_in_the_firing() -> None:
    """What was seen before it fired is told when it fires."""
    found = events(OVER | {"for": "3s"}, [seen(0, 9, evidence=("a",)), seen(2, 9, evidence=("b",)), seen(5, 9)])
    assert (found[0].event, found[0].evidence) == (Change.FIRING, ("a", "b"))


def test_evidence_of_what_does_not_match_is_left_out() -> None:
    """A clearing sample's picture does not show the trouble."""
    found = events(OVER, [seen(0, 9, evidence=("a",)), seen(1, 1, evidence=("b",)), seen(2, 1)])
    assert [event.evidence for event in found] == [("a",), ("a",)]


def test_with_repeat_nothing_else_is_an_update() -> None:
    """A rule that says so again on its own beat does not say so at counts and pictures too, but it tells them then."""
    history = [seen(at, 9, evidence=(f"e{at}",)) for at in range(5)]
    found = events(OVER | {"repeat": "10s"}, history, until=10)
    assert [(event.event.value, seconds(event.at), event.count, len(event.evidence)) for event in found] == [
        ("firing", 0, 1, 1),
        ("updated", 10, 5, 5),
    ]


@pytest.mark.parametrize(
    ("rule", "history", "beats"),
    [
        ({"repeat": "10s"}, "0: 9, 35: 9", [10, 20, 30]),
        ({"repeat": "10s", "for": "5s"}, "0: 9, 36: 9", [15, 25, 35]),
        ({"repeat": "10s"}, "0: 9, 20: 1, 40: 1", [10]),
        ({"repeat": "10s"}, "0: 9, 19.999999: 1, 40: 1", [10]),
        ({"repeat": "10s", "keep_firing_for": "10s"}, "0: 9, 10: 1, 40: 1", [10]),
    ],
    ids=[
        "from the firing on",
        "not from the start",
        "a clearing sample at the beat",
        "just before the beat",
        "the end of quiet time is the beat",
    ],
)
def test_the_beat_of_repeat(rule: dict[str, Any], history: str, beats: list[float]) -> None:
    """Updates come every ``repeat`` from fired_at on, until it resolves; at the very instant of the resolution there is none."""
    found = events(OVER | rule, samples(history))
    assert [seconds(event.at) for event in found if event.event is Change.UPDATED] == beats


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{source}", "sensor/1"),
        ("{kind}", "level"),
        ("{value}", "9"),
        ("{unit}", "mm"),
        ("{zone}", "z1"),
        ("{confidence}", "0.75"),
        ("{count}", "1"),
        ("{rule}", "r0"),
        ("{group}", "sensor/1, z1"),
        ("{place}", "{place}"),
        ("{attributes.plate}", "A 1"),
        ("{attributes.none}", "-"),
        ("{attributes.on}", "true"),
        ("{attributes.half}", "0.5"),
        ("{value}{value} {{x", "99 {{x"),
        ("100 %", "100 %"),
    ],
)
def test_placeholders_of_a_summary(text: str, shown: str) -> None:
    """Each placeholder stands for that of the last match, in both languages; ``{place}`` is left to dispatch."""
    rule = OVER | {"by": ["source", "zone"], "summary": {"en": text, "zh": f"« {text}"}}
    attributes = {"plate": "A 1", "on": True, "half": 0.5}
    (event,) = events(rule, [seen(0, 9, unit="mm", zone="z1", confidence=0.75, attributes=attributes)])
    assert (event.summary.en, event.summary.zh) == (shown, f"« {shown}")


def test_a_summary_speaks_of_the_last_match() -> None:
    """The resolution shows the value of the last match and not that of the sample that cleared."""
    found = events(OVER | {"summary": "{value} {count}"}, samples("0: 9, 1: 7.5, 2: 1, 3: 1"))
    assert [event.summary.en for event in found] == ["9 1", "7.5 2", "7.5 2"]


@pytest.mark.parametrize(
    ("by", "fields", "group"),
    [
        (["source"], {}, {"source": "sensor/1"}),
        (["zone"], {}, {"zone": None}),
        (["zone", "source"], {"zone": "z1"}, {"zone": "z1", "source": "sensor/1"}),
        (["attributes.floor"], {"attributes": {"floor": 3.0}}, {"attributes.floor": 3}),
        (["attributes.floor"], {"attributes": {"floor": 3.5}}, {"attributes.floor": 3.5}),
        (["attributes.floor"], {}, {"attributes.floor": None}),
        (["attributes.on"], {"attributes": {"on": False}}, {"attributes.on": False}),
        (["kind", "unit", "value"], {}, {"kind": "level", "unit": None, "value": 9}),
        ([], {}, {}),
    ],
    ids=["source", "missing zone", "in the order of the rule", "whole", "half", "missing attribute", "truth", "others", "none"],
)
def test_the_group_of_an_alert(by: list[str], fields: dict[str, Any], group: dict[str, Any]) -> None:
    """The group is told field by field in the order of ``by``, what is missing as null; the id is made of it."""
    (event,) = events(OVER | {"by": by}, [seen(0, 9, **fields)])
    assert event.group == group
    assert list(event.group) == by
    assert [type(part) for part in event.group.values()] == [type(part) for part in group.values()]
    assert event.id == alert_id("r0", group, EPOCH)


def test_missing_fields_are_one_group_and_no_others() -> None:
    """Observations without the field go together, apart from those that have it, and none is lost."""
    history = [seen(0, 9), seen(1, 9, zone="z1"), seen(2, 1), seen(3, 1, zone="z1"), seen(4, 1)]
    found = events(OVER | {"by": ["zone"]}, history)
    assert [(event.event.value, event.group["zone"], seconds(event.at)) for event in found] == [
        ("firing", None, 0),
        ("firing", "z1", 1),
        ("resolved", None, 2),
        ("resolved", "z1", 3),
    ]


def test_large_whole_numbers_are_groups_of_their_own() -> None:
    """Neighbours that a floating point number cannot tell apart are two groups, and each is shown as it came."""
    numbers = (2**53, 2**53 + 1, 2**53 - 1)
    history = [seen(at, 9, attributes={"n": number}) for at, number in enumerate(numbers)]
    assert [event.group["attributes.n"] for event in events(OVER | {"by": ["attributes.n"]}, history)] == list(numbers)


@pytest.mark.parametrize("name", ["zon", "a_field_that_is_longer_than_any", "attributes.", "attribute.floor", ""])
def test_what_is_no_field_to_group_by(name: str) -> None:
    """Only fields of observations, and attributes that are named, tell groups apart."""
    assert field_fault(name) is not None


def test_identities() -> None:
    """The id stays over the episode and is another for the next; each event has its own id, of the alert's id, event and instant."""
    found = events(OVER, samples("0: 9, 1: 9, 2: 1, 3: 9, 4: 1, 5: 1"))
    first, second = alert_id("r0", {"source": "sensor/1"}, EPOCH), alert_id("r0", {"source": "sensor/1"}, EPOCH + 3 * SECOND)
    assert [event.id for event in found] == [first, first, first, second, second]
    assert [event.event_id for event in found] == [event_id(event.id, event.event.value, event.at) for event in found]
    assert len({event.event_id for event in found}) == 5


def test_times_of_each_event() -> None:
    """ends_at is there from the resolution on, as the end of the trouble; last_seen is the last match; at is the instant itself."""
    rule = OVER | {"for": "10s", "keep_firing_for": "5s", "repeat": "8s"}
    found = events(rule, samples("0: 9, 7: 9, 17: 1, 60: 1"))
    rows = [
        (
            event.event.value,
            seconds(event.at),
            seconds(event.starts_at),
            seconds(event.fired_at),
            seconds(event.last_seen),
            None if event.ends_at is None else seconds(event.ends_at),
        )
        for event in found
    ]
    assert rows == [
        ("firing", 10, 0, 10, 7, None),
        ("updated", 18, 0, 10, 7, None),
        ("resolved", 22, 0, 10, 7, 17),
    ]


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_is_that_of_the_rule(severity: Severity) -> None:
    """Each severity goes from the rule to the alert; without one it is minor."""
    assert events(OVER | {"severity": severity.value}, ups(1))[0].severity is severity
    assert events(OVER, ups(1))[0].severity is Severity.MINOR


@pytest.mark.parametrize("policy", list(TicketPolicy))
def test_ticket_and_category_are_those_of_the_rule(policy: TicketPolicy) -> None:
    """What to do about a ticket and the matter's code go from the rule to the alert."""
    event = events(OVER | {"ticket": policy.value, "category": "06042"}, ups(1))[0]
    assert (event.ticket, event.category) == (policy, "06042")


def test_labels_are_those_of_the_rule_and_cannot_be_changed_there() -> None:
    """Each event has labels of its own: who changes one changes no other and not the rule."""
    ruleset = rules_of(OVER | {"labels": {"team": "street"}})
    first, second = alerts(run(ruleset, samples("0: 9, 1: 1, 2: 1")))
    first.labels["team"] = "changed"
    assert (second.labels, ruleset.rules[0].labels) == ({"team": "street"}, {"team": "street"})


@pytest.mark.parametrize(("kind", "value", "urgent"), [("smoke", True, True), ("door", True, False)])
def test_life_safety_is_that_of_the_kinds(kind: str, value: bool, urgent: bool) -> None:
    """An alert of a life-safety kind says so, and no other does."""
    assert events({"kind": kind}, [seen(0, value, kind=kind)])[0].life_safety is urgent


def test_where_it_was_is_that_of_the_last_match() -> None:
    """Source and zone are those of the last match; a clearing sample elsewhere changes nothing."""
    place = Position(121.5, 31.25)
    history = [
        seen(0, 9, source="sensor/1", zone="a"),
        seen(1, 9, source="sensor/2", zone="b", position=place),
        seen(2, 1, source="sensor/3", zone="c"),
        seen(3, 1, source="sensor/3"),
    ]
    resolved = events(OVER | {"by": []}, history)[-1]
    assert (resolved.event, resolved.source, resolved.zone, resolved.position) == (Change.RESOLVED, "sensor/2", "b", place)
    assert (resolved.count, resolved.distinct_sources) == (2, 2)


def test_the_position_is_that_of_the_last_match_that_had_one() -> None:
    """A match without a position takes none away; a clearing sample elsewhere moves nothing."""
    here, there = Position(121.5, 31.25), Position(121.6, 31.3)
    history = [
        seen(0, 9),
        seen(1, 9, position=here, evidence=("evidence:sha256/a",)),
        seen(2, 9, evidence=("evidence:sha256/b",)),
        seen(3, 9, position=there, evidence=("evidence:sha256/c",)),
        seen(4, 9),
        seen(5, 1, position=here),
        seen(6, 1),
    ]
    assert [event.position for event in events(OVER, history)] == [None, here, here, there, there]


def test_the_version_is_that_of_the_rule() -> None:
    """Two wordings of one rule tell which of them spoke; the id of the alert is the same."""
    first, second = events(OVER, ups(1))[0], events({"where": "value > 6"}, ups(1))[0]
    assert first.rule_version != second.rule_version
    assert (first.id, first.rule) == (second.id, second.rule)


WHY: dict[str, tuple[dict[str, Any], list[Observation], float, dict[str, Any]]] = {
    "level": (OVER | {"clear": "value < 3", "for": "90s"}, samples("0: 9"), 100, {"form": "level", "clear": "value < 3", "for": "1m30s"}),
    "pulse": ({"kind": "motion"}, samples("0: T", kind="motion"), 0, {"form": "level", "stale_after": "0s"}),
    "count": ({"count": 2, "within": "1h"}, ups(2), 5, {"form": "count", "at_least": 2, "within": "1h"}),
    "distinct": (
        {"count": 2, "within": "1m", "distinct": "value"},
        samples("0: 1, 1: 2"),
        5,
        {"form": "count", "at_least": 2, "within": "1m", "distinct": "value"},
    ),
    "absent": ({"absent": "30s"}, ups(1), 60, {"form": "absent", "after": "30s"}),
    "rate": (
        {"rate": {"above": 0.5, "per": "1s"}, "within": "2m"},
        samples("0: 1, 1: 9"),
        5,
        {"form": "rate", "above": 0.5, "per": "1s", "within": "2m"},
    ),
    "rate below": (
        {"rate": {"below": -2, "per": "1m"}, "within": "2m"},
        samples("0: 9, 1: 1"),
        5,
        {"form": "rate", "below": -2.0, "per": "1m", "within": "2m"},
    ),
}


@pytest.mark.parametrize(("rule", "history", "until", "told"), WHY.values(), ids=WHY.keys())
def test_why_tells_the_form_and_its_numbers(rule: dict[str, Any], history: list[Observation], until: float, told: dict[str, Any]) -> None:
    """Every form tells its name and its own fields, beside the predicate and the observation."""
    why = events(rule, history, until)[0].why
    assert {name: part for name, part in why.items() if name not in ("where", "observation", "last")} == told


def test_why_stays_that_of_the_beginning() -> None:
    """Later events tell the match that made the condition hold, and not the last one."""
    found = events(OVER, samples("0: 9, 1: 8, 2: 1, 3: 1"))
    assert [event.why["observation"]["id"] for event in found] == ["000", "000", "000"]


def test_detected_at_is_the_clock_of_the_log() -> None:
    """Events of one step are noticed at one time, however far apart their instants."""
    engine = Partition(rules_of(OVER | {"for": "10s", "repeat": "10s"}))
    engine.observe(seen(0, 9), 1)
    found = alerts(engine.tick(EPOCH + 31 * SECOND, 77))
    assert [(seconds(event.at), event.detected_at) for event in found] == [(10, 77), (20, 77), (30, 77)]


@pytest.mark.parametrize(
    ("rule", "history", "counts"),
    [
        (OVER, "0: 9, 1: 9, 2: 1, 3: 1", (1, 2)),
        (OVER | {"for": "5s"}, "0: 9, 1: 9, 5: 9, 6: 1, 7: 1", (3, 3)),
        ({"absent": "5s"}, "0: 9, 20: 9, 21: 9", (0, 1)),
        ({"count": 3, "within": "10s"}, "0: 1, 1: 1, 2: 1, 60: 1", (3, 3)),
        ({"rate": {"above": 1, "per": "1s"}, "within": "10s"}, "0: 0, 1: 9, 2: 9, 3: 9, 4: 9, 5: 9, 60: 9, 61: 9", (1, 6)),
    ],
    ids=["level", "sustained", "absent", "count", "rate"],
)
def test_count_at_the_beginning_and_at_the_end(rule: dict[str, Any], history: str, counts: tuple[int, int]) -> None:
    """Matches from the beginning of the episode on, with those of the window for ``count``; nothing for what did not come."""
    found = [event for event in events(rule, samples(history)) if event.event is not Change.UPDATED]
    assert (found[0].count, found[1].count) == counts
