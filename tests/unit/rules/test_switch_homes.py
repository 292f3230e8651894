"""A rule over several sources is given another group key: what was under way to the old homes of its groups begins nothing there."""

from typing import Any

from config.moment import SECOND
from rules.crossing import home_of
from rules.life import pack
from rules.model import RuleSet
from streams.codec import encode_envelope
from streams.envelope import Envelope
from streams.topics import MATCHES, OBSERVATIONS
from tests.fakes.rulekit import EPOCH, rules_of, seconds, seen
from tests.fakes.ruletraffic import dice
from tests.fakes.twofolds import TwoFolds

OPEN: dict[str, Any] = {"rule": "open", "where": "value > 5"}
BY_ZONE, BY_KIND = rules_of(OPEN | {"by": ["zone"]}), rules_of(OPEN | {"by": ["kind"]})
ZONE = next(f"z{number}" for number in range(99) if home_of("open", {"zone": f"z{number}"}, 2) != home_of("open", {"kind": "level"}, 2))
"""A zone whose group does not live where that of its kind does."""


def switch(folds: TwoFolds, topic: str, rules: RuleSet) -> None:
    """Write a switch to every partition of a topic, and apply it."""
    value = encode_envelope(Envelope(sent_at=EPOCH, writer="w", ruleset=rules.version, rules=pack(rules)))
    for number in range(folds.partitions):
        folds.write((topic, number), value)
    folds.run()


def gathered() -> TwoFolds:
    """Folds whose upstream half has sent on a match of the zone."""
    folds = TwoFolds(BY_ZONE, 2, dice("homes"))
    folds.tick(EPOCH)
    folds.run()
    folds.see(seen(3, 9, zone=ZONE))
    folds.run()
    return folds


def told(folds: TwoFolds) -> list[tuple[str, float, str]]:
    """Event, second and cause of everything that was said."""
    folds.run()
    return [(event.event.value, seconds(event.at), "" if event.cause is None else event.cause.value) for event in folds.events()]


def test_what_was_gathered_for_another_group_key_begins_nothing() -> None:
    """It comes after the switch to a partition in which no group of the rule lives any more: nobody would ever clear its alert."""
    folds = gathered()
    switch(folds, MATCHES, BY_KIND)
    switch(folds, OBSERVATIONS, BY_KIND)
    folds.tick(EPOCH + 5 * SECOND)
    assert told(folds) == []
    folds.see(seen(6, 9, zone=ZONE, id="next"))
    folds.see(seen(8, 1, zone=ZONE, id="last"))
    folds.tick(EPOCH + 20 * SECOND)
    assert told(folds) == [("firing", 6, ""), ("resolved", 8, "")]
    assert folds.fold.traffic.unknown == 1


def test_what_is_held_for_another_group_key_begins_nothing() -> None:
    """It waited downstream for the clocks when the switch came."""
    folds = TwoFolds(BY_ZONE, 2, dice("homes"))
    folds.tick(EPOCH)
    folds.see(seen(3, 9, zone=ZONE))
    value = encode_envelope(Envelope(sent_at=EPOCH + 5 * SECOND, writer="g", tick=EPOCH + 5 * SECOND))
    number = next(number for topic, number in folds.log if topic == OBSERVATIONS and len(folds.log[topic, number]) == 2)
    folds.write((OBSERVATIONS, number), value)
    folds.run()
    switch(folds, MATCHES, BY_KIND)
    switch(folds, OBSERVATIONS, BY_KIND)
    folds.tick(EPOCH + 20 * SECOND)
    assert told(folds) == []
    assert folds.fold.traffic.unknown == 1
    assert folds.fold.restore(MATCHES, home_of("open", {"kind": "level"}, 2), {}).full()


def test_what_lives_where_it_did_goes_on() -> None:
    """The same key keeps its homes, and nothing of it is lost by a switch."""
    folds = gathered()
    other = rules_of(OPEN | {"by": ["zone"], "where": "value > 4"})
    switch(folds, MATCHES, other)
    switch(folds, OBSERVATIONS, other)
    folds.tick(EPOCH + 5 * SECOND)
    assert told(folds) == [("firing", 3, "")]
    assert folds.fold.traffic.unknown == 0
