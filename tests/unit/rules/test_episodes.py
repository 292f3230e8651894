"""What alerts say beside firing and resolving: updates, repetitions, evidence, and what stands in each event."""

from typing import Any

from config.moment import SECOND
from streams.alert import AlertEvent, Change, Severity, TicketPolicy
from streams.ids import alert_id, event_id
from streams.observation import Observation, Position
from tests.fakes.rulekit import EPOCH, alerts, play, rules_of, run, samples, seen, told

OVER = {"where": "value > 5"}


def changes(rule: dict[str, Any], history: list[Observation], until: float | None = None) -> list[tuple[str, float, int]]:
    """Every change with its second and its count."""
    return [(row[0], row[1], row[4]) for row in told(run(rules_of(rule), history, until), updates=True)]


def test_an_update_is_said_at_powers_of_two_and_never_once_per_sample() -> None:
    """Of ten matches the second, fourth and eighth are worth an update."""
    history = samples(", ".join(f"{second}: 9" for second in range(10)))
    assert changes(OVER, history) == [("firing", 0, 1), ("updated", 1, 2), ("updated", 3, 4), ("updated", 7, 8)]


def test_nothing_is_updated_while_pending() -> None:
    """Before it fires, an alert says nothing at all."""
    assert changes(OVER | {"for": "5s"}, samples("0: 9, 1: 9, 2: 9, 3: 9, 6: 1")) == [("firing", 5, 4), ("resolved", 6, 4)]


def test_new_evidence_is_an_update() -> None:
    """A reference that the alert does not have yet is said; one that it has is not. The newest eight are kept."""
    history = [seen(second, 9, evidence=(f"evidence:sha256/{min(second, 11)}",)) for second in range(14)]
    found = alerts(run(rules_of(OVER), history))
    assert [event.count for event in found if event.event is Change.UPDATED] == list(range(2, 13))
    assert found[-1].evidence == tuple(f"evidence:sha256/{number}" for number in range(4, 12))


def test_repeat_says_so_again_while_it_fires() -> None:
    """With ``repeat`` there is an update every so often, quiet time included, and none for counts."""
    rule = OVER | {"repeat": "10s", "keep_firing_for": "15s"}
    assert changes(rule, samples("0: 9, 1: 9, 2: 9, 24: 1, 60: 1")) == [
        ("firing", 0, 1),
        ("updated", 10, 3),
        ("updated", 20, 3),
        ("updated", 30, 3),
        ("resolved", 39, 3),
    ]


def test_at_one_instant_the_end_comes_before_the_repetition() -> None:
    """An alert that resolves at the instant of its repetition does not repeat itself."""
    assert changes(OVER | {"repeat": "10s", "keep_firing_for": "6s"}, samples("0: 9, 4: 1, 60: 1")) == [
        ("firing", 0, 1),
        ("resolved", 10, 1),
    ]


def test_repetition_goes_on_after_quiet_time() -> None:
    """When the condition holds again during quiet time, the beat of the repetition stays."""
    rule = OVER | {"repeat": "10s", "keep_firing_for": "30s"}
    assert changes(rule, samples("0: 9, 4: 1, 12: 9, 21: 9")) == [("firing", 0, 1), ("updated", 10, 1), ("updated", 20, 2)]


def test_an_event_tells_everything() -> None:
    """A firing event holds identity, times, where it was, what it says to people and why."""
    ruleset = rules_of(
        {
            "rule": "too-much",
            "where": "value > 5 && confidence >= 0.5",
            "for": "10s",
            "severity": "critical",
            "category": "06042",
            "ticket": "auto",
            "summary": {"en": "{value} at {place}, {count} times by {source}", "zh": "{place} {value}"},
            "labels": {"team": "street"},
        }
    )
    place = Position(121.4, 31.2)
    history = [seen(0, 9, confidence=0.5, zone="z1", position=place), seen(3, 7.5, confidence=0.9), seen(11, 1, confidence=1.0)]
    event = alerts(run(ruleset, history))[0]
    identity = alert_id("too-much", {"source": "sensor/1"}, EPOCH)
    fires = EPOCH + 10 * SECOND
    assert event == AlertEvent(
        event_id=event_id(identity, "firing", fires),
        event=Change.FIRING,
        at=fires,
        id=identity,
        rule="too-much",
        rule_version=ruleset.rules[0].version,
        group={"source": "sensor/1"},
        severity=Severity.CRITICAL,
        category="06042",
        ticket=TicketPolicy.AUTO,
        starts_at=EPOCH,
        fired_at=fires,
        last_seen=EPOCH + 3 * SECOND,
        count=2,
        distinct_sources=1,
        source="sensor/1",
        zone=None,
        position=place,
        labels={"team": "street"},
        summary=event.summary,
        why=event.why,
        detected_at=history[-1].at,
    )
    assert (event.summary.en, event.summary.zh) == ("7.5 at {place}, 2 times by sensor/1", "{place} 7.5")


def test_why_is_the_tree_of_conditions_with_the_values() -> None:
    """The tree names each condition, what it read and what came out, and the observation that made it hold."""
    ruleset = rules_of({"where": "value > 5 && (zone == 'z1' || confidence > 0.9)", "for": "1s", "stale_after": "9s"})
    history = [seen(0, 9, zone="z1"), seen(5, 9, zone="z1")]
    assert alerts(run(ruleset, history))[0].why == {
        "form": "level",
        "where": {
            "all": [
                {"condition": "value > 5", "values": {"value": 9.0}, "is": True},
                {
                    "any": [
                        {"condition": "zone == 'z1'", "values": {"zone": "z1"}, "is": True},
                        {"condition": "confidence > 0.9", "values": {"confidence": None}, "undecided": "confidence is missing"},
                    ],
                    "is": True,
                },
            ],
            "is": True,
        },
        "observation": {"id": "0-9", "source": "sensor/1", "kind": "level", "at": "2026-03-02T04:00:00Z", "value": 9.0},
        "stale_after": "9s",
        "for": "1s",
    }


def test_a_rule_without_where_takes_every_observation() -> None:
    """No predicate is true of everything, and ``why`` says so."""
    assert play({"kind": "door"}, [seen(0, False, kind="door")]) == [("firing", 0, 0, None, 1)]
    assert alerts(run(rules_of({"kind": "door"}), [seen(0, False, kind="door")]))[0].why["where"]["condition"] == "true"


def test_life_safety_is_said() -> None:
    """An alert of a life-safety kind says that no silence hides it."""
    assert alerts(run(rules_of({"kind": "smoke"}), [seen(0, True, kind="smoke")]))[0].life_safety
