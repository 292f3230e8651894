"""A rule whose lateness is changed keeps what waited for it, and nobody sees an observation twice."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.engine import Outcome, Partition, snapshot
from rules.model import RuleSet
from tests.fakes.rulekit import EPOCH, alerts, notes, rules_of, seen

RULE: dict[str, Any] = {"rule": "moved", "where": "value > 5"}
STAYS: dict[str, Any] = {"rule": "stays", "where": "value > 5"}


def late(rule: dict[str, Any], lateness: int) -> dict[str, Any]:
    """The rule with a lateness in seconds."""
    return rule | {"lateness": f"{lateness}s"}


def moved(before: RuleSet, after: RuleSet, *ats: float) -> Partition:
    """The engine of the new rules, restored from the old ones' after some matches."""
    engine = Partition(before)
    for at in ats:
        engine.observe(seen(at, 9, source=f"sensor/{at}"), 0)
    again = Partition(after)
    snapshot.restore(again, snapshot.full(engine))
    return again


def fired(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """Rule and source of what fired, in order of the source."""
    return sorted((event.rule, event.group["source"]) for event in alerts(outcomes) if event.event.value == "firing")


@pytest.mark.parametrize(("old", "new"), [(20, 10), (10, 20), (20, 0), (20, 21)])
def test_what_waited_waits_on_under_the_new_lateness(old: int, new: int) -> None:
    """Every match that had not been applied is applied, once, when the new lateness says so."""
    again = moved(rules_of(late(RULE, old)), rules_of(late(RULE, new)), 0, 9)
    found = [*again.tick(EPOCH + (10 + new) * SECOND, 0)]
    assert fired(found) == [("moved", "sensor/0"), ("moved", "sensor/9")]
    assert notes(found) == []
    assert [lane.waiting for lane in again.lanes] == [[] for _ in again.lanes]


def test_a_rule_that_joins_another_lateness_does_not_see_what_it_has_seen() -> None:
    """Of what waits under the lateness that it comes to, a rule sees only what was not applied to it under its old one."""
    before, after = rules_of(late(RULE, 5), late(STAYS, 20)), rules_of(late(RULE, 20), late(STAYS, 20))
    engine = Partition(before)
    said = [*engine.observe(seen(0, 9, source="sensor/0"), 0), *engine.observe(seen(7, 9, source="sensor/7"), 0)]
    assert fired(said) == [("moved", "sensor/0")]
    again = Partition(after)
    snapshot.restore(again, snapshot.full(engine))
    found = [*again.tick(EPOCH + 40 * SECOND, 0)]
    assert fired(found) == [("moved", "sensor/7"), ("stays", "sensor/0"), ("stays", "sensor/7")]
    assert notes(found) == []


def test_a_rule_that_leaves_a_lateness_leaves_the_others_what_waits() -> None:
    """What goes along with the changed rule still waits for the rule that stays, and for nobody twice."""
    again = moved(rules_of(late(RULE, 20), late(STAYS, 20)), rules_of(late(RULE, 0), late(STAYS, 20)), 0, 3)
    now = [*again.tick(EPOCH + 4 * SECOND, 0)]
    assert fired(now) == [("moved", "sensor/0"), ("moved", "sensor/3")]
    later = [*again.tick(EPOCH + 40 * SECOND, 0)]
    assert fired(later) == [("stays", "sensor/0"), ("stays", "sensor/3")]
    assert notes([*now, *later]) == []


def test_what_goes_along_with_a_rule_is_kept_by_the_next_checkpoint() -> None:
    """Stopped again before it was applied, the observation is still only for the rule that brought it along."""
    before, after = rules_of(late(RULE, 5), late(STAYS, 20)), rules_of(late(RULE, 20), late(STAYS, 20))
    again = moved(before, after, 0, 7)
    twice = Partition(after)
    snapshot.restore(twice, snapshot.full(again))
    assert snapshot.full(twice) == snapshot.full(again)
    found = [*twice.tick(EPOCH + 40 * SECOND, 0)]
    assert fired(found) == [("moved", "sensor/7"), ("stays", "sensor/0"), ("stays", "sensor/7")]


def test_a_rule_that_takes_up_a_lateness_waits_for_what_comes() -> None:
    """Nothing waited for a rule without lateness; with one, what comes from now on does."""
    again = moved(rules_of(RULE), rules_of(late(RULE, 20)), 0)
    assert fired([*again.observe(seen(5, 9, source="sensor/5"), 0)]) == []
    assert fired([*again.tick(EPOCH + 25 * SECOND, 0)]) == [("moved", "sensor/5")]


def test_what_waits_is_written_only_when_it_changed() -> None:
    """A delta has what waits when something came or was applied since the last, and is silent about it otherwise."""
    engine = Partition(rules_of(late(RULE, 20)))
    snapshot.full(engine)
    assert sorted(snapshot.delta(engine)) == ["clock"]
    engine.observe(seen(0, 9), 0)
    assert sorted(snapshot.delta(engine)) == ["clock", "waiting/20000000"]
    engine.tick(EPOCH + 10 * SECOND, 0)
    assert sorted(snapshot.delta(engine)) == ["clock"]
    engine.tick(EPOCH + 21 * SECOND, 0)
    assert sorted(snapshot.delta(engine)) == ["clock", "group/moved/0", "waiting/20000000"]
    assert sorted(snapshot.delta(engine)) == ["clock"]
