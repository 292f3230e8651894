"""Late, double, early and drilled observations, and the clock of the stream."""

from typing import Any

from config.moment import SECOND, Micros
from rules.conditions.level import LevelEvaluator
from rules.conditions.matching import Matcher
from rules.engine import Counts, Failed, Limits, Note, Noted, Partition
from rules.engine.bearer import RuleBearer
from rules.engine.lane import Lane
from rules.engine.ledger import Ledger
from rules.model import Level
from rules.predicates import Undecided
from rules.state import Group, Signal
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, notes, play, rules_of, run, samples, seen, told

OVER: dict[str, Any] = {"where": "value > 5"}


def test_without_lateness_the_past_is_late() -> None:
    """An observation before one that its group has applied is told as late and changes nothing."""
    found = run(rules_of(OVER), samples("10: 1, 5: 9, 11: 1"))
    assert (told(found), notes(found)) == ([], [(Note.LATE, "001")])


def test_lateness_is_a_matter_of_the_group() -> None:
    """What another source has sent since makes nothing late."""
    history = [seen(10, 9, source="sensor/1"), seen(5, 9, source="sensor/2")]
    assert [row[1] for row in play(OVER, history)] == [10, 5]


def test_a_timer_that_was_run_makes_late_what_was_before_it() -> None:
    """Once ``for`` has run, a clearing sample from before it is late, although its group applied nothing later."""
    history = [seen(0, 9), seen(30, 1, source="sensor/2"), seen(10, 1)]
    found = run(rules_of(OVER | {"for": "10s"}), history)
    assert (told(found)[0], notes(found)) == (("firing", 10, 0, None, 1), [(Note.LATE, "10-1")])
    assert [outcome.reason for outcome in found if hasattr(outcome, "reason")] == [
        "its group has already run a timer that was due then or later"
    ]


def test_within_the_lateness_order_does_not_matter() -> None:
    """With twenty seconds of lateness the same samples in another order say the same."""
    rule = OVER | {"for": "10s", "lateness": "20s"}
    assert play(rule, samples("11: 1, 4: 9, 0: 9")) == play(rule, samples("0: 9, 4: 9, 11: 1")) != []


def test_what_comes_later_than_the_lateness_is_late() -> None:
    """An observation is applied when the clock of the stream reaches its time and the lateness; older ones are late then."""
    found = run(rules_of(OVER | {"lateness": "20s"}), samples("0: 9, 100: 1, 80: 9, 79: 1"))
    assert notes(found) == [(Note.LATE, "003")]
    assert told(found) == [("firing", 0, 0, None, 1), ("resolved", 100, 0, 100, 2)]


def test_an_observation_of_the_very_instant_is_not_late() -> None:
    """Observations of one instant are applied one after another as they come."""
    found = run(rules_of(OVER), samples("5: 9, 5: 1, 6: 1"))
    assert (notes(found), told(found)) == ([], [("firing", 5, 5, None, 1), ("resolved", 5, 5, 5, 1)])


def test_the_same_id_a_second_time_is_a_duplicate() -> None:
    """A repetition is told and does nothing, whether at its instant, later, or restamped."""
    history = [seen(0, 9, id="a"), seen(0, 9, id="a"), seen(1, 9, id="b"), seen(0, 9, id="a"), seen(7, 9, id="a")]
    found = run(rules_of(OVER), history)
    assert notes(found) == [(Note.DUPLICATE, "a")] * 3
    assert alerts(found)[-1].count == 2


def test_every_id_of_the_latest_instant_is_remembered() -> None:
    """However many observations share an instant, a repetition of any is a duplicate; older ids are remembered up to a number."""
    history = [seen(0, 9, id="early")] + [seen(1, 9, id=str(number)) for number in range(9)]
    found = run(rules_of(OVER), [*history, *history], limits=Limits(remembered=2))
    assert notes(found) == [(Note.LATE, "early")] + [(Note.DUPLICATE, str(number)) for number in range(9)]


def test_an_undecided_observation_changes_nothing() -> None:
    """It is told with its reason; it makes nothing late, and its repetition is a duplicate."""
    history = [seen(10, 9, id="a"), seen(5, 9, id="b", confidence=0.9), seen(10, 9, id="a")]
    found = run(rules_of({"where": "confidence > 0.5"}), history)
    assert notes(found) == [(Note.UNDECIDED, "a"), (Note.DUPLICATE, "a")]
    assert told(found) == [("firing", 5, 5, None, 1)]


def test_the_future_is_quarantined_and_moves_no_clock() -> None:
    """More than five minutes ahead of its receipt an observation is set aside; exactly five minutes are believed."""
    engine = Partition(rules_of(OVER))
    ahead = engine.observe(seen(1000, 9, received_at=EPOCH + 699 * SECOND), 0)
    assert notes(ahead) == [(Note.AHEAD, "1000-9")]
    assert ahead[0].rule == ""
    assert engine.now < EPOCH
    assert told(engine.observe(seen(1000, 9, received_at=EPOCH + 700 * SECOND), 0)) == [("firing", 1000, 1000, None, 1)]
    assert engine.tally.ahead == 1


def test_a_drill_is_seen_by_no_rule() -> None:
    """``test: true`` is counted and moves the clock of the stream, and neither fires nor clears; other attributes do not matter."""
    engine = Partition(rules_of(OVER | {"for": "5s"}))
    engine.observe(seen(0, 9), 0)
    assert told(engine.observe(seen(6, 1, attributes={"test": True}), 0)) == [("firing", 5, 0, None, 1)]
    assert engine.tally.tests == 1
    assert told(engine.observe(seen(7, 1, attributes={"test": "true"}), 0)) == []
    assert told(engine.tick(EPOCH + 8 * SECOND, 0)) == [("resolved", 7, 0, 7, 1)]


def test_ticks_run_timers_strictly_after_their_instant() -> None:
    """A tick of the very instant leaves the timer waiting, since an observation of that instant may still come."""
    engine = Partition(rules_of(OVER | {"for": "10s"}))
    engine.observe(seen(0, 9), 0)
    assert engine.tick(EPOCH + 10 * SECOND, 0) == ()
    assert told(engine.observe(seen(10, 1), 0)) == []
    engine.observe(seen(11, 9), 0)
    assert told(engine.tick(EPOCH + 21 * SECOND + 1, 77)) == [("firing", 21, 11, None, 1)]


def test_a_tick_of_the_past_changes_nothing() -> None:
    """The clock of the stream never goes back."""
    engine = Partition(rules_of(OVER))
    engine.observe(seen(10, 1), 0)
    assert engine.tick(EPOCH, 0) == ()
    assert engine.now == EPOCH + 10 * SECOND


def test_outcomes_of_one_step_are_in_order() -> None:
    """What is noticed together comes by instant, then rule, then group."""
    rules = rules_of(OVER | {"rule": "b", "for": "10s"}, OVER | {"rule": "a", "for": "10s"}, OVER | {"rule": "c", "for": "9s"})
    engine = Partition(rules)
    for source in ("sensor/2", "sensor/1"):
        engine.observe(seen(0, 9, source=source), 0)
    found = alerts(engine.tick(EPOCH + 60 * SECOND, 0))
    assert [(event.rule, event.group["source"][-1]) for event in found] == [
        ("c", "1"),
        ("c", "2"),
        ("a", "1"),
        ("a", "2"),
        ("b", "1"),
        ("b", "2"),
    ]


class Breaking(LevelEvaluator):
    """A form with a mistake in it: it cannot stand the value 13."""

    def sample(self, group: Group, observation: Observation) -> Signal | Undecided:
        """Divide by zero at 13."""
        return super().sample(group, observation) if 1 / (float(observation.value) - 13) else Signal.NOTHING


def test_an_observation_that_a_rule_cannot_stand_is_set_aside() -> None:
    """Whatever breaks inside a rule is told with the observation and the reason, and the rule goes on with the next."""
    rule = rules_of(OVER).rules[0]
    ledger, counts = Ledger(), Counts()
    evaluator = Breaking(Level(), Matcher(None, None), None, None)
    bearer = RuleBearer(rule, evaluator, Lane(0), Limits(), counts)
    for observation in samples("0: 9, 1: 13, 2: 9"):
        bearer.apply(observation, ledger)
    found = ledger.close()
    assert notes(found) == [(Note.CRASHED, "001")]
    assert [outcome.reason for outcome in found if isinstance(outcome, Noted)] == ["ZeroDivisionError: float division by zero"]
    assert (counts.crashed, counts.evaluated, alerts(found)[-1].count) == (1, 3, 2)


class Stuck(LevelEvaluator):
    """A form whose timer has a mistake in it."""

    def ripen(self, group: Group, due: Micros) -> Signal:
        """Never works."""
        raise RuntimeError(f"no {group.key} at {due}")


def test_a_timer_that_a_rule_cannot_stand_is_given_up() -> None:
    """It is told with rule, group and instant, it is not due again, and observations and other timers go on."""
    rules = rules_of(OVER | {"stale_after": "5s"}, OVER | {"rule": "other", "stale_after": "5s"})
    engine = Partition(rules)
    bearer = engine.bearers["r0"]
    bearer.evaluator = Stuck(Level(), Matcher(None, None), None, 5 * SECOND)
    found = [outcome for observation in samples("0: 9, 30: 9, 60: 1") for outcome in engine.observe(observation, 0)]
    failed = [outcome for outcome in found if isinstance(outcome, Failed)]
    due = EPOCH + 5 * SECOND
    assert next((one.rule, one.group, one.at, one.reason) for one in failed) == (
        "r0",
        {"source": "sensor/1"},
        due,
        f"RuntimeError: no sensor/1 at {due}",
    )
    assert [one.at for one in failed] == [due, due + 30 * SECOND]
    assert (engine.tally.rules["r0"].crashed, engine.tally.rules["other"].crashed) == (2, 0)
    assert [event.event.value for event in alerts(found) if event.rule == "other"] == ["firing", "resolved", "firing", "resolved"]


def test_rules_of_other_kinds_cost_nothing() -> None:
    """An observation of a kind that no rule has is counted, and no rule evaluates it."""
    engine = Partition(rules_of(*[OVER | {"rule": f"r{number}"} for number in range(50)]))
    assert engine.observe(seen(0, 9, kind="other"), 0) == ()
    assert engine.tally.observations == 1
    assert sum(counts.evaluated for counts in engine.tally.rules.values()) == 0
