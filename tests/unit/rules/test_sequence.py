"""Sequences: A then B, and A then not B."""

from typing import Any

from streams.observation import Observation
from tests.fakes.rulekit import alerts, notes, play, rules_of, run, seen

OPEN = {"kind": "door", "where": "value == true"}
MOVE = {"kind": "motion", "where": "value == true"}
THEN: dict[str, Any] = {"sequence": [OPEN, MOVE], "within": "20s"}
THEN_NOT: dict[str, Any] = {"sequence": [OPEN, {"not": MOVE}], "within": "20s"}


def history(text: str) -> list[Observation]:
    """``0A 5B``: doors (A) and motions (B) at seconds, in the order of writing within one instant."""
    kinds = {"A": "door", "B": "motion"}
    return [seen(float(part[:-1]), True, kind=kinds[part[-1]], id=f"{number:02}") for number, part in enumerate(text.split())]


def fired(rule: dict[str, Any], text: str) -> list[float]:
    """When it fired."""
    return [row[1] for row in play(rule, history(text), until=1000) if row[0] == "firing"]


def test_a_second_step_in_time_is_a_pulse() -> None:
    """B within the time fires and resolves at its instant, with two matches."""
    assert play(THEN, history("0A 20B")) == [("firing", 20, 20, None, 2), ("resolved", 20, 20, 20, 2)]


def test_a_second_step_too_late_or_too_early_is_none() -> None:
    """B a microsecond too late, B at the instant of A and B before A are no sequence."""
    assert fired(THEN, "0A 20.000001B") == []
    assert fired(THEN, "5A 5B") == []
    assert fired(THEN, "3B 5A") == []


def test_a_sequence_uses_up_its_first_steps() -> None:
    """One B uses up every A before it; a second B needs an A of its own."""
    assert fired(THEN, "0A 5A 10B 12B") == [10]
    assert fired(THEN, "0A 5A 10B 11A 12B") == [10, 12]


def test_a_first_step_at_the_instant_of_the_second_waits_for_the_next() -> None:
    """An A at the very instant of a B was not followed by it, and is not used up by it."""
    assert fired(THEN, "0A 10A 10B 12B") == [10, 12]
    assert fired(THEN, "0A 10B 10A 12B") == [10, 12]
    assert fired(THEN, "0A 10A 10B 10B") == [10]


def test_other_steps_do_not_begin_a_sequence() -> None:
    """A door that closes is no first step."""
    assert play(THEN, [seen(0, False, kind="door"), seen(5, True, kind="motion")]) == []


def test_one_observation_can_be_both_steps() -> None:
    """An observation that is B and A answers what came before and begins anew; it never follows itself."""
    both = {"sequence": [OPEN, OPEN], "within": "20s"}
    assert fired(both, "0A 10A 25A") == [10, 25]


def test_the_example_of_the_semantics() -> None:
    """A that no B followed fires when its time is over; the first A counts; the next B resolves."""
    assert play(THEN_NOT, history("0A 5A 30B")) == [("firing", 20, 20, None, 0), ("resolved", 30, 20, 30, 0)]


def test_an_answer_in_time_prevents_it() -> None:
    """B within the time, and at its last instant, is an answer."""
    assert fired(THEN_NOT, "0A 3B") == []
    assert fired(THEN_NOT, "0A 20B") == []
    assert fired(THEN_NOT, "0A 20.000001B") == [20]


def test_an_answer_at_the_instant_of_the_question_is_none() -> None:
    """B at the instant of A does not answer it."""
    assert fired(THEN_NOT, "5A 5B") == [25]


def test_while_it_fires_the_next_first_step_waits_too() -> None:
    """An A during the alert waits for an answer of its own; the B that ends the alert answers it, unless it came with it."""
    assert fired(THEN_NOT, "0A 25A 30B 60B") == [20]
    assert fired(THEN_NOT, "0A 30A 30B") == [20, 50]


def test_a_first_step_after_the_answer_waits_anew() -> None:
    """Once answered, the next A has its own time."""
    assert fired(THEN_NOT, "0A 3B 10A") == [30]


def test_what_is_told_is_the_step_without_answer() -> None:
    """The alert shows the A that was not answered."""
    found = alerts(run(rules_of(THEN_NOT), history("0A 5A"), until=100))[0]
    assert found.why["first"]["observation"]["id"] == "00"
    assert found.why["not"] == {"where": "value == true"}
    assert found.distinct_sources == 0


def test_a_step_that_cannot_be_judged_is_told() -> None:
    """An undecided step changes nothing, in both forms and for both steps."""
    odd = {"kind": "door", "where": "confidence > 0.5"}
    for sequence in ([odd, MOVE], [MOVE, odd], [odd, {"not": MOVE}], [MOVE, {"not": odd}]):
        assert len(notes(run(rules_of({"sequence": sequence, "within": "20s"}), history("0A")))) == 1
