"""Sequences at exact instants, with several steps at one, across groups, and with what is counted."""

from typing import Any

import pytest

from streams.observation import Observation
from tests.fakes.rulekit import Told, alerts, notes, play, rules_of, run, seen, told

OPEN: dict[str, Any] = {"kind": "door", "where": "value == true"}
SHUT: dict[str, Any] = {"kind": "door", "where": "value == false"}
MOVE: dict[str, Any] = {"kind": "motion", "where": "value == true"}
THEN: dict[str, Any] = {"sequence": [OPEN, MOVE], "within": "20s"}
THEN_NOT: dict[str, Any] = {"sequence": [OPEN, {"not": MOVE}], "within": "20s"}


def history(text: str) -> list[Observation]:
    """``0A 5B 7C``: doors that open (A), motions (B) and doors that close (C), in the order of writing within one instant."""
    kinds = {"A": ("door", True), "B": ("motion", True), "C": ("door", False)}
    found = []
    for number, part in enumerate(text.split()):
        kind, value = kinds[part[-1]]
        found.append(seen(float(part[:-1]), value, kind=kind, id=f"{number:02}"))
    return found


def fired(rule: dict[str, Any], text: str) -> list[float]:
    """When it fired."""
    return [row[1] for row in play(rule, history(text), until=1000) if row[0] == "firing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0A 0.000001B", [0.000001]),
        ("0A 0B", []),
        ("0B 0A", []),
        ("0A 19.999999B", [19.999999]),
        ("0A 20B", [20]),
        ("0A 20.000001B", []),
        ("0A 5A 21B", [21]),
        ("0A 5A 25B", [25]),
        ("0A 5A 25.000001B", []),
        ("0A 10B 20B", [10]),
        ("0A 10B 10B 11B", [10]),
        ("0A 0A 10B 11B", [10]),
        ("0A 10A 10B 30B", [10, 30]),
        ("0A 10A 10B 30.000001B", [10]),
        ("0A 10A 10B 10A 30B 31B", [10, 30]),
        ("10B 10A 10B 12B", [12]),
        ("0A 25A 25B", []),
        ("0A 25A 25B 26B", [26]),
        ("0A 30B 31A 32B", [32]),
        ("0A 5C 10B", [10]),
    ],
    ids=[
        "a microsecond after",
        "at one instant",
        "at one instant, the other way round",
        "just within",
        "at the end",
        "just too late",
        "the later first step counts",
        "the later first step at the end",
        "the later first step is too old",
        "it is used up",
        "a second one at the instant finds nothing",
        "two first steps at one instant are used up together",
        "one of the very instant is left",
        "one of the very instant grows too old",
        "two of the very instant are one",
        "after an instant of both",
        "old and of the very instant",
        "old, and the one of the very instant is left",
        "an old one is no hindrance",
        "what is neither step changes nothing",
    ],
)
def test_then(text: str, expected: list[float]) -> None:
    """B follows an A of the same group by more than nothing and at most ``within``; that A and all earlier ones are used up."""
    assert fired(THEN, text) == expected


def test_then_with_quiet_time_is_one_episode() -> None:
    """Pulses no further apart than keep_firing_for are one episode; each further pulse counts its second step."""
    rule = THEN | {"keep_firing_for": "10s"}
    assert play(rule, history("0A 5B 10A 15B 26A 27B"), 100) == [
        ("firing", 5, 5, None, 2),
        ("resolved", 25, 5, 15, 3),
        ("firing", 27, 27, None, 2),
        ("resolved", 37, 27, 27, 2),
    ]


def test_steps_of_another_group_do_not_count() -> None:
    """A door of one source and a motion of another are no sequence, unless the rule groups them together."""
    door, motion = seen(0, True, kind="door", source="sensor/1", zone="z"), seen(5, True, kind="motion", source="sensor/2", zone="z")
    assert play(THEN, [door, motion]) == []
    assert len(play(THEN | {"by": ["zone"]}, [door, motion])) == 2


def test_both_steps_may_be_of_one_kind() -> None:
    """A door that opens and closes: each observation is the step that its predicate says."""
    rule = {"sequence": [OPEN, SHUT], "within": "20s"}
    assert fired(rule, "0A 5C 6C 10A 40C") == [5]
    assert fired({"sequence": [OPEN, {"not": SHUT}], "within": "20s"}, "0A 5C 10A 40C") == [30]


def test_a_step_may_have_several_kinds() -> None:
    """Either kind of a step is that step, under the step's own predicate."""
    rule = {"sequence": [OPEN, {"kind": ["motion", "level"]}], "within": "20s"}
    assert play(rule, [seen(0, True, kind="door"), seen(3, 1, kind="level")])[0] == ("firing", 3, 3, None, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0A", [20]),
        ("0A 0.000001B", []),
        ("0A 0B", [20]),
        ("0B 0A", [20]),
        ("0A 20B", []),
        ("0A 20.000001B", [20]),
        ("0A 5A 10B", []),
        ("0A 5A 10B 11A", [31]),
        ("0A 5A", [20]),
        ("0A 10B 10A", [30]),
        ("0A 10A 10B", []),
        ("0A 20A 20B", []),
        ("0A 20B 20A", [40]),
        ("0A 20A", [20]),
        ("0A 25B 26A", [20, 46]),
        ("5C 6B", []),
    ],
    ids=[
        "never",
        "at once",
        "at the instant itself",
        "at the instant itself, before",
        "at the last instant",
        "a microsecond too late",
        "one answer for all",
        "and anew",
        "the first counts",
        "answered and asked at one instant",
        "asked while waiting and answered at one instant",
        "asked and answered at the last instant",
        "answered and asked at the last instant",
        "asked again at the last instant",
        "after the end of the alert",
        "never asked",
    ],
)
def test_then_not(text: str, expected: list[float]) -> None:
    """From A + within when no B came in (A, A + within]; an A while one is waiting changes nothing."""
    assert fired(THEN_NOT, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0A 25B", [("firing", 20, 20, None, 0), ("resolved", 25, 20, 25, 0)]),
        ("0A 22A 25B", [("firing", 20, 20, None, 0), ("resolved", 25, 20, 25, 1)]),
        ("0A 22A 50B", [("firing", 20, 20, None, 0), ("resolved", 50, 20, 50, 1)]),
        ("0A 30A 30B", [("firing", 20, 20, None, 0), ("resolved", 30, 20, 30, 1), ("firing", 50, 50, None, 0)]),
        ("0A 30B 30A", [("firing", 20, 20, None, 0), ("resolved", 30, 20, 30, 1), ("firing", 50, 50, None, 0)]),
        ("0A 25B 25B", [("firing", 20, 20, None, 0), ("resolved", 25, 20, 25, 0)]),
    ],
    ids=[
        "answered late",
        "asked while it fires",
        "the second question ripens unheard",
        "asked and answered",
        "answered and asked",
        "twice",
    ],
)
def test_what_ends_the_alert(text: str, expected: list[Told]) -> None:
    """The next B ends it; first steps while it fires are its matches; those of B's own instant wait for an answer of their own."""
    assert play(THEN_NOT, history(text), 1000) == expected


def test_then_not_can_be_sustained_and_kept() -> None:
    """``for`` counts from A + within; a new unanswered question in quiet time goes on."""
    assert play(THEN_NOT | {"for": "5s"}, history("0A 25B"), 100) == []
    assert play(THEN_NOT | {"for": "5s"}, history("0A 26B"), 100) == [("firing", 25, 20, None, 0), ("resolved", 26, 20, 26, 0)]
    rule = THEN_NOT | {"keep_firing_for": "30s"}
    assert play(rule, history("0A 25B 30A"), 60) == [("firing", 20, 20, None, 0)]
    assert play(rule, history("0A 25B 36A"), 60) == [("firing", 20, 20, None, 0), ("resolved", 55, 20, 25, 1), ("firing", 56, 56, None, 0)]


def test_an_undecided_step_is_not_taken() -> None:
    """An observation of which one step cannot be judged begins nothing and answers nothing, though it might be the other."""
    careful = {"kind": "door", "where": "confidence > 0.5"}
    found = run(rules_of({"sequence": [careful, MOVE], "within": "20s"}), history("0A 5B"))
    assert (len(notes(found)), told(found)) == (1, [])
    answer = {"kind": "motion", "where": "confidence > 0.5"}
    found = run(rules_of({"sequence": [OPEN, {"not": answer}], "within": "20s"}), history("0A 5B"), 100)
    assert (len(notes(found)), told(found)) == (1, [("firing", 20, 20, None, 0)])


def test_why_tells_both_steps() -> None:
    """A sequence shows its second step with the values, a missing answer shows the question and what did not come."""
    then = alerts(run(rules_of(THEN), history("0A 5B")))[0]
    assert then.why == {
        "form": "sequence",
        "within": "20s",
        "first": {"where": "value == true"},
        "second": {
            "where": {"condition": "value == true", "values": {"value": True}, "is": True},
            "observation": {"id": "01", "source": "sensor/1", "kind": "motion", "at": "2026-03-02T04:00:05Z", "value": True},
        },
    }
    without = alerts(run(rules_of(THEN_NOT), history("0A"), 100))[0]
    assert (without.why["first"]["observation"]["id"], without.why["not"]) == ("00", {"where": "value == true"})
    assert (without.source, without.distinct_sources, without.count) == ("sensor/1", 0, 0)
    assert without.last_seen == without.starts_at - 20_000_000


@pytest.mark.parametrize(("door", "sources"), [("sensor/1", 1), ("sensor/2", 2)])
def test_a_sequence_counts_the_sources_of_both_steps(door: str, sources: int) -> None:
    """Two matches are counted, and the sources that they came from: of an earlier first step nothing is told."""
    rule = THEN | {"by": ["zone"]}
    steps = [
        seen(0, True, kind="door", source="sensor/3", zone="hall", id="00"),
        seen(1, True, kind="door", source=door, zone="hall", id="01"),
        seen(5, True, kind="motion", source="sensor/1", zone="hall", id="02"),
    ]
    firing, resolved = alerts(run(rules_of(rule), steps, 100))
    assert (firing.count, firing.distinct_sources, resolved.distinct_sources) == (2, sources, sources)
