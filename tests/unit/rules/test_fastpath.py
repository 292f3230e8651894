"""The short way through a rule says what the long way says, and leaves nothing undone that the long way does."""

import pytest

from config.moment import SECOND
from rules.conditions.level import LevelEvaluator
from rules.conditions.matching import Matcher
from rules.engine import Limits, Partition
from rules.engine.bearer import RuleBearer
from rules.engine.counts import Counts
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.engine.outcome import Note
from rules.model import Level
from rules.predicates import Undecided
from rules.predicates.direct import NO_VALUE, refuting
from rules.predicates.parser import parse
from rules.state import Group, Signal
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, notes, rules_of, samples, seen


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("value == true", False),
        ("value == false", True),
        ("value != true", True),
        ("value == true && zone == 'a'", False),
        ("(value == true && has(zone)) && zone == 'a'", False),
        ("zone == 'a' && value == true", NO_VALUE),
        ("value == true || zone == 'a'", NO_VALUE),
        ("!(value == true)", NO_VALUE),
        ("value == 1", NO_VALUE),
        ("value > 5", NO_VALUE),
        ("attributes.value == true", NO_VALUE),
    ],
)
def test_one_truth_value_may_be_enough_to_refute_a_condition(text: str, value: object) -> None:
    """Only where what is looked at first decides, since whatever stands there may be undecided."""
    assert refuting(parse(text)) is value


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 1, 1), []),
        ((9, 4, 2, 2), ["firing", "resolved"]),
        ((4, 9, 4), ["firing"]),
        ((2, 9, 2, 2, 9), ["firing", "resolved", "firing"]),
    ],
)
def test_a_level_with_clear_takes_the_short_way_too(values: tuple[float, ...], expected: list[str]) -> None:
    """Samples that are neither, and samples that clear what does not hold, change nothing."""
    engine = Partition(rules_of({"rule": "over", "where": "value > 5", "clear": "value < 3"}))
    said = [event for second, value in enumerate(values) for event in alerts(engine.observe(seen(second, value), 0))]
    assert [event.event.value for event in said] == expected
    assert len(next(iter(engine.bearers["over"].groups.values())).ids) == min(len(values), 4)


def test_who_cannot_say_whether_it_clears_is_told() -> None:
    """While nothing holds as well: what cannot be decided is counted, though it could change nothing."""
    engine = Partition(rules_of({"rule": "over", "where": "value > 5", "clear": "confidence < 0.5"}))
    assert notes(list(engine.observe(seen(0, 1), 0))) == [(Note.UNDECIDED, "0-1")]
    assert engine.tally.rules["over"].undecided == 1


class Breaking(LevelEvaluator):
    """A form that sets its timer and then cannot stand the value 13."""

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """Believe the match, then divide by zero at 13."""
        signal = super().sample(group, observation)
        return signal if 1 / (float(observation.value) - 13) else Signal.NOTHING


def test_a_timer_that_was_set_before_a_rule_broke_still_runs() -> None:
    """As it would after a restart, when all timers that the state holds are set."""
    ledger, counts, lane = Ledger(), Counts(), Lane(0)
    evaluator = Breaking(Level(stale_after=5 * SECOND), Matcher(None, None), None, 5 * SECOND)
    bearer = RuleBearer(rules_of({"rule": "over"}).rules[0], evaluator, lane, Limits(), counts)
    for observation in samples("0: 13"):
        bearer.apply(observation, ledger)
    (group,) = bearer.groups.values()
    assert (counts.crashed, group.condition_due, bearer.armed[group.key]) == (1, EPOCH + 5 * SECOND, EPOCH + 5 * SECOND)
    lane.advance(EPOCH + 6 * SECOND, ledger)
    assert group.ran_at == EPOCH + 5 * SECOND


def test_a_group_key_of_several_fields_is_a_tuple() -> None:
    """However it is read: by plain fields at once, or one by one where a value must be told apart."""
    engine = Partition(rules_of({"rule": "plain", "by": ["source", "zone"]}, {"rule": "apart", "by": ["source", "value"]}))
    engine.observe(seen(0, 1), 0)
    assert [next(iter(engine.bearers[name].groups)) for name in ("plain", "apart")] == [
        (seen(0, 1).source, seen(0, 1).zone),
        (seen(0, 1).source, 1.0),
    ]
