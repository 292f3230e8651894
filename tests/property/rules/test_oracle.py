"""The engine against the reference evaluator: random histories with ties at every kind of instant."""

from collections.abc import Iterable

import pytest

from rules.engine import Outcome
from tests.fakes.rulekit import alerts, notes, rules_of, run
from tests.fakes.ruleoracle import Rule, Said, Seen, evaluate, form_of
from tests.fakes.ruletraffic import FORMS, START, Case, delayed, dice, observation_of, said, traffic

CASES = 120
LATENESS = 7
COUNTED = ("level", "count")
"""Forms whose counts SEMANTICS fixes."""


def meant(form: str, case: Case) -> Rule:
    """The oracle is told what the kinds table tells the engine: a pulse is believed at its instant only."""
    return dict(case.meant) | ({"stale_after": 0} if form == "pulse" else {})


def comparable(events: Iterable[Said], rule: Rule, *, ties: bool) -> list[tuple[object, ...]]:
    """Sorted, without counts that are not fixed.

    What fires at once fires at the match that was one too many; further matches of the very instant come later, so
    that where there are ties the count of that one event depends on their order.
    """
    found = []
    for event in events:
        open_count = form_of(rule) not in COUNTED or (ties and event.event == "firing" and not rule.get("for"))
        found.append(tuple(-1 if part is None else part for part in (event._replace(matches=-1) if open_count else event)))
    return sorted(found)


def expect(outcomes: list[Outcome], expected: list[Said], rule: Rule, *, ties: bool, seed: int) -> None:
    """Nothing missing, nothing extra, nothing late."""
    assert notes(outcomes) == []
    assert comparable(said(alerts(outcomes)), rule, ties=ties) == comparable(expected, rule, ties=ties), (seed, rule)


@pytest.mark.parametrize("form", FORMS)
def test_the_engine_says_what_the_oracle_says(form: str) -> None:
    """In order of time, the engine says exactly what the definition by intervals says, up to any end."""
    for seed in range(CASES):
        chance = dice(f"{form} {seed}")
        case, history = Case(chance, form), traffic(chance, chance.randint(1, 60), chance.choice([20, 60, 120]))
        until = max(history[-1].at, START + chance.choice([0, 150]))
        found = run(rules_of(case.written), map(observation_of, history), until - START)
        expect(found, evaluate(meant(form, case), history, until), case.meant, ties=True, seed=seed)


@pytest.mark.parametrize("form", FORMS)
def test_counts_are_those_of_the_oracle(form: str) -> None:
    """Where no two observations have one instant, every count is that of the definition."""
    for seed in range(CASES // 2):
        chance = dice(f"count {form} {seed}")
        case, history = Case(chance, form), traffic(chance, chance.randint(1, 60), 80, ties=False)
        found = run(rules_of(case.written), map(observation_of, history))
        expect(found, evaluate(meant(form, case), history, history[-1].at), case.meant, ties=False, seed=seed)


@pytest.mark.parametrize("form", FORMS)
def test_any_order_within_the_lateness_says_the_same(form: str) -> None:
    """Shuffled within the rule's lateness, the engine says what the oracle says of the ordered history."""
    for seed in range(CASES // 2):
        chance = dice(f"late {form} {seed}")
        case, history = Case(chance, form, LATENESS), traffic(chance, chance.randint(1, 60), chance.choice([20, 60, 120]))
        found = run(rules_of(case.written), map(observation_of, delayed(chance, history, LATENESS)))
        expect(found, evaluate(meant(form, case), history, history[-1].at), case.meant, ties=True, seed=seed)


def test_active_hours_are_those_of_a_clock_on_the_wall() -> None:
    """Absence in active hours of weekdays ripens when a clock that is watched minute by minute says so."""
    active = {"zone": "Asia/Shanghai", "hours": [["06:00", "11:30"], ["13:00", "21:00"]], "days": ["mon", "tue", "thu", "sat"]}
    for seed in range(25):
        chance = dice(f"active {seed}")
        length = chance.choice([3600, 7200, 33_333])
        at = START + chance.randint(0, 7 * 86_400)
        history = [Seen(at + n * chance.randint(60, 90_000), str(n), "sensor/1", "door", True, "z1") for n in range(4)]  # The door is open.
        history.sort()
        until = history[-1].at + 5 * 86_400
        written = {"kind": "door", "absent": f"{length}s", "active": active}
        rule = {"kind": "door", "absent": length, "active": active, "where": lambda _: True}
        found = run(rules_of(written), map(observation_of, history), until - START)
        expect(found, evaluate(rule, history, until), rule, ties=True, seed=seed)
