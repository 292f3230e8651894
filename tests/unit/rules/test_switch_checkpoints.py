"""What a switch leaves behind is in the next delta: a restart right after it knows no less."""

from typing import Any

from config.feeds import Door, FeedTable
from config.moment import SECOND
from rules.engine import Limits, Note, Partition, snapshot
from rules.life import Policy
from rules.life.governed import Governed
from rules.model import RuleSet
from tests.fakes.rulekit import EPOCH, alerts, laid, notes, rules_of, seconds, seen
from tests.fakes.sightkit import ELDER, feed, instant, merged, table, take, ticks

OVER: dict[str, Any] = {"rule": "over", "where": "value > 5"}
OTHER = OVER | {"where": "value > 6"}
GONE: dict[str, Any] = {"rule": "gone", "kind": "motion", "absent": "20s"}
SOON = Limits(forget_after=160 * SECOND)


def restored(rules: RuleSet, sections: dict[str, bytes]) -> Partition:
    """An engine that goes on from a checkpoint."""
    engine = Partition(rules, SOON)
    snapshot.restore(engine, sections)
    return engine


def test_what_is_late_after_a_reset_is_late_after_a_restart() -> None:
    """The memory of what came before the reset is written with it."""
    before, after = rules_of(OVER), rules_of(OTHER)
    governed = Governed(before, Partition(before, SOON))
    first = seen(3, 9)
    governed.engine.observe(first, 0)
    sections = governed.full()
    governed.switch(after, {"over": Policy.RESET}, 0, feeds=None)
    engine = restored(after, laid(sections, governed.delta()))
    assert notes([*engine.observe(first, 0), *engine.observe(seen(2, 9), 0)]) == [(Note.DUPLICATE, first.id), (Note.LATE, "2-9")]


def test_a_group_that_is_forgotten_after_a_switch_leaves_the_checkpoint() -> None:
    """The groups of a rule that goes on are counted as ever, and one that goes takes its section along."""
    before, after = rules_of(OVER), rules_of(OTHER)
    governed = Governed(before, Partition(before, SOON))
    governed.engine.observe(seen(0, 1), 0)
    sections = governed.full()
    governed.switch(after, {}, 0, feeds=None)
    sections = laid(sections, governed.delta())
    assert "group/over/0" in sections
    governed.engine.tick(EPOCH + 400 * SECOND, 0)
    assert governed.engine.bearers["over"].groups == {}
    assert governed.delta()["group/over/0"] is None


def test_who_left_the_register_before_a_restart_is_written_as_such() -> None:
    """A set without the source is met at a restart: the next delta says that nobody expects it any more."""
    before, after = rules_of(GONE | {"expected": [ELDER]}), rules_of(GONE)
    engine = Partition(before, SOON)
    engine.tick(EPOCH, 0)
    sections = snapshot.full(engine)
    engine = restored(after, sections)
    engine.tick(EPOCH + SECOND, 0)
    sections = laid(sections, snapshot.delta(engine))
    again = restored(after, sections)
    (group,) = again.bearers["gone"].groups.values()
    assert (group.registered, group.ran_at) == (None, EPOCH)


def test_who_leaves_the_register_in_the_dark_is_held_no_more() -> None:
    """Its absence is nobody's question now; what it does next begins anew."""
    before, after = rules_of(GONE | {"expected": [ELDER]}), rules_of(GONE)
    governed = Governed(before, Partition(before, feeds=table()))
    camera = seen(40, True, kind="motion", source="camera/gate", received_at=instant(40))
    for step in [*ticks(0, 12, "mqtt"), camera]:
        take(governed.engine, step)
    assert list(governed.engine.bearers["gone"].held) == [ELDER]
    governed.switch(after, {}, instant(40), feeds=table())
    assert dict(governed.engine.bearers["gone"].held) == {}
    back = seen(61, True, kind="motion", source=ELDER, received_at=instant(61))
    events = [event for step in merged([back], ticks(60, 85, "mqtt")) for event in alerts(take(governed.engine, step))]
    assert [(event.event.value, seconds(event.at)) for event in events if event.group == {"source": ELDER}] == [("firing", 81)]


def test_a_timer_that_a_change_of_feeds_sets_anew_is_written() -> None:
    """The source left a blind feed: a restart right after the switch counts its silence from the switch too."""
    rules = rules_of(GONE)
    governed = Governed(rules, Partition(rules, feeds=table()))
    still = seen(10, True, kind="motion", source=ELDER, received_at=instant(10))
    for step in merged([still], ticks(0, 12, "mqtt", "http"), ticks(13, 25, "http")):
        take(governed.engine, step)
    sections = governed.full()
    other = FeedTable([*table().rows, feed("elders", Door.HTTP, sources=(ELDER,))])
    governed.switch(rules, {}, instant(25), feeds=other)
    again = Partition(rules, feeds=other)
    snapshot.restore(again, laid(sections, governed.delta()))
    events = [event for step in ticks(26, 60, "http", "elders") for event in alerts(take(again, step))]
    assert [(event.event.value, seconds(event.at)) for event in events if event.rule == "gone"] == [("firing", 45)]
