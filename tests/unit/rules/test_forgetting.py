"""Groups that left are forgotten: nothing that anybody hears differs, and checkpoints shrink."""

from typing import Any

import pytest

from config.moment import SECOND
from rules.engine import Limits, Note, Outcome, Partition, snapshot
from rules.engine.shelves import SHELF
from rules.state import NEVER
from streams.observation import Observation
from tests.fakes.rulekit import EPOCH, alerts, laid, notes, rules_of, seen, told

OVER: dict[str, Any] = {"rule": "over", "where": "value > 5"}
SOON = Limits(forget_after=160 * SECOND)
"""A round every ten seconds."""


def tick(engine: Partition, second: float) -> list[Outcome]:
    """The clock of the stream shows a second."""
    return [*engine.tick(EPOCH + round(second * SECOND), 0)]


def groups(engine: Partition) -> list[str]:
    """Keys of every group of every rule."""
    return sorted(str(key) for bearer in engine.bearers.values() for key in bearer.groups)


def idle(number: int, at: float = 0) -> list[Observation]:
    """A sample of each of so many sources that matches nothing."""
    return [seen(at, 1, source=f"sensor/{source:03}") for source in range(number)]


def of(*observations: Observation, rule: dict[str, Any] = OVER, limits: Limits = SOON) -> Partition:
    """An engine of one rule that has seen some observations."""
    engine = Partition(rules_of(rule), limits)
    for observation in observations:
        engine.observe(observation, 0)
    return engine


def test_a_group_that_was_not_heard_for_long_is_forgotten() -> None:
    """After ``forget_after`` and at most a round it is gone; one that was heard since is not."""
    engine = of(*idle(3))
    tick(engine, 100)
    engine.observe(seen(101, 1, source="sensor/001"), 0)
    tick(engine, 160)
    assert len(groups(engine)) == 3
    tick(engine, 182)
    assert groups(engine) == ["sensor/001"]
    assert engine.tally.rules["over"].forgotten == 2
    tick(engine, 300)
    assert groups(engine) == []


@pytest.mark.parametrize(
    ("rule", "history"),
    [
        (OVER, [seen(0, 9)]),
        (OVER | {"for": "9h"}, [seen(0, 9)]),
        (OVER | {"keep_firing_for": "9h"}, [seen(0, 9), seen(1, 1)]),
        ({"absent": "9h"}, [seen(0, 9)]),
        ({"absent": "9s"}, [seen(0, 9)]),
        ({"absent": "9h", "expected": ["sensor/1"]}, [seen(0, 9, source="sensor/1")]),
        ({"sequence": [{"kind": "level"}, {"not": {"kind": "door"}}], "within": "9h"}, [seen(0, 9)]),
        ({"count": 1, "within": "9h"}, [seen(0, 9)]),
    ],
    ids=["firing", "pending", "quiet", "absence to come", "absent", "expected", "waiting for an answer", "window"],
)
def test_what_is_under_way_is_never_forgotten(rule: dict[str, Any], history: list[Observation]) -> None:
    """While an episode or a timer lives, so does its group, however long nothing is heard."""
    engine = of(*history, rule=rule)
    tick(engine, 3000)
    assert groups(engine) == ["sensor/1"]


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ({"count": 2, "within": "1000s"}, seen(0, 9), seen(990, 9)),
        ({"sequence": [{"kind": "level"}, {"kind": "door"}], "within": "1000s"}, seen(0, 9), seen(990, True, kind="door")),
        ({"rate": {"above": 0.001, "per": "1s"}, "within": "1000s"}, seen(0, 1), seen(990, 9)),
    ],
    ids=["count", "sequence", "rate"],
)
def test_what_may_still_matter_is_kept_for_its_window(rule: dict[str, Any], first: Observation, second: Observation) -> None:
    """A group whose window is longer than ``forget_after`` is kept until what it has seen can matter no more."""
    engine = of(first, rule=rule)
    tick(engine, 989)
    assert [event.event.value for event in alerts(engine.observe(second, 0))] == ["firing"]
    other = of(first, rule=rule)
    tick(other, 1000 + 160 + 11)
    assert groups(other) == []


def test_what_is_older_than_what_was_forgotten_is_late() -> None:
    """A group that is gone may have applied a later observation: what is not later than the forgotten ones is late, as it was before."""
    engine = of(*idle(1, at=5))
    tick(engine, 200)
    found = [*engine.observe(seen(5, 9, source="sensor/000", id="again"), 0), *engine.observe(seen(3, 9, source="sensor/new"), 0)]
    assert notes(found) == [(Note.LATE, "again"), (Note.LATE, "3-9")]
    found = [*engine.observe(seen(5.000001, 9, source="sensor/000"), 0)]
    assert told(found) == [("firing", 5.000001, 5.000001, None, 1)]


def test_a_source_that_comes_back_begins_anew() -> None:
    """Its group is made again, with an alert of its own."""
    engine = of(seen(0, 9), seen(1, 1))
    tick(engine, 500)
    assert groups(engine) == []
    assert told(engine.observe(seen(600, 9), 0)) == [("firing", 600, 600, None, 1)]


def test_sections_shrink_and_go() -> None:
    """A delta tells what is gone; laid over the checkpoint before, it is the full checkpoint of now; free places are taken first."""
    engine = of(*idle(2 * SHELF + 1), *idle(SHELF + 1, at=100))
    kept = snapshot.full(engine)
    tick(engine, 190)
    delta = snapshot.delta(engine)
    assert {name: section is None for name, section in delta.items() if name.startswith("group/")} == {
        "group/over/1": False,
        "group/over/2": True,
    }
    kept = laid(kept, delta)
    assert kept == snapshot.full(engine)
    for number in range(SHELF):
        engine.observe(seen(200, 1, source=f"sensor/new-{number}"), 0)
    changed = snapshot.delta(engine)
    assert sorted(name for name in changed if name.startswith("group/")) == ["group/over/1", "group/over/2"]
    assert laid(kept, changed) == snapshot.full(engine)


def test_a_restart_forgets_what_the_engine_itself_would_have() -> None:
    """Stopped anywhere, the next round is the same, so is the horizon, and so is the place that the next group takes."""
    for second in (10, 155, 165, 180, 183, 191, 260):
        straight = of(*idle(SHELF + 5), *idle(2, at=90))
        tick(straight, second)
        again = Partition(rules_of(OVER), SOON)
        snapshot.restore(again, snapshot.full(straight))
        for engine in (straight, again):
            tick(engine, 270)
            engine.observe(seen(271, 9, source="sensor/x"), 0)
            tick(engine, 300)
        assert snapshot.full(again) == snapshot.full(straight)


def test_the_horizon_is_kept_only_by_a_rule_that_means_the_same() -> None:
    """A rule of another form under the old name has forgotten nothing."""
    engine = of(*idle(1, at=5))
    tick(engine, 200)
    again = Partition(rules_of(OVER | {"count": 1, "within": "9s"}), SOON)
    snapshot.restore(again, snapshot.full(engine))
    assert [event.event.value for event in alerts(again.observe(seen(5, 9), 0))] == ["firing", "resolved"]


def test_a_timer_of_a_forgotten_group_is_passed_over() -> None:
    """A timer that was given up long ago stands for nobody: neither for the group that is gone, nor for its successor."""
    engine = of(seen(0, 9), seen(1, 1), rule=OVER | {"stale_after": "500s"})
    tick(engine, 300)
    assert groups(engine) == []
    found = [*engine.observe(seen(301, 9), 0), *tick(engine, 900)]
    assert told(found) == [("firing", 301, 301, None, 1), ("resolved", 801, 301, 801, 1)]


def test_without_an_end_nothing_is_forgotten() -> None:
    """``NEVER`` turns forgetting off."""
    engine = of(*idle(3), limits=Limits(forget_after=NEVER))
    tick(engine, 10**9)
    assert len(groups(engine)) == 3


def test_a_row_and_a_source_that_left_their_register_are_forgotten_in_time() -> None:
    """A tombstone keeps what is late late, and goes with the rounds."""
    engine = of(rule={"rule": "gone", "absent": "9s", "expected": ["sensor/1"]})
    tick(engine, 0)
    again = Partition(rules_of({"rule": "gone", "absent": "9s"}), SOON)
    snapshot.restore(again, snapshot.full(engine))
    tick(again, 100)
    assert groups(again) == ["sensor/1"]
    tick(again, 200)
    assert groups(again) == []


def test_what_comes_too_late_for_a_forgotten_group_is_counted() -> None:
    """It is told and counted as late, like any other."""
    engine = of(*idle(1, at=5))
    tick(engine, 400)
    assert groups(engine) == []
    assert notes(engine.observe(seen(4, 9, source="sensor/000"), 0)) == [(Note.LATE, "4-9")]
    assert engine.tally.of("over").late == 1
