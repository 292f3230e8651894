"""What a switch does to timers that are not those of what fires: quiet alerts, and steps that wait beside an alert."""

from typing import Any

from config.moment import SECOND
from rules.engine import Partition
from rules.life import switch
from rules.model import RuleSet
from tests.fakes.rulekit import EPOCH, Told, alerts, notes, rules_of, seen, told


def switched(engine: Partition, was: RuleSet, now: RuleSet) -> Partition:
    """The engine under other rules; the switch says nothing."""
    found = switch(engine, was, now, noticed=EPOCH)
    assert alerts(found.outcomes) == []
    return found.partition


def ticked(engine: Partition, second: float) -> list[Told]:
    """What alerts say when the clock goes on."""
    at = EPOCH + round(second * SECOND)
    return told(engine.tick(at, at))


def test_an_alert_that_is_quiet_gets_no_timer_of_its_condition() -> None:
    """Another ``stale_after`` concerns a match that is believed; of one that a sample has ended, nothing is run that could make a match late."""
    rule: dict[str, Any] = {"rule": "r", "where": "value > 5", "keep_firing_for": "60s"}
    was, now = rules_of(rule | {"stale_after": "4s"}), rules_of(rule | {"stale_after": "6s"})
    engine = Partition(was)
    for sample in (seen(0, 9), seen(3, 1)):
        engine.observe(sample, 0)
    ticked(engine, 3.5)
    engine = switched(engine, was, now)
    assert ticked(engine, 10) == []
    outcomes = engine.observe(seen(5, 9), 0)
    assert notes(outcomes) == []
    assert ticked(engine, 90) == [("resolved", 71, 0, 11, 2)]


def test_an_alert_goes_on_while_the_next_step_waits_anew() -> None:
    """A second door waits beside the alert of the first: at a switch its time is another, and the alert stays until the answer."""
    rule: dict[str, Any] = {"rule": "r", "sequence": [{"kind": "door"}, {"not": {"kind": "motion"}}]}
    was, now = rules_of(rule | {"within": "10s"}), rules_of(rule | {"within": "20s"})
    engine = Partition(was)
    engine.observe(seen(0, True, kind="door"), 0)
    assert told(engine.observe(seen(12, True, kind="door"), 0)) == [("firing", 10, 10, None, 0)]
    ticked(engine, 15)
    engine = switched(engine, was, now)
    assert ticked(engine, 31) == ticked(engine, 33) == []
    assert told(engine.observe(seen(40, True, kind="motion"), 0)) == []
    assert ticked(engine, 41) == [("resolved", 40, 10, 40, 1)]
