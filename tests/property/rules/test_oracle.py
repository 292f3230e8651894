"""The engine against the reference evaluator: random rules and histories with ties and touches at every kind of instant."""

from collections import Counter

import msgspec
import pytest

from rules.parser import parse_rules
from rules.replay import Line, Summary, replay
from tests.fakes.duel import by_engine, by_oracle
from tests.fakes.oddcases import FORMS, observation_of, oddity
from tests.fakes.oracle.log import clock, hear, in_turn
from tests.fakes.oracle.rulebook import read_rules
from tests.fakes.rulekit import KINDS
from tests.fakes.ruletraffic import dice

CASES = 30


@pytest.mark.parametrize("form", FORMS)
def test_the_engine_says_what_the_oracle_says(form: str) -> None:
    """Over a log with late, double and undecidable observations and ticks, every event, instant, id and count, and every note is the oracle's."""
    said: Counter[str] = Counter()
    for seed in range(CASES):
        chance = dice(f"{form} {seed}")
        case, to_the_end = oddity(chance, [form], length=chance.randint(1, 60)), seed % 2 == 0
        found = by_engine(case, replay=to_the_end)
        assert found == by_oracle(case, replay=to_the_end), (seed, case.rules)
        said.update(told.event for told in found.elements())
    assert said["firing"] > 5, "these cases prove little"
    assert said["late"] + said["duplicate"] > 5


@pytest.mark.parametrize("seed", range(2))
def test_rules_of_all_forms_together_say_what_each_says_alone(seed: int) -> None:
    """A rule file with three rules of each form over one log: the engine's whole output is the oracle's, rule by rule."""
    chance = dice(f"together {seed}")
    case = oddity(chance, [form for form in FORMS for _ in range(3)], length=90)
    assert by_engine(case, replay=False) == by_oracle(case, replay=False)


@pytest.mark.parametrize("seed", range(3))
def test_replay_prints_what_the_oracle_says(seed: int) -> None:
    """The rows of ``cityloop replay`` over a shuffled recording are the oracle's, and a second run prints the very same bytes."""
    case = oddity(dice(f"replay {seed}"), length=80)
    recording = [entry for entry in case.log if not isinstance(entry, int)]
    ruleset = parse_rules(case.rules, KINDS)

    def rows() -> list[bytes]:
        lines = [Line(number, observation_of(seen)) for number, seen in enumerate(recording, start=1)]
        return [msgspec.json.encode(row) for row in replay(ruleset, lines, None, Summary())]

    printed = rows()
    assert printed == rows()
    pulses = [kind.name for kind in KINDS.values() if kind.pulse]
    expected = Counter(
        (rule.name, said.event, said.matches)
        for rule in read_rules(case.rules, pulses)
        for said, _ in hear(rule, in_turn(recording, rule.lateness, to_the_end=True), clock(recording)).said
    )
    found = [msgspec.json.decode(row) for row in printed]
    assert Counter((row["rule"], row["event"], row["count"]) for row in found if "count" in row) == expected
